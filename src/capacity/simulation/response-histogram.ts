/** Sub-buckets to each doubling, as a power of 2: a bucket is at most 1/256 = 0.39% of its values wide. */
const BITS = 8
const PER_OCTAVE = 2 ** BITS
/** Largest time told apart by its bucket, µs: 71 minutes. What is longer lies evenly from there to the longest. */
const LARGEST_US = 2 ** 32 - 1
const BUCKETS = PER_OCTAVE * (32 - BITS + 1)

/**
 * Response times by their count, to the microsecond below 256 µs and to 1/256 above. Counts may be weights: of a
 * month's strata, each counts as often as the requests that it stands for.
 */
export class ResponseHistogram {
  readonly counts = new Float64Array(BUCKETS)
  count = 0
  sumMs = 0
  minMs = Number.POSITIVE_INFINITY
  maxMs = Number.NEGATIVE_INFINITY

  record(ms: number): void {
    const bucket = bucketOf(ms)
    this.counts[bucket] = (this.counts[bucket] as number) + 1
    this.count++
    this.sumMs += ms
    if (ms < this.minMs) this.minMs = ms
    if (ms > this.maxMs) this.maxMs = ms
  }

  /** Adds another's times, each counting `weight` times and `shiftMs` later. */
  add(other: ResponseHistogram, weight = 1, shiftMs = 0): void {
    if (other.count === 0 || weight === 0) return
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = other.counts[bucket] as number
      if (count === 0) continue
      const into = shiftMs === 0 ? bucket : bucketOf(middleOf(bucket) + shiftMs)
      this.counts[into] = (this.counts[into] as number) + count * weight
    }
    this.count += other.count * weight
    this.minMs = Math.min(this.minMs, other.minMs + shiftMs)
    this.maxMs = Math.max(this.maxMs, other.maxMs + shiftMs)
    this.sumMs += (other.sumMs + other.count * shiftMs) * weight
  }

  get mean(): number {
    return this.sumMs / this.count
  }

  /** Within 0.4% of the true value, ms, and never beyond the least and the most. NaN when empty. */
  percentile(ratio: number): number {
    if (this.count === 0) return Number.NaN
    return Math.min(this.maxMs, Math.max(this.minMs, this.#inBucket(ratio)))
  }

  #inBucket(ratio: number): number {
    const rank = Math.min(1, Math.max(0, ratio)) * this.count * (1 - 1e-12)
    let [passed, last] = [0, 0]
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.counts[bucket] as number
      if (count === 0) continue
      // Straight inside a bucket: a percentile moves evenly with what it is of.
      if (passed + count > rank) return lowOf(bucket) + this.#widthOf(bucket) * ((rank - passed) / count)
      passed += count
      last = bucket
    }
    return middleOf(last)
  }

  /** The last bucket has all that is longer. */
  #widthOf(bucket: number): number {
    return bucket === BUCKETS - 1 ? Math.max(widthOf(bucket), this.maxMs - lowOf(bucket)) : widthOf(bucket)
  }

  /** Weight of the times over a limit. */
  over(ms: number): number {
    const from = bucketOf(ms)
    const inside = Math.min(1, Math.max(0, (lowOf(from) + widthOf(from) - ms) / widthOf(from)))
    let sum = (this.counts[from] as number) * inside
    for (let bucket = from + 1; bucket < BUCKETS; bucket++) sum += this.counts[bucket] as number
    return sum
  }
}

function bucketOf(ms: number): number {
  const us = ms > 0 ? Math.min(LARGEST_US, Math.round(ms * 1000)) : 0
  if (us < PER_OCTAVE) return us
  const octave = 32 - BITS - Math.clz32(us)
  return octave * PER_OCTAVE + (us >>> (octave - 1)) - PER_OCTAVE
}

/** Where a bucket begins, ms. Whole µs stand for what rounds to them. */
function lowOf(bucket: number): number {
  const octave = bucket >>> BITS
  if (octave <= 1) return Math.max(0, (bucket - 0.5) / 1000)
  return (((bucket & (PER_OCTAVE - 1)) + PER_OCTAVE) * 2 ** (octave - 1) - 0.5) / 1000
}

function widthOf(bucket: number): number {
  return 2 ** Math.max(0, (bucket >>> BITS) - 1) / 1000
}

function middleOf(bucket: number): number {
  return lowOf(bucket) + widthOf(bucket) / 2
}
