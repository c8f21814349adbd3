/** Sub-buckets to each doubling, as a power of 2: a bucket is at most 1/2048 = 0.049% of its values wide. */
const bits = 11
const perOctave = 2 ** bits
/** Largest value held, µs: 71 minutes. Larger ones count as this, but the maximum and mean stay exact. */
const largestUs = 2 ** 32 - 1

/** What a histogram holds, as a message between threads can carry it. */
export interface HistogramState {
  readonly octaves: readonly (Uint32Array | undefined)[]
  readonly count: number
  readonly sumUs: number
  readonly minUs: number
  readonly maxUs: number
}

/**
 * Times by their count, to the microsecond below 2 ms and to 1/2048 above: log-linear, as HdrHistogram's.
 *
 * Buckets are the same for all, so merging adds counts and loses nothing: merged percentiles are those of the whole.
 * A doubling takes 8 KiB, and only once something fell in it. Takes and gives ms.
 */
export class Histogram {
  readonly octaves: (Uint32Array | undefined)[] = []
  count = 0
  sumUs = 0
  minUs = Number.POSITIVE_INFINITY
  maxUs = 0

  static from(state: HistogramState): Histogram {
    const histogram = new Histogram()
    histogram.merge(state)
    return histogram
  }

  static of(times: Iterable<number>): Histogram {
    const histogram = new Histogram()
    for (const ms of times) histogram.record(ms)
    return histogram
  }

  /** @param ms negative ones count as 0 */
  record(ms: number): void {
    const us = ms > 0 ? Math.round(ms * 1000) : 0
    this.count++
    this.sumUs += us
    if (us < this.minUs) this.minUs = us
    if (us > this.maxUs) this.maxUs = us
    const value = Math.min(us, largestUs)
    const octave = value < perOctave ? 0 : 32 - bits - Math.clz32(value)
    const bucket = octave === 0 ? value : (value >>> (octave - 1)) - perOctave
    let counts = this.octaves[octave]
    if (counts === undefined) counts = this.#open(octave)
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }

  merge(other: HistogramState): void {
    this.count += other.count
    this.sumUs += other.sumUs
    this.minUs = Math.min(this.minUs, other.minUs)
    this.maxUs = Math.max(this.maxUs, other.maxUs)
    for (const [octave, theirs] of other.octaves.entries()) {
      if (!theirs) continue
      const ours = this.octaves[octave] ?? this.#open(octave)
      for (let bucket = 0; bucket < perOctave; bucket++) {
        ours[bucket] = (ours[bucket] ?? 0) + (theirs[bucket] ?? 0)
      }
    }
  }

  /** Nearest-rank percentile, ms: the middle of its bucket, within 0.025% of the true value. NaN when empty. */
  percentile(ratio: number): number {
    // 0.55 * 100 is 55.00000000000001 in binary: without the allowance the rank would be one too high.
    return this.atRank(Math.max(1, Math.ceil(this.count * ratio - 1e-9)))
  }

  /** The value of a rank from 1 to the count, ms; NaN beyond. */
  atRank(rank: number): number {
    const { low, high } = this.boundsAtRank(rank)
    return (low + high) / 2
  }

  /** Between which times the value of a rank from 1 to the count lies, ms, both included; NaN beyond. */
  boundsAtRank(rank: number): { low: number; high: number } {
    if (rank < 1 || rank > this.count) return { low: Number.NaN, high: Number.NaN }
    if (rank === this.count) return { low: this.maxUs / 1000, high: this.maxUs / 1000 }
    let passed = 0
    for (const { lowUs, highUs, count } of this.buckets()) {
      passed += count
      if (passed < rank) continue
      return { low: Math.max(lowUs, this.minUs) / 1000, high: Math.min(highUs, this.maxUs) / 1000 }
    }
    throw new Error('a histogram holds fewer values than it counts')
  }

  get mean(): number {
    return this.sumUs / 1000 / this.count
  }

  /** NaN when empty. */
  get max(): number {
    return this.count === 0 ? Number.NaN : this.maxUs / 1000
  }

  /** The buckets that hold something, rising, with the whole µs that they span. */
  *buckets(): Generator<{ lowUs: number; highUs: number; count: number }> {
    for (const [octave, counts] of this.octaves.entries()) {
      if (!counts) continue
      const widthUs = octave === 0 ? 1 : 2 ** (octave - 1)
      const firstUs = octave === 0 ? 0 : perOctave * widthUs
      for (let bucket = 0; bucket < perOctave; bucket++) {
        const count = counts[bucket] ?? 0
        if (count === 0) continue
        const lowUs = firstUs + bucket * widthUs
        yield { lowUs, highUs: lowUs + widthUs - 1, count }
      }
    }
  }

  #open(octave: number): Uint32Array {
    // No holes before it, so that the engine keeps the list a plain array.
    while (this.octaves.length <= octave) this.octaves.push(undefined)
    const counts = new Uint32Array(perOctave)
    this.octaves[octave] = counts
    return counts
  }
}
