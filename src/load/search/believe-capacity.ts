import type { SloLimit } from '../../stats/slo-verdict.ts'
import { type CapacityBelief, type Considered, combineCapacities, weighCapacities } from './capacity-curve.ts'
import { type Probe, shapingLimits } from './search-plan.ts'

/** Standard deviation, in the log of the rate, of the weights with which probes share their correlation times. */
const poolingWidth = 0.1

/** What the valid probes together say of the capacity, under every limit that shapes the search. */
export function believeCapacity(
  probes: readonly Probe[],
  limits: readonly SloLimit[],
  considered: Considered,
  confidence: number,
): CapacityBelief {
  const valid = probes.filter((probe) => probe.valid)
  // What is late in a queue that still grows says how long the probe was, not how steep the curve is.
  const sound = valid.filter(({ overSaturated }) => overSaturated === undefined)
  const missed = valid.filter(({ verdict, slo, overSaturated }) => {
    return overSaturated !== undefined || (verdict === 'misses' && slo.verdict !== 'misses')
  })
  const missedRps = missed.map(({ rps }) => rps)
  const weighed = shapingLimits(limits).map(({ ratio }, index) => {
    const points = sound.map((probe) => {
      const { events, count } = probe.tallies[index] ?? { events: 0, count: 0 }
      const time = poolTime(probe, sound)
      return { rps: probe.rps, events: events / time, count: count / time }
    })
    return weighCapacities(points, ratio, missedRps, considered)
  })
  return combineCapacities(weighed, confidence)
}

/**
 * Correlation time at a probe's rate, from all probes near it. Its own would count a lucky run, without crowds, for
 * more than an unlucky one, and so put the capacity too high. A probe too short to know it, as one whose queue grew
 * all along, keeps its own and lends it to none.
 */
function poolTime(own: Probe, probes: readonly Probe[]): number {
  if (!knowsItsTime(own)) return own.correlationTime
  let [sum, total] = [0, 0]
  for (const probe of probes.filter(knowsItsTime)) {
    const distance = Math.log(probe.rps / own.rps) / poolingWidth
    const weight = probe.requestsUsed * Math.exp(-(distance ** 2) / 2)
    sum += weight * Math.log(probe.correlationTime)
    total += weight
  }
  return Math.exp(sum / total)
}

function knowsItsTime({ correlationTime, tallies }: Probe): boolean {
  return correlationTime * 10 <= (tallies[0]?.count ?? 0)
}
