/**
 * A priority queue of events by time: a binary heap in two typed arrays. It allocates only when it has to grow, which
 * doubles it. Events at the same time come out in the order of their codes, so that a run can be repeated.
 *
 * A place that was taken out stays open until the next call: the end of a service is mostly followed by the start of
 * another, which fills it, and saves one walk through the heap of two.
 */
export class EventHeap {
  #times: Float64Array
  #codes: Int32Array
  #size = 0
  /** Whether the first place is open; it counts in the size. */
  #isOpen = false

  constructor(capacity = 1024) {
    this.#times = new Float64Array(capacity)
    this.#codes = new Int32Array(capacity)
  }

  get size(): number {
    return this.#isOpen ? this.#size - 1 : this.#size
  }

  /** Time of the earliest event; infinite when there is none. */
  get nextAt(): number {
    if (this.#isOpen) this.#close()
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number)
  }

  push(at: number, code: number): void {
    if (this.#isOpen) {
      this.#isOpen = false
      this.#sink(at, code)
      return
    }
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
    if (this.#isOpen) this.#close()
    this.#isOpen = true
    return this.#codes[0] as number
  }

  /** The last event takes the open place, and sinks from there. */
  #close(): void {
    this.#isOpen = false
    const last = --this.#size
    if (last > 0) this.#sink(this.#times[last] as number, this.#codes[last] as number)
  }

  /** Puts an event where it belongs, from the open first place down. */
  #sink(at: number, code: number): void {
    const [times, codes, size] = [this.#times, this.#codes, this.#size]
    let hole = 0
    for (let child = 1; child < size; child = 2 * hole + 1) {
      let below = times[child] as number
      const right = child + 1
      if (right < size) {
        const other = times[right] as number
        if (other < below || (other === below && (codes[right] as number) < (codes[child] as number))) {
          child = right
          below = other
        }
      }
      if (at < below || (at === below && code <= (codes[child] as number))) break
      times[hole] = below
      codes[hole] = codes[child] as number
      hole = child
    }
    times[hole] = at
    codes[hole] = code
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
