/** Kinds of things around the machines that a usage file or a scenario may name; a book need not price them all. */

/** GPUs of Cloud Run instances. */
export const CLOUD_RUN_GPUS: readonly string[] = ['nvidia-l4', 'nvidia-rtx-pro-6000']

/** Compute Engine disks; regional ones are kept in two zones. */
export const DISK_TYPES: readonly string[] = [
  ...['pd-standard', 'pd-balanced', 'pd-ssd', 'pd-extreme', 'hyperdisk-balanced', 'hyperdisk-extreme'],
  ...['local-ssd', 'regional-pd-standard', 'regional-pd-balanced', 'regional-pd-ssd', 'snapshot'],
]

/** Those that a machine can boot from. */
export const BOOT_DISK_TYPES: readonly string[] = DISK_TYPES.filter(
  (type) => type !== 'local-ssd' && type !== 'snapshot',
)

/** Where data goes that leaves Google Cloud for the internet: Australia and China cost more. */
export const EGRESS_DESTINATIONS: readonly string[] = ['worldwide', 'australia', 'china']

export const STORAGE_CLASSES: readonly string[] = ['standard', 'nearline', 'coldline', 'archive']
