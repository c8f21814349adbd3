/**
 * A priority queue of events by time: a binary heap in two typed arrays. It allocates only when it has to grow, which
 * doubles it. Events at the same time come out in the order of their codes, so that a run can be repeated.
 */
export class EventHeap {
  #times: Float64Array
  #codes: Int32Array
  #size = 0

  constructor(capacity = 1024) {
    this.#times = new Float64Array(capacity)
    this.#codes = new Int32Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  /** Time of the earliest event; infinite when there is none. */
  get nextAt(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number)
  }

  push(at: number, code: number): void {
    if (this.#size === this.#times.length) this.#grow()
    const [times, codes] = [this.#times, this.#codes]
    let hole = this.#size++
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      const above = times[parent] as number
      if (above < at || (above === at && (codes[parent] as number) <= code)) break
      times[hole] = above
      codes[hole] = codes[parent] as number
      hole = parent
    }
    times[hole] = at
    codes[hole] = code
  }

  /** Removes the earliest event and returns its code. There must be one. */
  pop(): number {
    const [times, codes] = [this.#times, this.#codes]
    const first = codes[0] as number
    const size = --this.#size
    const at = times[size] as number
    const code = codes[size] as number
    let hole = 0
    for (let child = 1; child < size; child = 2 * hole + 1) {
      const right = child + 1
      if (right < size && this.#before(right, child)) child = right
      const below = times[child] as number
      if (at < below || (at === below && code <= (codes[child] as number))) break
      times[hole] = below
      codes[hole] = codes[child] as number
      hole = child
    }
    times[hole] = at
    codes[hole] = code
    return first
  }

  #before(a: number, b: number): boolean {
    const [at, than] = [this.#times[a] as number, this.#times[b] as number]
    return at < than || (at === than && (this.#codes[a] as number) < (this.#codes[b] as number))
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2)
    const codes = new Int32Array(times.length)
    times.set(this.#times)
    codes.set(this.#codes)
    this.#times = times
    this.#codes = codes
  }
}
