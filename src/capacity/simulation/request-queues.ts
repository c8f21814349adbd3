/**
 * Requests in the system, and the queues that they wait in: numbered slots in typed arrays, queues as chains through
 * them. Allocates only when more are in the system than ever before, which doubles it.
 */
export class RequestQueues {
  arrivedMs: Float64Array
  /** Time of its service, ms, once it is served. */
  serviceMs: Float64Array
  /** Replica that serves it. */
  replica: Int32Array
  /** The next in its queue or batch; -1 at the end. */
  next: Int32Array
  #free = 0
  readonly #head: Int32Array
  readonly #tail: Int32Array
  readonly length: Int32Array

  constructor(queues: number, capacity = 1024) {
    this.arrivedMs = new Float64Array(capacity)
    this.serviceMs = new Float64Array(capacity)
    this.replica = new Int32Array(capacity)
    this.next = new Int32Array(capacity)
    this.#chainFrom(0)
    this.#head = new Int32Array(queues).fill(-1)
    this.#tail = new Int32Array(queues).fill(-1)
    this.length = new Int32Array(queues)
  }

  take(arrivedMs: number): number {
    if (this.#free < 0) this.#grow()
    const request = this.#free
    this.#free = this.next[request] as number
    this.arrivedMs[request] = arrivedMs
    this.next[request] = -1
    return request
  }

  release(request: number): void {
    this.next[request] = this.#free
    this.#free = request
  }

  /** The first of a queue; -1 when it is empty. */
  first(queue: number): number {
    return this.#head[queue] as number
  }

  append(queue: number, request: number): void {
    const tail = this.#tail[queue] as number
    if (tail < 0) this.#head[queue] = request
    else this.next[tail] = request
    this.#tail[queue] = request
    this.next[request] = -1
    this.length[queue] = (this.length[queue] as number) + 1
  }

  /** Takes out the first of a queue that is not empty. */
  shift(queue: number): number {
    const request = this.#head[queue] as number
    const after = this.next[request] as number
    this.#head[queue] = after
    if (after < 0) this.#tail[queue] = -1
    this.length[queue] = (this.length[queue] as number) - 1
    this.next[request] = -1
    return request
  }

  #grow(): void {
    const before = this.next.length
    const grown = <T extends Float64Array | Int32Array>(old: T, made: T): T => {
      made.set(old)
      return made
    }
    this.arrivedMs = grown(this.arrivedMs, new Float64Array(2 * before))
    this.serviceMs = grown(this.serviceMs, new Float64Array(2 * before))
    this.replica = grown(this.replica, new Int32Array(2 * before))
    this.next = grown(this.next, new Int32Array(2 * before))
    this.#chainFrom(before)
  }

  /** Makes a chain of free slots from here to the end. */
  #chainFrom(start: number): void {
    for (let slot = start; slot < this.next.length; slot++) this.next[slot] = slot + 1
    this.next[this.next.length - 1] = -1
    this.#free = start
  }
}
