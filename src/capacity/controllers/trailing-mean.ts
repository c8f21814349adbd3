/** Mean over the last so many seconds of values that each hold for one period. */
export class TrailingMean {
  readonly #values: Float64Array
  #next = 0
  #filled = 0
  #sum = 0

  /** @param windowS at least one period */
  constructor(windowS: number, periodS: number) {
    this.#values = new Float64Array(Math.max(1, Math.round(windowS / periodS)))
  }

  /** The mean with this value as the newest; of fewer values while there are fewer. */
  push(value: number): number {
    this.#sum += value - (this.#values[this.#next] as number)
    this.#values[this.#next] = value
    this.#next = this.#next + 1 === this.#values.length ? 0 : this.#next + 1
    this.#filled = Math.min(this.#values.length, this.#filled + 1)
    // Once round, the sum is taken anew, so that rounding does not add up.
    if (this.#next === 0) this.#sum = this.#values.reduce((sum, each) => sum + each, 0)
    return this.#sum / this.#filled
  }
}
