import type { FunctionsCandidate } from '../../core/candidate.ts'
import { CLOUD_RUN_LOOP, type Controller, FUNCTIONS_LOOP } from '../../core/controller.ts'
import type { Platform } from '../platform.ts'
import { functionsLimits, functionsPayloadLimits } from './limits.ts'
import { functionVcpus } from './shape.ts'
import { functionsUsage } from './usage.ts'

/** Default timeout of both generations (Cloud Functions quotas, 2026-08). */
const TIMEOUT_S = 60

/** Cloud Functions, 1st generation by GHz-seconds and 2nd generation as Cloud Run bills them. */
export const functions: Platform<FunctionsCandidate> = {
  id: 'functions',
  limits: functionsLimits,
  payloadLimits: functionsPayloadLimits,
  replica(candidate) {
    const memoryGib = candidate.memoryMib / 1024
    return {
      vcpus: functionVcpus(candidate),
      cpu: 'serverless',
      memoryGib,
      concurrency: candidate.concurrency,
    }
  },
  scaling({ minReplicas: min, maxReplicas: max, generation }, { targetUtilization }) {
    // The 1st generation knows no target: an instance serves one request, and another starts when none is idle.
    const controller: Controller =
      generation === 1
        ? { kind: 'per-request', ...FUNCTIONS_LOOP, min, max }
        : { kind: 'cloud-run', ...CLOUD_RUN_LOOP, min, max, target: targetUtilization }
    return {
      controller,
      routing: 'least-outstanding',
      provisioning: 'container',
      pendingQueue: true,
      timeoutS: TIMEOUT_S,
    }
  },
  usage: functionsUsage,
  caveats: () => [],
  assumptions: [
    {
      name: 'Cloud Functions free tier',
      value: 'the first 2 million invocations; no GHz-seconds or GB-seconds are subtracted',
      source: 'Cloud Functions pricing, 2026-08; it is one per billing account',
    },
    {
      name: 'Cloud Functions vCPU',
      value: 'as fast as one between E2 and N2; a share of it below 1 vCPU',
      source: 'not published; 2400 MHz of the 1st generation is taken as one vCPU',
    },
    {
      name: 'Cloud Functions keep idle instances',
      value: '15 min',
      source: 'measured on the 1st generation by mikhail.io, 2019 to 2021; not published',
    },
  ],
}
