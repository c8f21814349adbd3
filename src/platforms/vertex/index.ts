import type { VertexCandidate } from '../../core/candidate.ts'
import { VERTEX_LOOP } from '../../core/controller.ts'
import { machineType } from '../../core/machine-type.ts'
import type { Platform } from '../platform.ts'
import { vertexLimits, vertexPayloadLimits } from './limits.ts'
import { vertexUsage } from './usage.ts'

/** Default of a dedicated endpoint (Vertex AI docs, 2026-08). */
const TIMEOUT_S = 600

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
  scaling({ minReplicas: min, maxReplicas: max }, { targetUtilization }) {
    return {
      controller: { kind: 'vertex', ...VERTEX_LOOP, min, max, target: targetUtilization },
      routing: 'least-outstanding',
      provisioning: 'vertexNode',
      pendingQueue: false,
      timeoutS: TIMEOUT_S,
    }
  },
  usage: vertexUsage,
  caveats: ({ purchase }) =>
    purchase === 'spot'
      ? ['spot nodes may be taken away at any time, all at once, and are not always to be had']
      : [],
  assumptions: [
    {
      name: 'Vertex AI scales',
      value: 'every 15 s to ceil(nodes x utilisation / target); the highest of the last 5 min is applied',
      source: 'Vertex AI docs, autoscaling, 2026-08',
    },
    {
      name: 'Vertex AI bills nodes while they start',
      value: 'yes, from the decision to start them',
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
