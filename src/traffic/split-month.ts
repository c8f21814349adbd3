import { HOURS_PER_MONTH } from '../core/operation.ts'
import type { RateStep } from '../core/scenario.ts'
import type { MonthProfile } from './month-profile.ts'

/** A month of traffic in two: at each moment, what comes up to a rate, and what comes above it. */
export interface SplitMonth {
  readonly below: MonthProfile
  readonly above: MonthProfile
}

/** Together both have the month's requests, and at each moment its rate. */
export function splitMonth(profile: MonthProfile, upToRps: number): SplitMonth {
  const below = shareOf(profile, (rps) => Math.min(rps, upToRps))
  return { below, above: shareOf(profile, (rps) => Math.max(0, rps - upToRps)) }
}

function shareOf(profile: MonthProfile, rateOf: (rps: number) => number): MonthProfile {
  const steps = joined(profile.steps, rateOf)
  const requests = steps.reduce((sum, { rps, durationS }) => sum + rps * durationS, 0)
  return {
    steps,
    meanRps: requests / (HOURS_PER_MONTH * 3600),
    peakRps: steps.reduce((most, { rps }) => Math.max(most, rps), 0),
    requests,
    periodHours: profile.periodHours,
  }
}

/** Steps at their share of the rate, neighbours with one rate as one. */
function joined(steps: readonly RateStep[], rateOf: (rps: number) => number): RateStep[] {
  const result: { rps: number; durationS: number }[] = []
  for (const step of steps) {
    const rps = rateOf(step.rps)
    const last = result.at(-1)
    if (last && last.rps === rps) last.durationS += step.durationS
    else result.push({ rps, durationS: step.durationS })
  }
  return result
}
