/** How many replicas serve, and for how long, where only their number counts. */
export class StartingReplicas {
  readonly #maturesAfterS: number
  #matured: number
  /** When each of the others began to serve or will, s. */
  #readyS: number[] = []
  #serving: number

  constructor(matured: number, maturesAfterS: number) {
    this.#matured = matured
    this.#serving = matured
    this.#maturesAfterS = maturesAfterS
  }

  get serving(): number {
    return this.#serving
  }

  start(readyS: number): void {
    this.#readyS.push(readyS)
  }

  /** Brings the counts to a time. */
  settle(nowS: number): void {
    if (this.#readyS.length === 0) return
    const young = this.#readyS.filter((readyS) => readyS + this.#maturesAfterS > nowS)
    this.#matured += this.#readyS.length - young.length
    this.#readyS = young
    this.#count(nowS)
  }

  /** Stops so many: first those that serve last. */
  stop(count: number): void {
    const young = this.#readyS.sort((a, b) => a - b)
    const fromYoung = Math.min(count, young.length)
    young.length -= fromYoung
    this.#matured -= count - fromYoung
    this.#serving = Math.min(this.#serving, this.#matured + young.length)
  }

  maturedShare(nowS: number): number {
    this.settle(nowS)
    return this.#serving === 0 ? 1 : this.#matured / this.#serving
  }

  #count(nowS: number): void {
    let serving = this.#matured
    for (const readyS of this.#readyS) if (readyS <= nowS) serving++
    this.#serving = serving
  }
}
