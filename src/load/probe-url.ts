import type { Measurement } from '../core/measurement.ts'
import type { SloLimit, SloVerdict } from '../stats/slo-verdict.ts'
import { createArrivals, limitArrivals } from './arrivals.ts'
import { DueOrder } from './due-order.ts'
import { type LoadBatch, loadOpen, type OpenLoad } from './open-loop.ts'
import type { ProbeBudget, Prober, StopProbe } from './search/prober.ts'
import { watchProbe } from './search/watch-probe.ts'

/** One load, and its verdict where there was an SLO to judge it by. */
export interface JudgedLoad {
  readonly measurement: Measurement
  readonly verdict: SloVerdict | null
  /** Why the server counts as over-saturated, if it does. */
  readonly overSaturated: string | null
  /** Whether the verdict ended it before its requests or its time did. */
  readonly stoppedEarly: boolean
}

/**
 * Loads until every limit is shown to be met or one to be missed, or the load is over; without limits, until it is
 * over. A load that is invalid decides nothing.
 */
export async function loadJudged(
  load: OpenLoad,
  limits: readonly SloLimit[],
  confidence: number,
): Promise<JudgedLoad> {
  if (limits.length === 0) {
    return { measurement: await loadOpen(load), verdict: null, overSaturated: null, stoppedEarly: false }
  }
  const watch = watchProbe(limits, [], confidence)
  let stoppedEarly = false
  const onBatch = inOrder(load, limits, (batch) => {
    stoppedEarly ||= watch.add(batch)
    return stoppedEarly
  })
  const measurement = await loadOpen({ ...load, onBatch })
  const { slo, verdict, overSaturated = null } = watch.sighting()
  const answer = measurement.valid ? verdict : 'undecided'
  return { measurement, verdict: { ...slo, verdict: answer }, overSaturated, stoppedEarly }
}

/** A prober that loads a URL with Poisson arrivals; each probe has a seed of its own. */
export function probeUrl(
  load: Omit<OpenLoad, 'arrival' | 'count' | 'onBatch'>,
  limits: readonly SloLimit[],
): Prober {
  let probes = 0
  return async (rps: number, { requests }: ProbeBudget, stop: StopProbe) => {
    const seed = load.seed + probes++
    const plan: OpenLoad = { ...load, seed, arrival: { kind: 'poisson', rps }, count: requests }
    const measurement = await loadOpen({ ...plan, onBatch: inOrder(plan, limits, stop) })
    const { valid, invalidReasons, counts } = measurement
    return { requestsUsed: counts.due, valid, invalidReasons, measurement }
  }
}

/** Hands batches on in order of due, and the load their wish to stop. */
function inOrder(
  load: OpenLoad,
  limits: readonly SloLimit[],
  stop: StopProbe,
): (batch: LoadBatch) => 'stop' | undefined {
  const longestLimitMs = Math.max(...limits.map(({ latencyMs }) => latencyMs ?? load.timeoutMs))
  const arrivals = limitArrivals(createArrivals(load.arrival, load.seed), load)
  const order = new DueOrder(arrivals, load.warmupRequests ?? 0, longestLimitMs)
  let stopped = false
  return (batch) => {
    // What was not due when it stopped is never sent, and must not be waited for.
    if (stopped) return 'stop'
    const series = order.take(batch)
    stopped = series.dueMs.length > 0 && stop(series)
    return stopped ? 'stop' : undefined
  }
}
