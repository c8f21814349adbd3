import { z } from 'zod'
import type { Comparison } from '../../gate/comparison.ts'
import type { Frozen } from './frozen.ts'
import { evidence, figure, metric, outcome, range, unit, usdRange, worsening } from './parts.ts'

const comparedRun = z.strictObject({
  file: z.string(),
  id: z.string(),
  startedAt: z.string(),
  plimsoll: z.string(),
  complete: z.boolean(),
  cheapest: z.string().nullable(),
  usdPerMonth: usdRange.nullable(),
})

const difference = z.strictObject({
  what: z.enum(['settings', 'candidates', 'model', 'machine', 'runtime', 'version']),
  field: z.string(),
  values: z.array(z.string()),
})

const measuredRow = z.strictObject({
  metric,
  subject: z.string(),
  unit,
  values: z.array(
    z.strictObject({
      value: figure,
      low: figure,
      high: figure,
      worsening: worsening.nullable(),
      change: z.enum(['worse', 'better', 'not shown', 'unknown']),
    }),
  ),
})

const candidateRow = z.strictObject({
  candidate: z.string(),
  values: z.array(
    z
      .strictObject({
        outcome,
        evidence,
        usdPerMonth: usdRange.nullable(),
        latencyMs: range.nullable(),
        percentile: z.string(),
      })
      .nullable(),
  ),
})

/** What `plimsoll compare --json` prints. */
export const COMPARISON_SCHEMA = z.strictObject({
  schemaVersion: z.literal(1),
  plimsoll: z.string(),
  book: z.string(),
  runs: z.array(comparedRun).min(2),
  differences: z.array(difference),
  comparable: z.boolean(),
  because: z.array(z.string()),
  measured: z.array(measuredRow),
  candidates: z.array(candidateRow),
})

/** Every comparison fits the schema: this does not compile otherwise. */
export function asPublishedComparison(comparison: Comparison): Frozen<z.infer<typeof COMPARISON_SCHEMA>> {
  return comparison
}
