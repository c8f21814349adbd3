import { z } from 'zod'
import { PURCHASES } from '../../core/bill.ts'

/** A figure that may be infinite, as where a queue grows without end: JSON has null in its place. */
export const figure = z.number().nullable()

export const range = z.strictObject({ low: figure, value: figure, high: figure })

/** Money, exactly. */
export const usd = z.string().regex(/^-?\d+(\.\d+)?$/)

export const usdRange = z.strictObject({ value: usd, low: usd, high: usd })

const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p999'] as const
const percentile = z.enum(PERCENTILES)

/** One of each percentile. */
export function ofPercentiles<Schema extends z.ZodType>(schema: Schema) {
  return z.strictObject({ p50: schema, p90: schema, p95: schema, p99: schema, p999: schema })
}

/** ms. */
export const percentiles = z.strictObject({ ...ofPercentiles(figure).shape, max: figure, mean: figure })

export const purchase = z.enum(PURCHASES)

/** Of a candidate. */
export const outcome = z.enum(['meets', 'misses', 'undecided', 'unpriced', 'refused', 'untested'])

export const evidence = z.enum(['measured', 'modelled'])

/** What is compared between runs, and its unit. */
export const metric = z.enum([
  'p10',
  ...PERCENTILES,
  'goodput',
  'cpu',
  'errors',
  'startUp',
  'modelSize',
  'usdPerMonth',
  'usdPerMillion',
  'slo',
])

export const unit = z.enum(['ms', 'requests/s', 'ratio', 'bytes', 'USD'])

/** How much worse, as a ratio. */
export const worsening = z.strictObject({
  value: figure,
  low: figure,
  high: figure,
  confidence: z.strictObject({ low: z.number(), high: z.number() }),
})

export const slo = z.strictObject({
  latencyMs: z.partialRecord(percentile, z.number()),
  errorRatio: z.number().min(0).max(1),
})

export const traffic = z.strictObject({
  rps: z.number(),
  curve: z
    .strictObject({
      peakRps: z.number(),
      shape: z.union([z.enum(['sine', 'office', 'evening']), z.array(z.number())]),
      timeZone: z.string(),
      weekendFactor: z.number(),
    })
    .exactOptional(),
  trace: z.strictObject({ file: z.string(), stepS: z.number(), rps: z.array(z.number()) }).exactOptional(),
  burst: z.strictObject({ rps: z.number(), hoursPerDay: z.number() }).exactOptional(),
  bursts: z
    .strictObject({
      factor: z.number(),
      lengthS: z.number(),
      everyS: z.number(),
      process: z.enum(['regular', 'markov']),
    })
    .exactOptional(),
  growthRatio: z.number().exactOptional(),
})

const urlAuth = z.union([
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('id-token'), audience: z.string() }),
  z.strictObject({ kind: z.literal('access-token') }),
  z.strictObject({ kind: z.literal('api-key'), env: z.string() }),
  z.strictObject({ kind: z.literal('bearer'), env: z.string() }),
  z.strictObject({ kind: z.literal('header'), header: z.string(), env: z.string() }),
  z.strictObject({ kind: z.literal('header'), header: z.string(), command: z.string() }),
])

/** What a run did in a project. */
export const cloudRecord = z.strictObject({
  project: z.string(),
  run: z.string(),
  maxSpendUsd: usd,
  spentUsd: usd,
  deployments: z.array(
    z.strictObject({
      candidate: z.string(),
      steps: z.array(z.strictObject({ step: z.string(), ms: z.number() })),
      coldStartMs: z.array(z.number()),
      replicaStartMs: z.number().exactOptional(),
      roundTripMs: figure,
      spentUsd: usd,
      left: z.array(
        z.strictObject({
          kind: z.string(),
          name: z.string(),
          region: z.string(),
          why: z.string(),
          usdPerDay: z.strictObject({ low: z.string(), high: z.string() }),
        }),
      ),
      notes: z.array(z.string()),
    }),
  ),
})

const candidateBase = {
  name: z.string(),
  region: z.string(),
  accelerator: z.strictObject({ type: z.string(), count: z.int() }).exactOptional(),
  threads: z.number(),
  maxBatch: z.int().exactOptional(),
  variant: z.string().exactOptional(),
  minReplicas: z.int(),
  maxReplicas: z.int(),
  url: z.string().exactOptional(),
  tokenEnv: z.string().exactOptional(),
  auth: urlAuth.exactOptional(),
  image: z.string().exactOptional(),
  server: z
    .strictObject({ kind: z.enum(['tensorflow-serving', 'triton']), model: z.string() })
    .exactOptional(),
}

export const candidate = z.discriminatedUnion('platform', [
  z.strictObject({
    platform: z.literal('vertex'),
    ...candidateBase,
    machineType: z.string(),
    purchase: z.enum(['on-demand', 'spot']).exactOptional(),
  }),
  z.strictObject({
    platform: z.literal('cloud-run'),
    ...candidateBase,
    vcpus: z.number(),
    memoryGib: z.number(),
    concurrency: z.int(),
    billing: z.enum(['request-based', 'instance-based']),
  }),
  z.strictObject({
    platform: z.literal('functions'),
    ...candidateBase,
    generation: z.union([z.literal(1), z.literal(2)]),
    memoryMib: z.number(),
    vcpus: z.number().exactOptional(),
    concurrency: z.int(),
  }),
  z.strictObject({
    platform: z.literal('gce'),
    ...candidateBase,
    kind: z.enum(['vm', 'mig']),
    machineType: z.string(),
    purchase: purchase.exactOptional(),
    diskGib: z.number(),
    diskType: z.string().exactOptional(),
  }),
])

export const profileOrigin = z.strictObject({ file: z.string(), startedAt: z.string() })

export const refusal = z.strictObject({ rule: z.string(), source: z.string() })

const tensor = z.strictObject({
  name: z.string(),
  type: z.string(),
  shape: z.array(z.number().nullable()),
})

export const modelFacts = z.strictObject({
  sha256: z.string(),
  bytes: z.int(),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
  work: z
    .strictObject({
      macs: z.number(),
      bytesMoved: z.number(),
      parameters: z.number(),
      kernels: z.number(),
    })
    .exactOptional(),
})

export const hostFacts = z.strictObject({
  cpuModel: z.string(),
  cores: z.int(),
  memoryGib: z.number(),
  os: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
  simd: z.array(z.string()),
  microarchitecture: z.string().nullable(),
  mhz: z.number(),
})

export const startUp = z.strictObject({
  processMs: z.number(),
  modelLoadMs: z.number(),
  firstReplyMs: z.number(),
  totalMs: z.number(),
})

const accuracy = z.strictObject({
  samples: z.int(),
  source: z.enum(['files', 'generated']),
  outputs: z.array(
    z.strictObject({
      output: z.string(),
      kind: z.enum(['classes', 'mask', 'text', 'values']),
      agreement: range.nullable(),
      iou: range.nullable(),
      cosine: range.nullable(),
      maxError: figure.nullable(),
      largest: figure.nullable(),
      loss: range,
    }),
  ),
  loss: range,
})

export const variantFacts = z.strictObject({
  name: z.string(),
  path: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  fp32Bytes: z.int(),
  accuracy: accuracy.nullable(),
  notes: z.array(z.string()),
})
