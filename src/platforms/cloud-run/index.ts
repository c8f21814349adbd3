import type { CloudRunCandidate } from '../../core/candidate.ts'
import type { Platform } from '../platform.ts'
import { cloudRunLimits, cloudRunPayloadLimits } from './limits.ts'
import { cloudRunUsage } from './usage.ts'

/** Idle instances are kept up to 15 minutes, with a GPU 10 (Cloud Run docs, autoscaling; 2026-08). */
const IDLE_RETENTION_S = { cpu: 900, gpu: 600 }

/** Cloud Run services: billed while requests are in flight, or for the life of each instance. */
export const cloudRun: Platform<CloudRunCandidate> = {
  id: 'cloud-run',
  limits: cloudRunLimits,
  payloadLimits: cloudRunPayloadLimits,
  replica(candidate) {
    const { vcpus, memoryGib, concurrency, accelerator } = candidate
    return { vcpus, cpu: 'serverless', memoryGib, concurrency, ...(accelerator ? { accelerator } : {}) }
  },
  scaling(candidate, { targetUtilization }) {
    const { minReplicas: min, maxReplicas: max } = candidate
    const toZeroAfterS = min > 0 ? null : IDLE_RETENTION_S[candidate.accelerator ? 'gpu' : 'cpu']
    return { kind: 'requests', min, max, target: targetUtilization, toZeroAfterS }
  },
  usage: cloudRunUsage,
  caveats: () => [],
  assumptions: [
    {
      name: 'Cloud Run vCPU',
      value: 'as fast as one between E2 and N2',
      source: 'not published; the spread of the estimate covers both',
    },
    {
      name: 'Cloud Run rounds each busy stretch of an instance up to 100 ms',
      value: '100 ms',
      source: 'Cloud Run pricing, 2026-10; that it rounds per stretch is read into it',
    },
    {
      name: 'Cloud Run bills instances while they start and stop',
      value: 'starts that requests wait for are added; the 10 s after the last request are not',
      source: 'Cloud Run pricing, 2026-10',
    },
    {
      name: 'Cloud Run free tier',
      value: 'the first 2 million requests; the credit of up to $5.22 a month is not subtracted',
      source: 'Cloud Run pricing, 2025-08; it is one per billing account',
    },
  ],
}
