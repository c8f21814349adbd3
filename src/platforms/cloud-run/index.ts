import type { CloudRunCandidate } from '../../core/candidate.ts'
import { CLOUD_RUN_LOOP } from '../../core/controller.ts'
import type { Platform } from '../platform.ts'
import { cloudRunLimits, cloudRunPayloadLimits } from './limits.ts'
import { cloudRunUsage } from './usage.ts'

/** Idle instances with a GPU are kept up to 10 minutes (Cloud Run docs, GPU; 2026-08). */
const GPU_RETENTION_S = 600
/** Default request timeout (Cloud Run Admin API, 2026-08). */
const TIMEOUT_S = 300

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
    const { minReplicas: min, maxReplicas: max, accelerator } = candidate
    const retentionS = accelerator ? GPU_RETENTION_S : CLOUD_RUN_LOOP.retentionS
    return {
      controller: { kind: 'cloud-run', ...CLOUD_RUN_LOOP, min, max, target: targetUtilization, retentionS },
      routing: 'least-outstanding',
      provisioning: accelerator ? 'gpuContainer' : 'container',
      pendingQueue: true,
      timeoutS: TIMEOUT_S,
    }
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
      value: 'the time that instances start is added; the 10 s after the last request are not',
      source: 'Cloud Run pricing, 2026-10',
    },
    {
      name: 'Cloud Run scales',
      value:
        'looks every 5 s; the greater of its averages over 1 and 10 min counts; a full fleet starts one more; idle instances stay 15 min (GPU 10 min); requests wait up to max(3.5 x start-up, 10 s)',
      source: 'Cloud Run docs, 2026-08 to 2026-10; the interval is from an older page',
    },
    {
      name: 'Cloud Run free tier',
      value: 'the first 2 million requests; the credit of up to $5.22 a month is not subtracted',
      source: 'Cloud Run pricing, 2025-08; it is one per billing account',
    },
  ],
}
