/** Kinds of things around the machines that a usage file or a scenario may name; a book need not price them all. */

/** Compute Engine disks; regional ones are kept in two zones. */
export const DISK_TYPES: readonly string[] = [
  ...['pd-standard', 'pd-balanced', 'pd-ssd', 'pd-extreme', 'hyperdisk-balanced', 'hyperdisk-extreme'],
  ...['local-ssd', 'regional-pd-standard', 'regional-pd-balanced', 'regional-pd-ssd'],
]

/** Where data goes that leaves Google Cloud for the internet: Australia and China cost more. */
export const EGRESS_DESTINATIONS: readonly string[] = ['worldwide', 'australia', 'china']

export const STORAGE_CLASSES: readonly string[] = ['standard', 'nearline', 'coldline', 'archive']
