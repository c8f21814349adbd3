import type { Accelerator } from './candidate.ts'
import { customMachineType } from './custom-machine-type.ts'

/** A Compute Engine machine type, predefined or custom. */
export interface MachineType {
  readonly name: string
  /** Series in lower case: `e2`, `n1`, `g2` … */
  readonly family: string
  /** vCPUs that it may use all the time and is billed for. */
  readonly vcpus: number
  readonly memoryGib: number
  /** GPUs that are part of the type and of its price. */
  readonly accelerator?: Accelerator
  /** Local SSD that the type always has and always bills, GiB. */
  readonly localSsdGib: number
  /** Of a custom type, whose vCPUs and memory have prices of their own: the part of its memory that is extended. */
  readonly custom?: { readonly extendedGib: number }
  /** Billed by the hour as one thing, not by vCPU and GiB. */
  readonly soldWhole?: true
  /** Shares a core with other machines: `vcpus` is what it has all the time, and it may burst above. */
  readonly sharedCore?: true
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
  'c4-standard': [3.75, '4 8 16 24 32 48 96 144 192 288'],
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

/** Types that share a core. Google bills the E2 types by vCPU and GiB, and f1-micro and g1-small whole. */
const SHARED_CORE_MACHINES = [
  { name: 'e2-micro', family: 'e2', vcpus: 0.25, memoryGib: 1 },
  { name: 'e2-small', family: 'e2', vcpus: 0.5, memoryGib: 2 },
  { name: 'e2-medium', family: 'e2', vcpus: 1, memoryGib: 4 },
  { name: 'f1-micro', family: 'n1', vcpus: 0.2, memoryGib: 0.6, soldWhole: true },
  { name: 'g1-small', family: 'n1', vcpus: 0.5, memoryGib: 1.7, soldWhole: true },
] as const

/** Types whose shape follows no rule: vCPUs, memory GiB, bundled local SSD GiB. */
const ODD_MACHINES: Readonly<Record<string, readonly [vcpus: number, memoryGib: number, ssdGib: number]>> = {
  'c4-standard-2': [2, 7, 0],
  'n2-highmem-128': [128, 864, 0],
  'c3-standard-4-lssd': [4, 16, 375],
  'c3-standard-8-lssd': [8, 32, 750],
  'c3-standard-22-lssd': [22, 88, 1500],
  'c3-standard-44-lssd': [44, 176, 3000],
  'c3-standard-88-lssd': [88, 352, 6000],
  'c3-standard-176-lssd': [176, 704, 12_000],
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
  [...ordinaryMachines(), ...oddMachines(), ...gpuMachines()].map((machine) => [machine.name, machine]),
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

function* oddMachines(): Generator<MachineType> {
  for (const machine of SHARED_CORE_MACHINES) yield { ...machine, localSsdGib: 0, sharedCore: true }
  for (const [name, [vcpus, memoryGib, localSsdGib]] of Object.entries(ODD_MACHINES)) {
    yield { name, family: name.split('-')[0] ?? name, vcpus, memoryGib, localSsdGib }
  }
}

function* gpuMachines(): Generator<MachineType> {
  yield {
    name: 'a2-megagpu-16g',
    family: 'a2',
    vcpus: 96,
    memoryGib: 1360,
    localSsdGib: 0,
    accelerator: { type: 'nvidia-tesla-a100', count: 16 },
  }
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
