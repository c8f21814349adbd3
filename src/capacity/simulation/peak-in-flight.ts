/** A fleet of an on-demand platform, as the number of requests in flight sees it. */
export interface PeakShape {
  /** Slots that would be busy, had every request one at once. */
  readonly busySlots: number
  /** Replicas that get requests; more come as soon as these are full. */
  readonly active: number
  readonly slots: number
  readonly concurrency: number
  /** E[S²] / E[S]². */
  readonly squareOverMean: number
}

/** From here on the number in flight is taken as normal: fleets of this size have room for it. */
const LARGE = 40
/** Levels looked at above the mean. */
const MOST_LEVELS = 400
/** Loads closer than this are taken as one. */
const LOAD_STEP = 0.01

/**
 * Draws the most requests in flight during a stretch of time: the number passes a level m upwards once in
 * 1 / (rate · P[m]), and one passing is followed by others until it has gone down for good, of which it does
 * 1 - P[m + 2] / P[m + 1] (a walk that falls more often than it rises). Such crowds are taken as independent.
 */
export class PeakInFlight {
  readonly #levels = new Map<number, Float64Array>()

  /**
   * @param arrivals expected in the stretch
   * @param chance uniform in [0, 1): the peak is drawn by its quantile
   */
  draw(shape: PeakShape, arrivals: number, chance: number): number {
    if (shape.busySlots <= 0 || arrivals <= 0) return 0
    if (shape.busySlots >= LARGE) return gaussianPeak(shape.busySlots, arrivals, chance)
    const chances = this.#chancesOf(shape)
    let upTo = 0
    for (let level = 0; level < chances.length; level++) {
      const chanceOf = chances[level] as number
      upTo += chanceOf
      const above = chances[level + 1] ?? 0
      const last = above > 0 ? Math.max(0, 1 - (chances[level + 2] ?? 0) / above) : 1
      if (upTo * Math.exp(-arrivals * chanceOf * last) > chance) return level
    }
    return chances.length
  }

  #chancesOf(shape: PeakShape): Float64Array {
    const load = Math.round(Math.log(shape.busySlots) / LOAD_STEP)
    const key = load * 100_000 + shape.active
    let chances = this.#levels.get(key)
    if (!chances) {
      chances = levelChances({ ...shape, busySlots: Math.exp(load * LOAD_STEP) })
      this.#levels.set(key, chances)
    }
    return chances
  }
}

/**
 * P[m in flight], as a birth and death process: up to the slots of the replicas at work, each request has one; beyond
 * them it waits, and the tail falls as in a queue whose wait is (1 + cv²) / 2 of the exponential one.
 */
function levelChances({ busySlots, active, slots, concurrency, squareOverMean }: PeakShape): Float64Array {
  const chances = new Float64Array(Math.ceil(busySlots) + MOST_LEVELS)
  chances[0] = 1
  let sum = 1
  for (let level = 1; level < chances.length; level++) {
    const replicas = Math.max(active, Math.ceil(level / concurrency))
    const working = replicas * slots
    const load = busySlots / working
    const waits = (squareOverMean / 2) * load
    // r / (1 - r) = (1 + cv²) / 2 · load / (1 - load), which is the load itself for exponential services
    const ratio = level <= working ? busySlots / level : load >= 1 ? 1 : waits / (1 - load + waits)
    const chance = (chances[level - 1] as number) * ratio
    chances[level] = chance
    sum += chance
    if (chance < sum * 1e-15 && level > busySlots) break
  }
  return chances.map((chance) => chance / sum)
}

/** The quantile for a normal density, with the skew of a Poisson number (Cornish and Fisher). */
function gaussianPeak(mean: number, arrivals: number, chance: number): number {
  const deviation = Math.sqrt(mean)
  const passings = arrivals / (deviation * Math.sqrt(2 * Math.PI) * -Math.log(Math.max(1e-12, chance)))
  const heightOf = (crowds: number) => (crowds > 1 ? Math.sqrt(2 * Math.log(crowds)) : 0)
  const rough = heightOf(passings)
  const z = heightOf((passings * rough) / (deviation + rough))
  return Math.round(mean + deviation * z + (z * z - 1) / 6)
}
