import type { LoadFacts } from '../../core/run-event.ts'
import type { Percentile, Slo } from '../../core/scenario.ts'
import { percentileRatios } from '../../stats/percentile.ts'
import { lowerRank, upperRank } from '../../stats/percentile-interval.ts'
import type { Tally } from '../../stats/sequential-test.ts'
import { judgeTallies, type SloVerdict, sloLimits, tallyLimits } from '../../stats/slo-verdict.ts'

/** Neighbouring buckets of response times are this far apart, as a ratio: finer than a screen shows. */
const STEP = 1.01
/** Of the intervals, two-sided. */
const CONFIDENCE = 0.95
/** Seconds kept for the sparklines: two minutes. */
const SECONDS_KEPT = 120

export interface LivePercentile {
  readonly value: number
  readonly low: number
  readonly high: number
}

interface Second {
  count: number
  failed: number
  slowestMs: number
}

/** A load under way, as much of it as a screen shows. Its memory does not grow with the requests. */
export class LiveLoad {
  readonly facts: LoadFacts
  ok = 0
  failed = 0
  #lastMs = 0
  #firstMs: number | undefined
  readonly #buckets = new Map<number, number>()
  readonly #seconds = new Map<number, Second>()
  readonly #limits: ReturnType<typeof sloLimits>
  #tallies: readonly Tally[]

  constructor(facts: LoadFacts, slo: Slo) {
    this.facts = facts
    this.#limits = sloLimits(slo)
    this.#tallies = this.#limits.map(() => ({ events: 0, count: 0 }))
  }

  add(atMs: number, responseMs: readonly number[]): void {
    this.#firstMs ??= atMs
    this.#lastMs = Math.max(this.#lastMs, atMs)
    const second = this.#second(Math.floor(atMs / 1000))
    for (const ms of responseMs) {
      second.count++
      if (Number.isFinite(ms)) this.#addOk(ms, second)
      else {
        this.failed++
        second.failed++
      }
    }
    const fresh = tallyLimits(this.#limits, responseMs)
    this.#tallies = this.#tallies.map(({ events, count }, index) => ({
      events: events + (fresh[index]?.events ?? 0),
      count: count + (fresh[index]?.count ?? 0),
    }))
  }

  #addOk(ms: number, second: Second): void {
    this.ok++
    second.slowestMs = Math.max(second.slowestMs, ms)
    const bucket = Math.round(Math.log(Math.max(ms, 0.001)) / Math.log(STEP))
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
  }

  #second(at: number): Second {
    const known = this.#seconds.get(at)
    if (known) return known
    const second = { count: 0, failed: 0, slowestMs: 0 }
    this.#seconds.set(at, second)
    for (const key of this.#seconds.keys()) if (key <= at - SECONDS_KEPT) this.#seconds.delete(key)
    return second
  }

  /** Requests answered ok per second since the first; undefined before there are some. */
  get goodputRps(): number | undefined {
    const spanMs = this.#lastMs - (this.#firstMs ?? this.#lastMs)
    return spanMs > 0 ? (this.ok / spanMs) * 1000 : undefined
  }

  /** With its 95% interval, for independent requests; undefined where so few cannot resolve it. */
  percentile(of: Percentile): LivePercentile | undefined {
    const ratio = percentileRatios[of]
    const tail = (1 + CONFIDENCE) / 2
    const [low, high] = [lowerRank(this.ok, ratio, tail), upperRank(this.ok, ratio, tail)]
    if (low < 1 || high > this.ok) return undefined
    return {
      value: this.#atRank(Math.ceil(ratio * this.ok)),
      low: this.#atRank(low),
      high: this.#atRank(high),
    }
  }

  #atRank(rank: number): number {
    let seen = 0
    for (const [bucket, count] of this.#sorted()) {
      seen += count
      if (seen >= rank) return STEP ** bucket
    }
    return Number.NaN
  }

  #sorted(): [number, number][] {
    return [...this.#buckets].sort(([a], [b]) => a - b)
  }

  /** A value for each request, at most `most` of them in the same proportions, for a histogram. */
  sketch(most = 2000): number[] {
    const share = Math.min(1, most / Math.max(1, this.ok))
    return this.#sorted().flatMap(([bucket, count]) =>
      Array.from({ length: Math.max(1, Math.round(count * share)) }, () => STEP ** bucket),
    )
  }

  /** The slowest answer of each of the last seconds, oldest first; null where none came. */
  slowestBySecond(): (number | null)[] {
    return this.#bySecond(({ slowestMs }) => (slowestMs > 0 ? slowestMs : null))
  }

  requestsBySecond(): (number | null)[] {
    return this.#bySecond(({ count }) => count)
  }

  #bySecond(pick: (second: Second) => number | null): (number | null)[] {
    const keys = [...this.#seconds.keys()]
    if (keys.length === 0) return []
    const last = Math.max(...keys)
    const first = Math.max(last - SECONDS_KEPT + 1, Math.min(...keys))
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const second = this.#seconds.get(first + index)
      return second ? pick(second) : null
    })
  }

  /** Whether the SLO is met, as far as it is shown; undefined of a closed loop, in which nothing waits. */
  verdict(): SloVerdict | undefined {
    return this.facts.arrivals === 'closed' ? undefined : judgeTallies(this.#limits, this.#tallies)
  }
}
