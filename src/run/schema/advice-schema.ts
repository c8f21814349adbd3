import { z } from 'zod'
import type { Advice } from '../../core/advice.ts'
import type { Frozen } from './frozen.ts'
import {
  candidate,
  cloudRecord,
  evidence,
  figure,
  hostFacts,
  modelFacts,
  ofPercentiles,
  outcome,
  percentiles,
  profileOrigin,
  purchase,
  range,
  refusal,
  slo,
  startUp,
  traffic,
  usd,
  usdRange,
  variantFacts,
} from './parts.ts'

const billLine = z.strictObject({
  resource: z.string(),
  region: z.string(),
  purchase: purchase.exactOptional(),
  usageIndex: z.int().exactOptional(),
  sku: z.string().nullable(),
  description: z.string(),
  quantity: z.string(),
  unit: z.string(),
  usdPerUnit: usd,
  tier: z.string().exactOptional(),
  derivation: z.string().exactOptional(),
  discount: z.strictObject({ kind: z.literal('sustained use'), factor: z.string() }).exactOptional(),
  usd,
  basis: z.enum(['listed', 'derived']),
  rule: z.string().exactOptional(),
  asOf: z.string(),
  source: z.string(),
})

const bill = z.strictObject({
  lines: z.array(billLine),
  missing: z.array(
    z.strictObject({
      resource: z.string(),
      region: z.string(),
      unit: z.string(),
      purchase: purchase.exactOptional(),
      usageIndex: z.int().exactOptional(),
      message: z.string(),
    }),
  ),
  usdTotal: usd.nullable(),
})

const check = z.strictObject({
  metric: z.enum(['p50', 'p90', 'p95', 'p99', 'p999', 'errors']),
  limit: z.number(),
  found: range,
  outcome: z.enum(['meets', 'misses', 'undecided']),
  marginRatio: figure,
})

const operation = z.strictObject({
  replicas: range,
  meanReplicas: range,
  utilization: range,
  peakLoad: range,
  slotsPerReplica: z.number(),
  coldStartRatio: z.number(),
  busiestMs: ofPercentiles(range),
  simulated: z.strictObject({ requests: z.number(), method: z.enum(['full', 'fluid']) }),
})

const verdict = z.strictObject({
  candidate,
  outcome,
  evidence,
  costEvidence: evidence,
  usdPerMonth: usdRange.nullable(),
  usdPerMillionRequests: usdRange.nullable(),
  latencyMs: ofPercentiles(range).nullable(),
  aloneMs: ofPercentiles(figure).nullable(),
  checks: z.array(check),
  operation: operation.nullable(),
  bill: bill.nullable(),
  refusals: z.array(refusal),
  reasons: z.array(z.string()).min(1),
  caveats: z.array(z.string()),
})

const otherTraffic = {
  meanRps: z.number(),
  peakRps: z.number(),
  cheapest: z.string().nullable(),
  usdPerMonth: usd.nullable(),
  ties: z.array(z.string()),
}

const outlook = z.strictObject({
  scaled: z.array(
    z.strictObject({
      ...otherTraffic,
      factor: z.number(),
      breaks: z.array(z.strictObject({ candidate: z.string(), why: z.string() })),
      costs: z.array(z.strictObject({ candidate: z.string(), outcome, usdPerMonth: usd.nullable() })),
    }),
  ),
  breakEvens: z.array(
    z.strictObject({
      below: z.string(),
      above: z.string(),
      meanRps: z.number(),
      peakRps: z.number(),
      because: z.enum(['cost', 'below-misses', 'above-misses']),
      aboveFromRps: z.number().nullable(),
      usdPerMonth: usd.nullable(),
    }),
  ),
  flat: z.strictObject({ ...otherTraffic, why: z.string().nullable() }).nullable(),
})

const profile = z.strictObject({
  host: hostFacts,
  model: modelFacts,
  requestBytes: z.int(),
  replyBytes: z.int(),
  peakRssMib: z.number(),
  startUpMs: z.strictObject({ median: startUp, count: z.int() }),
  source: profileOrigin.exactOptional(),
  settings: z.array(
    z.strictObject({
      threads: z.int(),
      requests: z.int(),
      serviceMs: percentiles,
      inferenceMs: percentiles.nullable(),
      valid: z.boolean(),
      invalidReasons: z.array(z.string()),
    }),
  ),
})

const variant = variantFacts.extend({
  refused: z.boolean(),
  settings: z.array(z.strictObject({ threads: z.int(), serviceMs: percentiles, ratioToFp32: figure })),
})

const mixPart = z.strictObject({
  candidate,
  requests: z.number(),
  usdPerMonth: usdRange,
  latencyMs: ofPercentiles(range),
  operation,
})

const mix = z.strictObject({
  base: mixPart.extend({ replicas: z.int(), upToRps: z.number() }),
  burst: mixPart,
  splitBy: z.enum(['clients', 'load-balancer']),
  loadBalancerUsd: usd,
  evidence,
  usdPerMonth: usdRange,
  latencyMs: ofPercentiles(range),
  checks: z.array(check),
  bill,
  than: z.string().nullable(),
  usdLess: usd.nullable(),
  isClear: z.boolean(),
  caveats: z.array(z.string()),
})

/** What `--json` and `report --format json` print: the advice, with null for what is infinite. */
export const ADVICE_SCHEMA = z.strictObject({
  schemaVersion: z.literal(1),
  plimsoll: z.string(),
  run: z.strictObject({ id: z.string(), startedAt: z.string(), complete: z.boolean() }),
  scenario: z.strictObject({ name: z.string(), file: z.string(), sha256: z.string() }),
  slo,
  traffic,
  month: z.strictObject({ meanRps: z.number(), peakRps: z.number(), requests: z.number() }),
  book: z.strictObject({
    date: z.string(),
    ageDays: z.number().exactOptional(),
    origin: z.enum(['built-in', 'synced', 'given']),
    file: z.string().exactOptional(),
    prices: z.int(),
    derived: z.int(),
    oldest: z.string(),
    newest: z.string(),
  }),
  profile: profile.nullable(),
  variants: z.array(variant).exactOptional(),
  verdicts: z.array(verdict),
  cheapest: z.string().nullable(),
  ties: z.array(z.string()),
  frontier: z.array(z.string()),
  bestSettings: z.array(z.strictObject({ of: z.string(), best: z.string(), among: z.array(z.string()) })),
  outlook: outlook.nullable(),
  hourly: z
    .strictObject({
      rps: z.array(z.number()),
      candidates: z.array(
        z.strictObject({
          candidate: z.string(),
          replicas: z.array(z.number()),
          usd: z.array(usd).nullable(),
        }),
      ),
    })
    .exactOptional(),
  loadCurves: z
    .array(
      z.strictObject({
        candidate: z.string(),
        capacityRps: z.number(),
        points: z.array(
          z.strictObject({
            offeredRps: z.number(),
            goodputRps: z.number(),
            latencyMs: ofPercentiles(figure),
          }),
        ),
      }),
    )
    .exactOptional(),
  suggestion: z
    .strictObject({
      candidate,
      evidence,
      usdPerMonth: usdRange,
      latencyMs: ofPercentiles(range),
      checks: z.array(check),
      usdLess: usd.nullable(),
    })
    .nullable(),
  mix: mix.nullable(),
  recommendation: z.array(z.string()),
  nextMeasurement: z
    .strictObject({
      candidates: z.array(z.string()),
      settles: z.string(),
      usd,
      usdEach: z.array(usd),
      minutesEach: z.number(),
    })
    .nullable(),
  assumptions: z.array(
    z.strictObject({
      name: z.string(),
      value: z.string(),
      source: z.string(),
      setBy: z.string().exactOptional(),
    }),
  ),
  warnings: z.array(z.string()),
  cloud: cloudRecord.exactOptional(),
})

/** Every advice fits the schema: this does not compile otherwise. */
export function asPublishedAdvice(advice: Advice): Frozen<z.infer<typeof ADVICE_SCHEMA>> {
  return advice
}
