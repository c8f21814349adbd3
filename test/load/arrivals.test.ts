import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Arrival, checkArrival, createArrivals, limitArrivals } from '../../src/load/arrivals.ts'

const rates = fc.double({ min: 0.01, max: 1e4, noNaN: true })
const times = fc.double({ min: 0.1, max: 100, noNaN: true })
const spacings = fc.constantFrom('even' as const, 'poisson' as const)
const steps = fc.array(fc.record({ rps: rates, durationS: times }), { minLength: 1, maxLength: 5 })

const anyArrival: fc.Arbitrary<Arrival> = fc.oneof(
  fc.record({ kind: fc.constantFrom('constant' as const, 'poisson' as const), rps: rates }),
  fc.record({
    kind: fc.constant('ramp' as const),
    fromRps: fc.oneof(fc.constant(0), rates),
    toRps: rates,
    overS: times,
    spacing: spacings,
  }),
  fc.record({ kind: fc.constantFrom('steps' as const, 'rates' as const), steps, spacing: spacings }),
  fc
    .record({
      meanRps: rates,
      ratio: fc.double({ min: 0, max: 1, noNaN: true }),
      periodS: times,
      spacing: spacings,
    })
    .map(({ ratio, ...sine }) => ({ kind: 'sine' as const, amplitudeRps: sine.meanRps * ratio, ...sine })),
)

/** Due times until there are no more, at most so many. */
function take(arrival: Arrival, count: number, seed = 1): number[] {
  const next = limitArrivals(createArrivals(arrival, seed), { count })
  const due: number[] = []
  for (let ms = next(); ms < Number.POSITIVE_INFINITY; ms = next()) due.push(ms)
  return due
}

/** Expected requests by a time, by summing the rate over small steps. */
function integrate(rpsAt: (timeS: number) => number, untilS: number): number {
  const parts = 20_000
  const widthS = untilS / parts
  let sum = 0
  for (let part = 0; part < parts; part++) sum += rpsAt((part + 0.5) * widthS) * widthS
  return sum
}

describe('arrivals of every kind', () => {
  it('are never before the start, never out of order, and the same for the same seed', () => {
    const property = fc.property(anyArrival, fc.nat(300), fc.integer(), (arrival, count, seed) => {
      expect(checkArrival(arrival)).toEqual([])
      const due = take(arrival, count, seed)
      expect(due.length).toBeLessThanOrEqual(count)
      expect(due.every((ms, index) => ms >= (due[index - 1] ?? 0))).toBe(true)
      expect(take(arrival, count, seed)).toEqual(due)
    })
    fc.assert(property)
  })

  it('end after the time that they are limited to, and with no fewer than fit into it', () => {
    const next = limitArrivals(createArrivals({ kind: 'constant', rps: 10 }, 1), { durationS: 1 })
    expect(Array.from({ length: 12 }, next)).toEqual([
      0,
      100,
      200,
      300,
      400,
      500,
      600,
      700,
      800,
      900,
      Infinity,
      Infinity,
    ])
  })
})

describe('constant arrivals', () => {
  it('are evenly spaced from 0', () => {
    expect(take({ kind: 'constant', rps: 4 }, 3)).toEqual([0, 250, 500])
  })
})

describe('Poisson arrivals', () => {
  it('are others for another seed', () => {
    const arrival: Arrival = { kind: 'poisson', rps: 50 }
    expect(take(arrival, 100, 7)).not.toEqual(take(arrival, 100, 8))
  })

  it('come at the mean rate: the n-th gap sum has mean n/rps and deviation sqrt(n)/rps', () => {
    const count = 2000
    const property = fc.property(rates, fc.integer(), (rps, seed) => {
      const lastS = (take({ kind: 'poisson', rps }, count, seed).at(-1) ?? 0) / 1000
      expect(Math.abs(lastS * rps - count)).toBeLessThan(6 * Math.sqrt(count))
    })
    fc.assert(property)
  })

  it('have exponential gaps: as many longer than the mean as e says', () => {
    const due = take({ kind: 'poisson', rps: 1000 }, 10_000, 3)
    const long = due.filter((ms, index) => ms - (due[index - 1] ?? 0) > 1).length
    expect(Math.abs(long / 10_000 - Math.exp(-1))).toBeLessThan(0.015)
  })
})

describe('arrivals whose rate changes', () => {
  const ramp: Arrival = { kind: 'ramp', fromRps: 0, toRps: 100, overS: 10, spacing: 'even' }
  const sine: Arrival = { kind: 'sine', meanRps: 50, amplitudeRps: 50, periodS: 4, spacing: 'even' }

  it('are due when the expected count reaches each whole number: rate by rate, the ramp and the sine', () => {
    const rampRps = (timeS: number) => Math.min(100, timeS * 10)
    const sineRps = (timeS: number) => 50 + 50 * Math.sin((2 * Math.PI * timeS) / 4)
    for (const [index, ms] of take(ramp, 900).entries()) {
      if (index % 50 === 0) expect(integrate(rampRps, ms / 1000)).toBeCloseTo(index, 2)
    }
    for (const [index, ms] of take(sine, 900).entries()) {
      if (index % 50 === 0) expect(integrate(sineRps, ms / 1000)).toBeCloseTo(index, 2)
    }
  })

  it('keep the last rate of the ramp after it', () => {
    const due = take(ramp, 700)
    expect((due[699] ?? 0) - (due[698] ?? 0)).toBeCloseTo(10, 6)
  })

  it('follow steps, of which some may be silent, and end with the last', () => {
    const silentFirst = [
      { rps: 0, durationS: 5 },
      { rps: 10, durationS: 1 },
      { rps: 0, durationS: 1 },
      { rps: 2, durationS: 1 },
    ]
    const due = take({ kind: 'steps', steps: silentFirst, spacing: 'even' }, 100)
    expect(due.map(Math.round)).toEqual([
      5000, 5100, 5200, 5300, 5400, 5500, 5600, 5700, 5800, 5900, 7000, 7500,
    ])
  })

  it('number what the rates add up to when they are Poisson: mean and variance are both the expected count', () => {
    const arrival: Arrival = {
      kind: 'steps',
      steps: [
        { rps: 40, durationS: 2 },
        { rps: 10, durationS: 2 },
      ],
    }
    const counts = Array.from({ length: 400 }, (_, seed) => take(arrival, 1000, seed).length)
    const mean = counts.reduce((sum, count) => sum + count, 0) / 400
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 399
    expect(Math.abs(mean - 100)).toBeLessThan(2)
    expect(variance / 100).toBeGreaterThan(0.75)
    expect(variance / 100).toBeLessThan(1.3)
  })

  it('repeat a trace of requests as it was', () => {
    expect(take({ kind: 'timestamps', atMs: Float64Array.of(0, 5, 5, 90) }, 10)).toEqual([0, 5, 5, 90])
  })
})

describe('a check of arrivals', () => {
  it.each<[string, Arrival, number]>([
    ['no rate', { kind: 'constant', rps: 0 }, 1],
    ['no number', { kind: 'poisson', rps: Number.NaN }, 1],
    ['a ramp of nothing', { kind: 'ramp', fromRps: 0, toRps: 0, overS: 0 }, 2],
    ['a sine that goes below 0', { kind: 'sine', meanRps: 1, amplitudeRps: 2, periodS: 1 }, 1],
    ['steps that never send', { kind: 'steps', steps: [{ rps: 0, durationS: 1 }] }, 1],
    ['a step back', { kind: 'rates', steps: [{ rps: 1, durationS: -1 }] }, 1],
    ['an empty trace', { kind: 'timestamps', atMs: new Float64Array(0) }, 1],
  ])('finds %s', (_title, arrival, problems) => {
    expect(checkArrival(arrival)).toHaveLength(problems)
  })
})
