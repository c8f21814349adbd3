/** Google Cloud regions (cloud.google.com/about/locations, 2026-08). A region may well have no price in the book. */
export const REGIONS: readonly string[] = [
  ...['africa-south1', 'asia-east1', 'asia-east2', 'asia-northeast1', 'asia-northeast2', 'asia-northeast3'],
  ...['asia-south1', 'asia-south2', 'asia-southeast1', 'asia-southeast2', 'australia-southeast1'],
  ...['australia-southeast2', 'europe-central2', 'europe-north1', 'europe-southwest1', 'europe-west1'],
  ...['europe-west2', 'europe-west3', 'europe-west4', 'europe-west6', 'europe-west8', 'europe-west9'],
  ...['europe-west10', 'europe-west12', 'me-central1', 'me-central2', 'me-west1', 'northamerica-northeast1'],
  ...[
    'northamerica-northeast2',
    'southamerica-east1',
    'southamerica-west1',
    'us-central1',
    'us-east1',
    'us-east4',
  ],
  ...['us-east5', 'us-south1', 'us-west1', 'us-west2', 'us-west3', 'us-west4'],
]

/** GPU names as Google's APIs spell them. */
export const ACCELERATORS: readonly string[] = [
  ...['nvidia-tesla-t4', 'nvidia-tesla-p4', 'nvidia-tesla-p100', 'nvidia-tesla-v100', 'nvidia-l4'],
  ...['nvidia-tesla-a100', 'nvidia-a100-80gb', 'nvidia-h100-80gb'],
]
