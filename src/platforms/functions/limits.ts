import type { FunctionsCandidate } from '../../core/candidate.ts'
import type { PayloadSize, Refusal } from '../../core/measurement.ts'
import { cloudRunLimits } from '../cloud-run/limits.ts'
import { FIRST_GENERATION_MEMORIES, functionVcpus } from './shape.ts'

const SOURCE = 'Cloud Functions docs, quotas and pricing, 2026-08'

export function functionsLimits(candidate: FunctionsCandidate): Refusal[] {
  const { accelerator, generation, memoryMib, concurrency } = candidate
  const rules: string[] = []
  if (accelerator) {
    rules.push(`Cloud Functions have no GPU, so no ${accelerator.type}; Cloud Run has the nvidia-l4`)
  }
  if (generation === 1 && !FIRST_GENERATION_MEMORIES.includes(memoryMib)) {
    rules.push(
      `the 1st generation has ${FIRST_GENERATION_MEMORIES.join(', ')} MiB of memory, not ${memoryMib}`,
    )
  }
  if (generation === 2 && memoryMib > 32_768)
    rules.push(`the 2nd generation has up to 32 GiB, not ${memoryMib / 1024}`)
  if (generation === 2 && concurrency > 1 && functionVcpus(candidate) < 1) {
    rules.push(
      `a concurrency over 1 needs at least 1 vCPU; ${memoryMib} MiB come with ${functionVcpus(candidate)}`,
    )
  }
  const refusals = rules.map((rule) => ({ rule, source: SOURCE }))
  return refusals.length === 0 && candidate.vcpus !== undefined
    ? asService(candidate, candidate.vcpus)
    : refusals
}

/** With its CPU set, a function of the 2nd generation is held to the shapes of the Cloud Run service it becomes. */
function asService(candidate: FunctionsCandidate, vcpus: number): Refusal[] {
  const { accelerator: _, ...rest } = candidate
  const memoryGib = candidate.memoryMib / 1024
  return cloudRunLimits({ ...rest, platform: 'cloud-run', vcpus, memoryGib, billing: 'request-based' })
}

export function functionsPayloadLimits({ generation }: FunctionsCandidate, payload: PayloadSize): Refusal[] {
  const most = generation === 1 ? 10_000_000 : 32_000_000
  const size = Math.max(payload.requestBytes, payload.replyBytes)
  if (size <= most) return []
  const limit = generation === 1 ? '10 MB' : '32 MB'
  return [
    {
      rule: `requests and replies are up to ${limit}; the larger here is ${(size / 1e6).toFixed(1)} MB`,
      source: SOURCE,
    },
  ]
}
