import type { Purchase } from '../core/bill.ts'

/** Prices that the built-in book is known to lack, and why. */
export interface KnownGap {
  /** Resources, `*` standing for anything. */
  readonly resources: readonly string[]
  /** Regions, or all but these. */
  readonly regions: readonly string[] | { readonly allBut: readonly string[] }
  /** All of them where absent. */
  readonly purchases?: readonly Purchase[]
  readonly why: string
}

const FIVE = ['us-central1', 'europe-west1', 'europe-west4', 'asia-east1', 'asia-northeast1']
const COMMITMENTS = ['commit-1yr', 'commit-3yr'] as const
const NOT_SOLD = 'no zone of the region had this GPU when prices were read'

/**
 * `plimsoll prices check` prints this list and holds it against the book, both ways: a price that is missing and not
 * here fails, and so does one that is here and not missing.
 */
export const KNOWN_GAPS: readonly KnownGap[] = [
  {
    resources: ['gce/*', 'vertex/*', 'network/egress/*', 'network/ipv4/unused'],
    regions: { allBut: FIVE },
    why: 'the book holds Compute Engine, Vertex AI, disks, egress and unused addresses in five regions; plimsoll prices sync reads the others',
  },
  {
    resources: ['cloud-run/instance-based/*'],
    regions: { allBut: [...FIVE, 'europe-west2', 'europe-west3', 'asia-southeast1'] },
    why: 'instance-based rates are set region by region, and no public reading has this one',
  },
  {
    resources: ['cloud-run/gpu/nvidia-l4', 'cloud-run/gpu/nvidia-l4/zonal'],
    regions: { allBut: ['us-central1', 'europe-west1', 'europe-west4'] },
    why: 'Cloud Run has no L4 there, or its price is not public: it was seen in us-east4, asia-southeast1 and asia-south1 without one',
  },
  {
    resources: ['functions-1/cpu', 'functions-1/memory', 'functions-1/idle-*'],
    regions: [
      ...['africa-south1', 'asia-south2', 'australia-southeast2', 'europe-north1', 'europe-southwest1'],
      ...['europe-west4', 'europe-west8', 'europe-west9', 'europe-west10', 'europe-west12', 'me-central1'],
      ...[
        'me-central2',
        'me-west1',
        'northamerica-northeast2',
        'southamerica-west1',
        'us-east5',
        'us-south1',
      ],
    ],
    why: 'there is no 1st generation of Cloud Functions in the region',
  },
  {
    resources: ['gce/n4/*'],
    regions: ['asia-east1'],
    why: 'N4 was not sold in the region when its prices were read, 2025-03',
  },
  {
    resources: ['gce/gpu/nvidia-tesla-p4', 'vertex/gpu/nvidia-tesla-p4', 'vertex/fee/gpu/nvidia-tesla-p4'],
    regions: ['europe-west1', 'asia-east1', 'asia-northeast1'],
    why: NOT_SOLD,
  },
  {
    resources: [
      'gce/gpu/nvidia-tesla-v100',
      'vertex/gpu/nvidia-tesla-v100',
      'vertex/fee/gpu/nvidia-tesla-v100',
    ],
    regions: ['europe-west1', 'asia-northeast1'],
    why: NOT_SOLD,
  },
  { resources: ['gce/gpu/nvidia-tesla-p100'], regions: ['asia-northeast1'], why: NOT_SOLD },
  {
    resources: ['gce/gpu/nvidia-tesla-p4'],
    regions: ['us-central1', 'europe-west4'],
    purchases: COMMITMENTS,
    why: 'no public reading has the commitment',
  },
  {
    resources: ['gce/gpu/nvidia-tesla-v100'],
    regions: ['us-central1', 'europe-west4', 'asia-east1'],
    purchases: COMMITMENTS,
    why: 'no public reading has the commitment',
  },
  {
    resources: ['gce/gpu/nvidia-tesla-p100'],
    regions: ['us-central1', 'europe-west1', 'europe-west4', 'asia-east1'],
    purchases: COMMITMENTS,
    why: 'no public reading has the commitment',
  },
  {
    resources: ['gce/gpu/nvidia-tesla-t4'],
    regions: ['europe-west1', 'europe-west4', 'asia-east1', 'asia-northeast1'],
    purchases: COMMITMENTS,
    why: 'no public reading has the commitment outside us-central1',
  },
  {
    resources: ['gce/gpu/nvidia-a100-80gb'],
    regions: FIVE,
    purchases: ['commit-1yr'],
    why: 'no public reading has the commitment',
  },
  {
    resources: ['gce/gpu/nvidia-a100-80gb'],
    regions: ['europe-west1', 'europe-west4', 'asia-east1', 'asia-northeast1'],
    purchases: ['commit-3yr'],
    why: 'no public reading has the commitment outside us-central1',
  },
  {
    resources: ['gce/machine/*'],
    regions: FIVE,
    purchases: COMMITMENTS,
    why: 'commitments do not cover f1-micro and g1-small',
  },
  {
    resources: ['gce/*/custom-extended-memory'],
    regions: FIVE,
    purchases: COMMITMENTS,
    why: 'no public reading says what extended memory costs under a commitment',
  },
  {
    resources: ['network/egress/premium'],
    regions: ['asia-northeast1'],
    why: 'the one public reading, 0.085, 0.12, 0.085 by tier, rises and falls, and is not believed',
  },
]
