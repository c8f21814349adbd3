import type { Accelerator } from './candidate.ts'
import { customMachineType } from './custom-machine-type.ts'

/** A Compute Engine machine type, predefined or custom. */
export interface MachineType {
  readonly name: string
  /** Series in lower case: `e2`, `n1`, `g2` … */
  readonly family: string
  readonly vcpus: number
  readonly memoryGib: number
  /** GPUs that are part of the type and of its price. */
  readonly accelerator?: Accelerator
  /** Local SSD that the type always has and always bills, GiB. */
  readonly localSsdGib: number
  /** Of a custom type, whose vCPUs and memory have prices of their own: the part of its memory that is extended. */
  readonly custom?: { readonly extendedGib: number }
}

// Shapes: Compute Engine machine type tables (cloud.google.com/compute/docs), as the catalogue of 2026-07 prices them.
const GIB_PER_VCPU: Readonly<Record<string, readonly [gib: number, vcpus: string]>> = {
  'c2-standard': [4, '4 8 16 30 60'],
  'c2d-standard': [4, '2 4 8 16 32 56 112'],
  'c2d-highmem': [8, '2 4 8 16 32 56 112'],
  'c2d-highcpu': [2, '2 4 8 16 32 56 112'],
  'c3-standard': [4, '4 8 22 44 88 176'],
  'c3-highmem': [8, '4 8 22 44 88 176'],
  'c3-highcpu': [2, '4 8 22 44 88 176'],
  'c3d-standard': [4, '4 8 16 30 60 90 180 360'],
  'c3d-highmem': [8, '4 8 16 30 60 90 180 360'],
  'c4-standard': [3.75, '2 4 8 16 24 32 48 96 144 192 288'],
  'e2-standard': [4, '2 4 8 16 32'],
  'e2-highmem': [8, '2 4 8 16'],
  'e2-highcpu': [1, '2 4 8 16 32'],
  'g2-standard': [4, '4 8 12 16 24 32 48 96'],
  'n1-standard': [3.75, '1 2 4 8 16 32 64 96'],
  'n1-highmem': [6.5, '2 4 8 16 32 64 96'],
  'n1-highcpu': [0.9, '2 4 8 16 32 64 96'],
  'n2-standard': [4, '2 4 8 16 32 48 64 80 96 128'],
  'n2-highmem': [8, '2 4 8 16 32 48 64 80 96'],
  'n2-highcpu': [1, '2 4 8 16 32 48 64 80 96'],
  'n2d-standard': [4, '2 4 8 16 32 48 64 80 96 128 224'],
  'n2d-highmem': [8, '2 4 8 16 32 48 64 80 96'],
  'n2d-highcpu': [1, '2 4 8 16 32 48 64 80 96 128 224'],
  'n4-standard': [4, '2 4 8 16 32 48 64 80'],
  't2d-standard': [4, '1 2 4 8 16 32 48 60'],
}

const L4_COUNT: Readonly<Record<number, number>> = { 24: 2, 48: 4, 96: 8 }

/** Per GPU: vCPUs, memory GiB, bundled local SSD GiB; then the counts that are sold. */
const GPU_MACHINES = {
  'a2-highgpu': {
    accelerator: 'nvidia-tesla-a100',
    vcpus: 12,
    memoryGib: 85,
    ssdGib: 0,
    counts: [1, 2, 4, 8],
  },
  'a2-ultragpu': {
    accelerator: 'nvidia-a100-80gb',
    vcpus: 12,
    memoryGib: 170,
    ssdGib: 375,
    counts: [1, 2, 4, 8],
  },
  'a3-highgpu': {
    accelerator: 'nvidia-h100-80gb',
    vcpus: 26,
    memoryGib: 234,
    ssdGib: 750,
    counts: [1, 2, 4, 8],
  },
} as const

const MACHINE_TYPES: ReadonlyMap<string, MachineType> = new Map(
  [...ordinaryMachines(), ...gpuMachines()].map((machine) => [machine.name, machine]),
)

export function machineType(name: string): MachineType | undefined {
  const custom = customMachineType(name)
  return custom && 'name' in custom ? custom : MACHINE_TYPES.get(name)
}

/** Names of the predefined types. */
export function machineTypeNames(): string[] {
  return [...MACHINE_TYPES.keys()]
}

function* ordinaryMachines(): Generator<MachineType> {
  for (const [series, [gibPerVcpu, sizes]] of Object.entries(GIB_PER_VCPU)) {
    const family = series.split('-')[0] ?? series
    for (const vcpus of sizes.split(' ').map(Number)) {
      const machine = {
        name: `${series}-${vcpus}`,
        family,
        vcpus,
        memoryGib: gibPerVcpu * vcpus,
        localSsdGib: 0,
      }
      const l4 = { type: 'nvidia-l4', count: L4_COUNT[vcpus] ?? 1 }
      yield family === 'g2' ? { ...machine, accelerator: l4 } : machine
    }
  }
}

function* gpuMachines(): Generator<MachineType> {
  for (const [series, { accelerator, vcpus, memoryGib, ssdGib, counts }] of Object.entries(GPU_MACHINES)) {
    for (const count of counts) {
      yield {
        name: `${series}-${count}g`,
        family: series.split('-')[0] ?? series,
        vcpus: vcpus * count,
        memoryGib: memoryGib * count,
        localSsdGib: ssdGib * count,
        accelerator: { type: accelerator, count },
      }
    }
  }
}
