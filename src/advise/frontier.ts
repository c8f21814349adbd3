import type { Verdict } from '../core/advice.ts'
import { decimal } from '../core/money.ts'
import type { Percentile } from '../core/scenario.ts'

/**
 * Those that meet the SLO and that no other beats in both cost and latency, cheapest first: each next one is dearer
 * and faster. At the central estimates.
 */
export function frontier(verdicts: readonly Verdict[], percentile: Percentile): Verdict[] {
  const meeting = verdicts.filter(({ outcome, usdPerMonth }) => outcome === 'meets' && usdPerMonth !== null)
  const ms = ({ latencyMs }: Verdict) => latencyMs?.[percentile].value ?? Number.POSITIVE_INFINITY
  const byCost = [...meeting].sort(
    (a, b) => decimal(a.usdPerMonth?.value ?? 0).cmp(b.usdPerMonth?.value ?? 0) || ms(a) - ms(b),
  )
  let fastest = Number.POSITIVE_INFINITY
  return byCost.filter((verdict) => {
    if (ms(verdict) >= fastest) return false
    fastest = ms(verdict)
    return true
  })
}
