import type { SloCheck } from '../core/advice.ts'
import type { Percentile, Range, Slo } from '../core/scenario.ts'
import type { Assessed } from './assessment.ts'

/** Holds every line of the SLO against a candidate; errors only where something is known of them. */
export function checkSlo(
  slo: Slo,
  { latencyMs, errorRatio }: Pick<Assessed, 'latencyMs' | 'errorRatio'>,
): SloCheck[] {
  const limits = Object.entries(slo.latencyMs) as [Percentile, number][]
  const checks = limits.map(([percentile, limit]) => check(percentile, limit, latencyMs[percentile]))
  return errorRatio ? [...checks, check('errors', slo.errorRatio, errorRatio)] : checks
}

function check(metric: SloCheck['metric'], limit: number, found: Range): SloCheck {
  const outcome = compare(found, limit)
  const end = outcome === 'undecided' ? found.value : outcome === 'meets' ? found.high : found.low
  return { metric, limit, found, outcome, marginRatio: limit === 0 ? end : (end - limit) / limit }
}

/** Meets when the whole range is within the limit, misses when none of it is; else the evidence does not decide. */
function compare({ low, high }: Range, limit: number): SloCheck['outcome'] {
  if (high <= limit) return 'meets'
  return low > limit ? 'misses' : 'undecided'
}
