import type { Problem } from '../core/errors.ts'
import type { Traffic } from '../core/scenario.ts'
import { formatRps } from '../core/units.ts'
import { greatestMeanRps, sharpen, weekRates } from '../traffic/week-curve.ts'
import type { WhatIf } from './what-if.ts'

type Outcome = { readonly traffic: Traffic } | { readonly problems: readonly Problem[] }

/** The traffic asked about. With a peak, a rate is the mean of the scenario's own shape; without, it is flat. */
export function supposeTraffic(own: Traffic, { traffic, peakFactor }: WhatIf): Outcome {
  const scaled = traffic ? scale(own, traffic, peakFactor !== undefined) : own
  return peakFactor === undefined ? { traffic: scaled } : withPeak(scaled, peakFactor)
}

function scale(own: Traffic, asked: NonNullable<WhatIf['traffic']>, shaped: boolean): Traffic {
  if ('factor' in asked) return scaleTraffic(own, asked.factor)
  return shaped ? scaleTraffic(own, asked.rps / own.rps) : { rps: asked.rps }
}

function scaleTraffic(traffic: Traffic, factor: number): Traffic {
  const { rps, curve, trace, burst } = traffic
  return {
    ...traffic,
    rps: rps * factor,
    ...(curve ? { curve: { ...curve, peakRps: curve.peakRps * factor } } : {}),
    ...(trace ? { trace: { ...trace, rps: trace.rps.map((each) => each * factor) } } : {}),
    ...(burst ? { burst: { ...burst, rps: burst.rps * factor } } : {}),
  }
}

/** The shape of a day where the traffic has none. */
const DAY = { shape: 'sine', timeZone: 'UTC', weekendFactor: 1 } as const

function withPeak(traffic: Traffic, peakFactor: number): Outcome {
  const fault = (message: string, hint: string): Outcome => ({
    problems: [{ field: 'peak-factor', message, hint }],
  })
  if (!(peakFactor >= 1)) return fault(`${peakFactor} is under 1`, 'the highest rate is at least the mean')
  const { rps, trace } = traffic
  if (traffic.burst && traffic.burst.rps <= rps * peakFactor) {
    const message = `a peak of ${formatRps(rps * peakFactor)} requests/s is above the burst of ${formatRps(traffic.burst.rps)}`
    return fault(message, 'make it lower: the burst of the scenario stays as it is')
  }
  const tooHigh = () =>
    fault(`${peakFactor} is too high for this traffic`, 'so high a peak does not fit into that mean')
  if (trace) {
    const rates = sharpen(trace.rps, peakFactor)
    return rates ? { traffic: { ...traffic, trace: { ...trace, rps: rates } } } : tooHigh()
  }
  const curve = { ...(traffic.curve ?? DAY), peakRps: rps * peakFactor }
  if (!traffic.curve && peakFactor === 1) return { traffic }
  const most = greatestMeanRps(curve)
  if (rps > most * (1 + 1e-9)) {
    const least = formatRps((rps / most) * peakFactor)
    return fault(
      `${peakFactor} is too low for its weekend`,
      `with that weekend the peak is at least ${least} times the mean`,
    )
  }
  return weekRates(rps, curve) ? { traffic: { ...traffic, curve } } : tooHigh()
}
