import type { Routing } from '../../core/controller.ts'

/** The replicas that may get a request, and the choice among them. */
export interface Router {
  /** A replica with room, or -1. It stays where it is: the fleet says what changed. */
  choose(): number
  /** From now on the replica has so many requests and room for more. Also for one that is known already. */
  put(replica: number, requests: number): void
  /** The replica has no room, or is to get no more. */
  remove(replica: number): void
}

/** @param replicas how many there may be */
export function createRouter(routing: Routing, replicas: number, random: () => number): Router {
  if (routing === 'random' || routing === 'round-robin') {
    return new ListRouter(replicas, routing === 'random' ? random : undefined)
  }
  return new LoadRouter(replicas, routing === 'packed')
}

/** Replicas with room in a list: one of them at random, or each in turn. */
class ListRouter implements Router {
  readonly #open: Int32Array
  readonly #place: Int32Array
  readonly #random: (() => number) | undefined
  #count = 0
  #turn = 0

  constructor(replicas: number, random: (() => number) | undefined) {
    this.#open = new Int32Array(replicas)
    this.#place = new Int32Array(replicas).fill(-1)
    this.#random = random
  }

  choose(): number {
    if (this.#count === 0) return -1
    if (this.#count === 1) return this.#open[0] as number
    if (this.#random) return this.#open[Math.floor(this.#random() * this.#count)] as number
    this.#turn = this.#turn + 1 < this.#count ? this.#turn + 1 : 0
    return this.#open[this.#turn] as number
  }

  put(replica: number): void {
    if ((this.#place[replica] as number) >= 0) return
    this.#place[replica] = this.#count
    this.#open[this.#count++] = replica
  }

  remove(replica: number): void {
    const place = this.#place[replica] as number
    if (place < 0) return
    const last = this.#open[--this.#count] as number
    this.#open[place] = last
    this.#place[last] = place
    this.#place[replica] = -1
  }
}

/** Replicas with more requests than this count as equal. */
const MOST_TOLD_APART = 4095

/**
 * Replicas with room by how many requests they have, in a chain for each number. A request goes to the one with the
 * fewest, of those the one that waited longest; or, packed, to the one with the most, of those the latest.
 */
class LoadRouter implements Router {
  readonly #packed: boolean
  /** Chain that a replica is in, -1 for none; what is before and after it there. */
  readonly #load: Int32Array
  readonly #before: Int32Array
  readonly #after: Int32Array
  readonly #head = new Int32Array(MOST_TOLD_APART + 1).fill(-1)
  readonly #tail = new Int32Array(MOST_TOLD_APART + 1).fill(-1)
  #count = 0
  /** No chain below the one and above the other holds anything. */
  #low = 0
  #high = 0

  constructor(replicas: number, packed: boolean) {
    this.#packed = packed
    this.#load = new Int32Array(replicas).fill(-1)
    this.#before = new Int32Array(replicas)
    this.#after = new Int32Array(replicas)
  }

  choose(): number {
    if (this.#count === 0) return -1
    if (this.#packed) {
      while ((this.#tail[this.#high] as number) < 0) this.#high--
      return this.#tail[this.#high] as number
    }
    while ((this.#head[this.#low] as number) < 0) this.#low++
    return this.#head[this.#low] as number
  }

  put(replica: number, requests: number): void {
    const load = Math.min(requests, MOST_TOLD_APART)
    if (this.#load[replica] === load) return
    this.remove(replica)
    this.#load[replica] = load
    const tail = this.#tail[load] as number
    this.#before[replica] = tail
    this.#after[replica] = -1
    if (tail < 0) this.#head[load] = replica
    else this.#after[tail] = replica
    this.#tail[load] = replica
    if (this.#count++ === 0) {
      this.#low = load
      this.#high = load
    }
    if (load < this.#low) this.#low = load
    if (load > this.#high) this.#high = load
  }

  remove(replica: number): void {
    const load = this.#load[replica] as number
    if (load < 0) return
    const [before, after] = [this.#before[replica] as number, this.#after[replica] as number]
    if (before < 0) this.#head[load] = after
    else this.#after[before] = after
    if (after < 0) this.#tail[load] = before
    else this.#before[after] = before
    this.#load[replica] = -1
    this.#count--
  }
}
