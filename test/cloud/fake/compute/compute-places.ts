import { machineType } from '../../../../src/core/machine-type.ts'

/** Regions of the fake, each with three zones; the letters of one are unusual, as in Google's. */
export const REGION_ZONES: Readonly<Record<string, readonly string[]>> = {
  'us-central1': ['us-central1-a', 'us-central1-b', 'us-central1-c'],
  'europe-west1': ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
  'europe-west4': ['europe-west4-a', 'europe-west4-b', 'europe-west4-c'],
}

export const ZONES = Object.values(REGION_ZONES).flat()

/** Limits of a region, as a young project has them. */
export const QUOTAS: Readonly<Record<string, number>> = {
  CPUS: 24,
  N2_CPUS: 24,
  C3_CPUS: 24,
  INSTANCES: 240,
  IN_USE_ADDRESSES: 8,
  SSD_TOTAL_GB: 500,
  DISKS_TOTAL_GB: 4096,
  NVIDIA_T4_GPUS: 1,
  NVIDIA_L4_GPUS: 1,
  PREEMPTIBLE_NVIDIA_T4_GPUS: 1,
}

/** What a VM takes of a region's quotas. */
export function takenBy(vm: {
  machineType?: string
  disks?: readonly { diskSizeGb?: unknown }[]
}): Record<string, number> {
  const machine = machineType(vm.machineType?.split('/').at(-1) ?? '')
  const metric = ['e2', 'n1'].includes(machine?.family ?? '')
    ? 'CPUS'
    : `${machine?.family.toUpperCase()}_CPUS`
  return {
    [metric]: machine?.vcpus ?? 0,
    INSTANCES: 1,
    IN_USE_ADDRESSES: 1,
    SSD_TOTAL_GB: Number(vm.disks?.[0]?.diskSizeGb ?? 10),
  }
}
