import { type RateProfile, RateReader } from './rate-profile.ts'

/**
 * Poisson arrivals whose rate follows a profile, by thinning (Lewis and Shedler, 1979): candidates come at the highest
 * rate of the stretch between two knots, and each stays with the chance that the rate has of it. Exact, and where the
 * rate is flat nothing is thrown away.
 */
export class ThinnedArrivals {
  readonly #reader: RateReader
  readonly #random: () => number
  #nowMs: number
  /** End of the stretch and its highest rate, per ms. */
  #untilMs = Number.NEGATIVE_INFINITY
  #mostPerMs = 0
  #flat = true

  constructor(profile: RateProfile, startMs: number, random: () => number) {
    this.#reader = new RateReader(profile)
    this.#random = random
    this.#nowMs = startMs
  }

  /** The next arrival, ms; infinite when none will come. */
  next(): number {
    for (;;) {
      if (this.#nowMs >= this.#untilMs) this.#enterStretch()
      const gapMs = -Math.log(1 - this.#random()) / this.#mostPerMs
      if (!(this.#nowMs + gapMs < this.#untilMs)) {
        if (this.#untilMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
        // Poisson arrivals have no memory: the wait starts anew where the rate changes.
        this.#nowMs = this.#untilMs
        continue
      }
      this.#nowMs += gapMs
      if (this.#flat || this.#random() * this.#mostPerMs * 1000 < this.#reader.at(this.#nowMs / 1000)) {
        return this.#nowMs
      }
    }
  }

  #enterStretch(): void {
    const fromS = this.#nowMs / 1000
    const untilS = this.#reader.nextKnotS(fromS)
    this.#untilMs = untilS * 1000
    this.#mostPerMs = this.#reader.most(fromS, untilS) / 1000
    this.#flat = this.#reader.at(fromS) === this.#reader.at((fromS + Math.min(untilS, fromS + 1e9)) / 2)
    // A knot that rounding puts at the present would hold the clock.
    if (this.#untilMs <= this.#nowMs) this.#untilMs = this.#nowMs + 1e-3
  }
}
