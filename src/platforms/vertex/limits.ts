import type { VertexCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import type { PayloadSize, Refusal } from '../../core/measurement.ts'
import { gpuAttachmentLimits } from '../gpu-limits.ts'

const SOURCE = 'Vertex AI docs, configure-compute and choose-endpoint-type, 2026-08'
const FAMILIES = ['e2', 'n1', 'n2', 'n2d', 'c2', 'c2d', 'c3', 'g2', 'a2', 'a3']
/** Dedicated public endpoint, request and reply each. */
const MOST_BYTES = 10_000_000

export function vertexLimits(candidate: VertexCandidate): Refusal[] {
  const machine = machineType(candidate.machineType)
  const family = machine?.family ?? ''
  const rules: string[] = []
  if (!FAMILIES.includes(family)) {
    rules.push(
      `Vertex AI prediction offers no ${family.toUpperCase()} machines (it has ${FAMILIES.join(', ')})`,
    )
  }
  if (machine?.custom) rules.push('Vertex AI prediction offers no custom machine types')
  if (machine?.sharedCore) rules.push('Vertex AI prediction offers no machines that share a core')
  if (family === 'c3' && !candidate.machineType.startsWith('c3-highcpu')) {
    rules.push('of the C3 machines Vertex AI prediction offers only c3-highcpu')
  }
  if (candidate.minReplicas < 1)
    rules.push('Vertex AI prediction keeps at least 1 replica: scale to zero is a preview')
  if (candidate.accelerator?.type === 'nvidia-tesla-p100') {
    rules.push('Vertex AI ended support for the P100 on 2026-09-15')
  }
  return [...rules.map((rule) => ({ rule, source: SOURCE })), ...gpuAttachmentLimits(candidate)]
}

export function vertexPayloadLimits(
  _: VertexCandidate,
  { requestBytes, replyBytes }: PayloadSize,
): Refusal[] {
  const size = Math.max(requestBytes, replyBytes)
  if (size <= MOST_BYTES) return []
  const rule = `a dedicated endpoint takes 10 MB each way; the larger here is ${(size / 1e6).toFixed(1)} MB`
  return [{ rule, source: SOURCE }]
}
