/**
 * Requests per second over a stretch of time, straight between its knots. Two knots at one time are a jump. Before
 * the first knot the rate is the first one's, after the last the last one's.
 */
export interface RateProfile {
  /** From the start, s; never falling. */
  readonly atS: Float64Array
  /** As many as there are times; 0 or more. */
  readonly rps: Float64Array
}

/** A profile by sampling a rate at even steps. Between the samples it is taken as straight. */
export function profileOf(rpsAt: (tS: number) => number, durationS: number, stepS = 60): RateProfile {
  const steps = Math.max(1, Math.ceil(durationS / stepS))
  const atS = Float64Array.from({ length: steps + 1 }, (_, step) => Math.min(durationS, step * stepS))
  return { atS, rps: atS.map((tS) => rpsAt(tS)) }
}

/** A profile of stretches with one flat rate each, in order of time. */
export function stepProfile(stretches: readonly { startS: number; rps: number }[]): RateProfile {
  const knots = stretches.flatMap(({ startS, rps }, index) => {
    const before = stretches[index - 1]
    return before ? [[startS, before.rps] as const, [startS, rps] as const] : [[startS, rps] as const]
  })
  return { atS: Float64Array.from(knots, ([atS]) => atS), rps: Float64Array.from(knots, ([, rps]) => rps) }
}

export function flatProfile(rps: number): RateProfile {
  return { atS: Float64Array.of(0), rps: Float64Array.of(rps) }
}

/** What keeps a profile from being one; empty when it may be simulated. */
export function profileFaults({ atS, rps }: RateProfile): string[] {
  if (atS.length === 0 || atS.length !== rps.length)
    return ['a rate profile needs a rate for each of its times']
  const faults: string[] = []
  const wrong = rps.findIndex((rate) => !(rate >= 0 && rate < Number.POSITIVE_INFINITY))
  if (wrong >= 0) faults.push(`the rate at ${atS[wrong]} s is ${rps[wrong]}; it must be 0 or more`)
  const back = atS.findIndex((time, index) => !(index === 0 || time >= (atS[index - 1] as number)))
  if (back >= 0) faults.push(`the times run backwards at ${atS[back]} s`)
  if (atS.some((time) => !Number.isFinite(time))) faults.push('a time is not a number')
  return faults
}

/** Reads a profile; quick for times that rise from call to call, right for all. */
export class RateReader {
  readonly #atS: Float64Array
  readonly #rps: Float64Array
  /** The last knot at or before the time last asked for; -1 before the first. */
  #knot = -1

  constructor({ atS, rps }: RateProfile) {
    this.#atS = atS
    this.#rps = rps
  }

  at(tS: number): number {
    this.#seek(tS)
    const knot = this.#knot
    if (knot < 0) return this.#rps[0] as number
    if (knot >= this.#atS.length - 1) return this.#rps[this.#rps.length - 1] as number
    const [from, to] = [this.#atS[knot] as number, this.#atS[knot + 1] as number]
    const [before, after] = [this.#rps[knot] as number, this.#rps[knot + 1] as number]
    return before + ((after - before) * (tS - from)) / (to - from)
  }

  /** Requests expected between two times. */
  between(fromS: number, toS: number): number {
    let [sum, at] = [0, fromS]
    while (at < toS) {
      const until = Math.min(toS, this.nextKnotS(at))
      sum += ((this.at(at) + this.#before(until)) / 2) * (until - at)
      at = until
    }
    return sum
  }

  /** The first knot after a time; infinite after the last. */
  nextKnotS(tS: number): number {
    this.#seek(tS)
    return this.#atS[this.#knot + 1] ?? Number.POSITIVE_INFINITY
  }

  /** The highest rate from a time to the next knot after it, or to `untilS` if that is before. */
  most(tS: number, untilS: number): number {
    return Math.max(this.at(tS), this.#before(Math.min(untilS, this.nextKnotS(tS))))
  }

  /** The rate just before a time: what the stretch that ends there comes to. */
  #before(tS: number): number {
    if (tS === Number.POSITIVE_INFINITY) return this.#rps[this.#rps.length - 1] as number
    const next = this.#knot + 1
    if (this.#atS[next] === tS) return this.#rps[next] as number
    return this.at(tS)
  }

  #seek(tS: number): void {
    const last = this.#atS.length - 1
    if (this.#knot >= 0 && (this.#atS[this.#knot] as number) > tS) this.#knot = this.#search(tS)
    while (this.#knot < last && (this.#atS[this.#knot + 1] as number) <= tS) this.#knot++
  }

  #search(tS: number): number {
    let [low, high] = [0, this.#atS.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#atS[middle] as number) <= tS) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
