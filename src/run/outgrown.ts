import type { Measurement } from '../core/measurement.ts'
import type { Percentile, Range } from '../core/scenario.ts'
import { formatRps } from '../core/units.ts'
import type { MonthProfile } from '../traffic/month-profile.ts'

/** A load at a rate comes out a little lower or higher by chance: of a few hundred requests by less than this. */
const BY_CHANCE = 1.2

/** Whether the traffic has higher rates than a deployment was loaded at: what it was then does not show what it is. */
export function isOutgrown({ offeredRps }: Measurement, { peakRps }: Pick<MonthProfile, 'peakRps'>): boolean {
  return peakRps > offeredRps * BY_CHANCE
}

export function outgrownCaveat(
  { offeredRps }: Measurement,
  { peakRps }: Pick<MonthProfile, 'peakRps'>,
): string {
  const [loaded, peak] = [formatRps(offeredRps), formatRps(peakRps)]
  return `loaded at ${loaded} requests/s: at the ${peak} of this traffic its latency is simulated from the times measured then`
}

/** More traffic makes no deployment faster than it was measured. */
export function noFasterThan(
  simulated: Readonly<Record<Percentile, Range>>,
  measured: Readonly<Record<Percentile, Range>>,
): Record<Percentile, Range> {
  const entries = Object.entries(simulated) as [Percentile, Range][]
  return Object.fromEntries(
    entries.map(([percentile, range]) => [percentile, atLeast(range, measured[percentile])]),
  ) as Record<Percentile, Range>
}

/** The higher of both at each end; a measured end that the sample does not resolve says nothing. */
export function atLeast(simulated: Range, measured: Range): Range {
  const value = Math.max(simulated.value, measured.value)
  return {
    low: Math.min(value, Math.max(simulated.low, measured.low)),
    value,
    high: Math.max(value, simulated.high, measured.high),
  }
}
