import type { ModelProfile, ProfilePoint, ProfileResult } from '../core/model-profile.ts'
import type { Slo } from '../core/scenario.ts'
import { formatMs } from '../core/units.ts'
import type { VariantFacts } from '../core/variant.ts'

/** Of the settings that keep to the limits, with variants that keep to the accuracy: the most items a second. */
export function bestPoint(
  results: readonly ProfileResult[],
  variants: readonly VariantFacts[],
  maxLoss: number | undefined,
  slo: Slo | undefined,
): ModelProfile['best'] {
  const lossy = variants.filter(
    ({ accuracy }) => maxLoss !== undefined && (accuracy?.loss.value ?? 0) > maxLoss,
  )
  const refused = new Set(lossy.map(({ name }) => name))
  const limits = Object.entries(slo?.latencyMs ?? {})
  const keeps = ({ inferenceMs }: ProfileResult) =>
    limits.every(([name, limit]) => {
      const found =
        name === 'p50'
          ? inferenceMs.p50.value
          : name === 'p95' || name === 'p90'
            ? inferenceMs.p95
            : inferenceMs.p99
      return found <= limit
    })
  const best = results
    .filter((result) => !refused.has(result.variant) && keeps(result))
    .sort((a, b) => b.perSecond.value - a.perSecond.value)[0]
  const criterion =
    limits.length === 0
      ? 'most items a second'
      : `most items a second with inferences of ${limits.map(([name, ms]) => `${name} ≤ ${formatMs(ms)}`).join(', ')}`
  return { criterion, point: best ? pointOf(best) : null }
}

function pointOf({ variant, threads, batch, concurrency }: ProfileResult): ProfilePoint {
  return { variant, threads, batch, concurrency }
}
