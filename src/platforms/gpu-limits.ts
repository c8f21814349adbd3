import type { Accelerator } from '../core/candidate.ts'
import { machineType } from '../core/machine-type.ts'
import type { Refusal } from '../core/measurement.ts'

const SOURCE = 'Compute Engine docs, about-gpus; Vertex AI docs, configure-compute; 2026-08'

/** GPUs that attach to N1 machines: counts sold, and the most vCPUs that each count allows. */
const ON_N1: Readonly<Record<string, { counts: readonly number[]; leastCount: (vcpus: number) => number }>> =
  {
    'nvidia-tesla-t4': { counts: [1, 2, 4], leastCount: (vcpus) => (vcpus >= 32 ? 2 : 1) },
    'nvidia-tesla-p4': { counts: [1, 2, 4], leastCount: () => 1 },
    'nvidia-tesla-p100': { counts: [1, 2, 4], leastCount: () => 1 },
    'nvidia-tesla-v100': {
      counts: [1, 2, 4, 8],
      leastCount: (vcpus) => (vcpus >= 32 ? 4 : vcpus >= 16 ? 2 : 1),
    },
  }

interface Machine {
  readonly machineType: string
  readonly accelerator?: Accelerator
}

/** Rules for a GPU on a machine type, the same for Compute Engine and Vertex AI. */
export function gpuAttachmentLimits({ machineType: name, accelerator }: Machine): Refusal[] {
  const machine = machineType(name)
  if (!machine || !accelerator) return []
  const { type, count } = accelerator
  const refuse = (rule: string) => [{ rule, source: SOURCE }]
  if (machine.accelerator) {
    const own = machine.accelerator
    if (own.type === type && own.count === count) return []
    return refuse(`${name} comes with ${own.count} x ${own.type}; it takes no ${count} x ${type}`)
  }
  if (machine.sharedCore) return refuse(`${name} shares a core, and takes no GPU`)
  const attachable = ON_N1[type]
  if (machine.family !== 'n1') return refuse(`GPUs attach to N1 machines only; ${name} takes no ${type}`)
  if (!attachable) return refuse(`${type} does not attach to N1; it comes with machine types of its own`)
  if (!attachable.counts.includes(count))
    return refuse(`${type} comes in ${attachable.counts.join(', ')}, not ${count}`)
  const least = attachable.leastCount(machine.vcpus)
  return count < least ? refuse(`${name} needs at least ${least} x ${type}`) : []
}
