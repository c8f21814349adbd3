import { z } from 'zod'
import type { GateResult } from '../../gate/gate-result.ts'
import type { Frozen } from './frozen.ts'
import { figure, metric, unit, usd, worsening } from './parts.ts'

const concern = z.enum(['slo', 'regression', 'cost'])

const outcome = z.enum(['passed', 'failed', 'inconclusive'])

const judgement = z.strictObject({
  metric,
  subject: z.string(),
  concern,
  unit,
  base: z.union([figure, usd]),
  head: z.union([figure, usd]),
  worsening: worsening.nullable(),
  allowed: figure,
  detectable: figure,
  outcome: z.enum([...outcome.options, 'unjudged']),
  reason: z.string(),
})

const measured = z.strictObject({
  arrivals: z.enum(['closed', 'constant', 'poisson']),
  rps: z.number().nullable(),
  connections: z.number(),
  requestsPerBlock: z.number(),
  quads: z.number(),
  confirmingQuads: z.number(),
  invalidQuads: z.number(),
  freshProcesses: z.boolean(),
  seconds: z.number(),
})

const billChange = z.strictObject({
  description: z.string(),
  resource: z.string(),
  baseUsd: usd,
  headUsd: usd,
  usd,
})

const changePoint = z.strictObject({
  metric: z.string(),
  index: z.int(),
  entry: z.string(),
  before: figure,
  after: figure,
  pValue: z.number(),
  unit: z.string().exactOptional(),
})

const historyEntry = z.strictObject({
  schemaVersion: z.literal(1),
  at: z.string(),
  head: z.string(),
  commit: z.string().optional(),
  series: z.string(),
  figures: z.record(z.string(), figure),
  units: z.record(z.string(), z.string()).optional(),
})

/** What `plimsoll gate --json` prints. */
export const GATE_SCHEMA = z.strictObject({
  schemaVersion: z.literal(1),
  plimsoll: z.string(),
  mode: z.enum(['interleaved', 'baseline', 'calibration']),
  outcome,
  startedAt: z.string(),
  base: z.string(),
  head: z.string(),
  failOn: z.array(z.enum([...concern.options, 'inconclusive'])),
  judgements: z.array(judgement),
  summary: z.array(z.string()),
  notes: z.array(z.string()),
  measured: measured.nullable(),
  billChanges: z.array(billChange),
  changePoints: z.array(changePoint),
  history: z
    .strictObject({ series: z.string(), entries: z.array(historyEntry), others: z.int() })
    .nullable()
    .exactOptional(),
})

/** Every result fits the schema: this does not compile otherwise. */
export function asPublishedGate(result: GateResult): Frozen<z.infer<typeof GATE_SCHEMA>> {
  return result
}
