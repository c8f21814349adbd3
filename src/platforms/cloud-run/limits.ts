import type { CloudRunCandidate } from '../../core/candidate.ts'
import type { PayloadSize, Refusal } from '../../core/measurement.ts'

const SOURCE = 'Cloud Run docs, CPU, memory, concurrency, GPU and quotas, 2026-10'

/** Memory in GiB that goes with a number of vCPUs. */
const MEMORY: Readonly<Record<number, readonly [least: number, most: number]>> = {
  1: [0.125, 4],
  2: [0.125, 8],
  4: [2, 16],
  6: [4, 24],
  8: [4, 32],
}
const MOST_HTTP1_BYTES = 32 * 2 ** 20

export function cloudRunLimits(candidate: CloudRunCandidate): Refusal[] {
  const rules = [...cpuRules(candidate), ...gpuRules(candidate)]
  return rules.map((rule) => ({ rule, source: SOURCE }))
}

function cpuRules({ vcpus, memoryGib, concurrency, billing }: CloudRunCandidate): string[] {
  if (vcpus < 1) {
    if (vcpus < 0.08) return [`Cloud Run has at least 0.08 vCPU, not ${vcpus}`]
    const most = vcpus < 0.5 ? 0.5 : 1
    return [
      ...(memoryGib > most ? [`${vcpus} vCPU takes up to ${most} GiB of memory, not ${memoryGib}`] : []),
      ...(concurrency > 1 ? [`under 1 vCPU the concurrency is 1, not ${concurrency}`] : []),
      ...(billing === 'instance-based' ? ['under 1 vCPU billing is request-based only'] : []),
    ]
  }
  const range = MEMORY[vcpus]
  if (!range) return [`Cloud Run has 1, 2, 4, 6 or 8 vCPUs or a fraction of one, not ${vcpus}`]
  const [least, most] = range
  if (memoryGib < least) return [`${vcpus} vCPU needs at least ${least} GiB of memory, not ${memoryGib}`]
  if (memoryGib <= most) return []
  const enough = Object.entries(MEMORY).find(([, [, limit]]) => memoryGib <= limit)?.[0]
  const remedy = enough ? `: ${memoryGib} GiB needs ${enough} vCPU` : ''
  return [`${vcpus} vCPU takes up to ${most} GiB of memory, not ${memoryGib}${remedy}`]
}

function gpuRules({ accelerator, vcpus, memoryGib, billing }: CloudRunCandidate): string[] {
  if (!accelerator) return []
  const rules: string[] = []
  if (accelerator.type !== 'nvidia-l4')
    rules.push(`Cloud Run has no ${accelerator.type}; of those known here, nvidia-l4`)
  if (accelerator.count !== 1) rules.push(`Cloud Run gives an instance 1 GPU, not ${accelerator.count}`)
  if (vcpus < 4 || memoryGib < 16) {
    rules.push(`a GPU on Cloud Run needs at least 4 vCPU and 16 GiB, not ${vcpus} and ${memoryGib}`)
  }
  if (billing !== 'instance-based') rules.push('a GPU on Cloud Run needs instance-based billing')
  return rules
}

export function cloudRunPayloadLimits(
  _: CloudRunCandidate,
  { requestBytes, replyBytes }: PayloadSize,
): Refusal[] {
  const size = Math.max(requestBytes, replyBytes)
  if (size <= MOST_HTTP1_BYTES) return []
  const rule = `HTTP/1 requests and replies are up to 32 MiB; the larger here is ${(size / 2 ** 20).toFixed(1)} MiB`
  return [{ rule, source: SOURCE }]
}
