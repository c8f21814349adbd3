import { z } from 'zod'
import { API_IDS } from '../../core/deploy-settings.ts'
import type { RunRecord } from '../../core/run-record.ts'
import type { Frozen } from './frozen.ts'
import {
  candidate,
  cloudRecord,
  figure,
  hostFacts,
  modelFacts,
  ofPercentiles,
  percentiles,
  profileOrigin,
  range,
  refusal,
  slo,
  startUp,
  traffic,
  variantFacts,
} from './parts.ts'

const times = z.array(z.number())

const variantPlace = z.strictObject({
  image: z.string().exactOptional(),
  modelUri: z.string().exactOptional(),
})

const interval = z.strictObject({ low: figure, high: figure, confidence: z.number() })

const errorCount = z.strictObject({ count: z.int(), example: z.string() })

const loadWindow = z.strictObject({
  startS: z.number(),
  due: z.int(),
  ok: z.int(),
  error: z.int(),
  timeout: z.int(),
  dropped: z.int(),
  p50Ms: figure,
  p95Ms: figure,
  p99Ms: figure,
})

const measurement = z.strictObject({
  startedAt: z.string(),
  durationS: z.number(),
  arrivals: z.enum(['closed', 'poisson', 'constant', 'ramp', 'steps', 'sine', 'rates', 'timestamps']),
  connections: z.int(),
  offeredRps: z.number(),
  goodputRps: z.number(),
  counts: z.strictObject({
    due: z.int(),
    sent: z.int(),
    ok: z.int(),
    error: z.int(),
    timeout: z.int(),
    dropped: z.int(),
  }),
  errors: z.partialRecord(
    z.enum(['connect', 'tls', 'timeout', 'reset', 'status', 'malformed', 'dropped']),
    errorCount,
  ),
  responseMs: percentiles,
  serviceMs: percentiles,
  intervals: ofPercentiles(interval.exactOptional()),
  sendLagMs: z.strictObject({ p50: figure, p99: figure, max: figure }),
  warmUp: z.strictObject({ requests: z.int(), responseMs: percentiles, samplesMs: times }).exactOptional(),
  valid: z.boolean(),
  invalidReasons: z.array(z.string()),
  warnings: z.array(z.string()).exactOptional(),
  windows: z.array(loadWindow).exactOptional(),
  sockets: z.strictObject({ opened: z.int(), died: z.int(), retried: z.int() }).exactOptional(),
  samplesMs: times,
  inferenceMs: times,
})

const profile = z.strictObject({
  host: hostFacts,
  model: modelFacts,
  requestBytes: z.int(),
  replyBytes: z.int().exactOptional(),
  peakRssMib: z.number().exactOptional(),
  startUps: z.array(startUp),
  arithmetic: z.literal('int8').exactOptional(),
  source: profileOrigin.exactOptional(),
  settings: z.array(
    z.strictObject({
      threads: z.int(),
      measurement,
      stretch: times.exactOptional(),
      batches: times.exactOptional(),
    }),
  ),
})

const input = z.strictObject({
  shape: z.array(z.int()),
  values: z.discriminatedUnion('from', [
    z.strictObject({ from: z.literal('uniform'), low: z.number(), high: z.number() }),
    z.strictObject({ from: z.literal('constant'), value: z.number() }),
    z.strictObject({ from: z.literal('file'), path: z.string() }),
  ]),
  samples: z.string().exactOptional(),
})

const startUpMs = z.number().exactOptional()

const scenario = z.strictObject({
  name: z.string(),
  file: z.string(),
  sha256: z.string(),
  model: z.strictObject({
    file: z.string(),
    path: z.string(),
    inputs: z.record(z.string(), input),
    encoding: z.enum(['json', 'base64']),
    variants: z.array(z.strictObject({ name: z.string(), path: z.string().exactOptional() })).exactOptional(),
    maxAccuracyLoss: z.number().exactOptional(),
  }),
  slo,
  traffic,
  load: z.strictObject({
    requests: z.int(),
    warmupRequests: z.int(),
    startups: z.int(),
    timeoutMs: z.number(),
    arrivals: z.enum(['poisson', 'constant']),
    seed: z.int(),
  }),
  assumptions: z.strictObject({
    networkMs: range,
    targetUtilization: z.number(),
    startUpMs: z
      .strictObject({
        container: startUpMs,
        gpuContainer: startUpMs,
        vertexNode: startUpMs,
        vm: startUpMs,
        gpuVm: startUpMs,
      })
      .exactOptional(),
    n1VcpuPerLocalCore: z.number().exactOptional(),
  }),
  candidates: z.array(candidate),
  deploy: z
    .strictObject({
      project: z.string(),
      image: z.string().exactOptional(),
      serviceAccount: z.string().exactOptional(),
      modelUri: z.string().exactOptional(),
      variants: z.record(z.string(), variantPlace).exactOptional(),
      network: z.string().exactOptional(),
      subnetwork: z.string().exactOptional(),
      clientRanges: z.array(z.string()).exactOptional(),
      port: z.int(),
      predictPath: z.string(),
      healthPath: z.string(),
      parallel: z.int(),
      maxReplicas: z.int(),
      expiryMs: z.number(),
      readyTimeoutMs: z.number(),
      callTimeoutMs: z.number(),
      pollMs: z.number(),
      endpoints: z.partialRecord(z.enum(API_IDS), z.string()),
    })
    .exactOptional(),
})

const trial = z.discriminatedUnion('status', [
  z.strictObject({ candidate: z.string(), status: z.literal('refused'), refusals: z.array(refusal) }),
  z.strictObject({ candidate: z.string(), status: z.literal('modelled') }),
  z.strictObject({
    candidate: z.string(),
    status: z.literal('measured'),
    measurement,
    payload: z.strictObject({ requestBytes: z.int(), replyBytes: z.int() }),
  }),
  z.strictObject({ candidate: z.string(), status: z.literal('failed'), error: z.string() }),
])

/** A saved run, run.json: all that was measured. */
export const RUN_SCHEMA = z.strictObject({
  schemaVersion: z.literal(1),
  plimsoll: z.string(),
  id: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  scenario,
  profile: profile.nullable(),
  variants: z.array(z.strictObject({ facts: variantFacts, profile: profile.nullable() })).exactOptional(),
  trials: z.array(trial),
  cloud: cloudRecord.exactOptional(),
})

/** Every run fits the schema: this does not compile otherwise. */
export function asPublishedRun(record: RunRecord): Frozen<z.infer<typeof RUN_SCHEMA>> {
  return record
}
