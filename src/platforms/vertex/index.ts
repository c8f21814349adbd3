import type { VertexCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import type { Platform } from '../platform.ts'
import { vertexLimits, vertexPayloadLimits } from './limits.ts'
import { vertexUsage } from './usage.ts'

/** Vertex AI prediction on a dedicated public endpoint: nodes by the hour, busy or idle. */
export const vertex: Platform<VertexCandidate> = {
  id: 'vertex',
  limits: vertexLimits,
  payloadLimits: vertexPayloadLimits,
  replica(candidate) {
    const machine = machineOf(candidate)
    return {
      // "A single core machine type is comparable to a 2-core machine type for serving": about one vCPU is Vertex's
      // own (Vertex AI docs, configure-compute, 2026-08).
      vcpus: Math.max(1, machine.vcpus - 1),
      cpu: machine.family,
      memoryGib: machine.memoryGib,
      concurrency: Number.POSITIVE_INFINITY,
      ...(candidate.accelerator ? { accelerator: candidate.accelerator } : {}),
    }
  },
  scaling(candidate, { targetUtilization }) {
    const { minReplicas: min, maxReplicas: max } = candidate
    return { kind: 'utilization', min, max, target: targetUtilization }
  },
  usage: vertexUsage,
  caveats: ({ purchase }) =>
    purchase === 'spot'
      ? ['spot nodes may be taken away at any time, all at once, and are not always to be had']
      : [],
  assumptions: [
    {
      name: 'Vertex AI bills nodes while they start',
      value: 'not added: flat traffic keeps its nodes',
      source: 'documented for batch prediction only (Vertex AI docs, 2026-08)',
    },
    {
      name: 'Vertex AI keeps one vCPU per node for itself',
      value: '1 vCPU',
      source: 'Vertex AI docs, configure-compute, 2026-08 (approximate there)',
    },
  ],
}

function machineOf(candidate: VertexCandidate) {
  const machine = machineType(candidate.machineType)
  if (!machine) throw new Error(`unknown machine type ${candidate.machineType} passed the scenario's checks`)
  return machine
}
