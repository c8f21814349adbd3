/** The highest of the values of the last so many seconds. Takes amortised constant time a value. */
export class TrailingMax {
  readonly #windowS: number
  /** Times and values that may still be the highest: values fall from the front on. */
  readonly #atS: number[] = []
  readonly #values: number[] = []
  #front = 0

  constructor(windowS: number) {
    this.#windowS = windowS
  }

  /** @param nowS rising from call to call; a value as old as the window still counts not */
  push(nowS: number, value: number): number {
    while (this.#values.length > this.#front && (this.#values.at(-1) as number) <= value) {
      this.#values.pop()
      this.#atS.pop()
    }
    this.#values.push(value)
    this.#atS.push(nowS)
    while ((this.#atS[this.#front] as number) <= nowS - this.#windowS + 1e-6) this.#front++
    if (this.#front > 1024) this.#forget()
    return this.#values[this.#front] as number
  }

  #forget(): void {
    this.#values.splice(0, this.#front)
    this.#atS.splice(0, this.#front)
    this.#front = 0
  }
}
