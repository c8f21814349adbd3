/** What a fleet did in a stretch of time. Times are sums over replicas, slots or requests, ms. */
export interface FleetTotals {
  readonly spanMs: number
  /** Replicas from their start to their end: those that start, serve, are kept idle or drain. */
  readonly aliveMs: number
  readonly startingMs: number
  /** Replicas with a request in flight; and the same with each such stretch rounded up to 100 ms. */
  readonly busyMs: number
  readonly billedBusyMs: number
  /** Slots at work. */
  readonly busySlotMs: number
  /** Requests in the system: waiting and served. */
  readonly inSystemMs: number
  /** Waiting, of those served. */
  readonly waitMs: number
  /** Services, and the same with each rounded up to 100 ms. */
  readonly executionMs: number
  readonly billedExecutionMs: number
  readonly arrived: number
  readonly served: number
  readonly rejected: number
  readonly timedOut: number
  /** Requests that waited for a replica that was starting. */
  readonly coldStarted: number
  /** Replicas started. */
  readonly starts: number
  /** Time with so many replicas alive, by their number, ms. */
  readonly aliveTimeMs: Float64Array
}

/** Billing granularity of Cloud Run and Cloud Functions, ms. */
const STEP_MS = 100

/** Places in the array of sums: doubles in an object's own fields would be allocated anew at each change. */
const SUMS = 12
const [ALIVE, STARTING, BUSY, BILLED_BUSY, BUSY_SLOT, IN_SYSTEM] = [0, 1, 2, 3, 4, 5] as const
const [WAIT, EXECUTION, BILLED_EXECUTION, NOW, CHANGED, FROM] = [6, 7, 8, 9, 10, 11] as const

/** Adds up what a fleet does. The fleet says what changes and when; times must not fall. */
export class FleetMeter {
  readonly #sums = new Float64Array(SUMS)
  readonly #aliveTimeMs: Float64Array
  /** When the stretch of work of each replica began, and what of it is billed already. */
  readonly #stretchFromMs: Float64Array
  readonly #stretchBilledMs: Float64Array
  readonly #working: Uint8Array
  alive = 0
  serving = 0
  starting = 0
  busySlots = 0
  inSystem = 0
  arrived = 0
  served = 0
  rejected = 0
  timedOut = 0
  coldStarted = 0
  starts = 0

  constructor(replicas: number, nowMs: number) {
    this.#aliveTimeMs = new Float64Array(replicas + 1)
    this.#stretchFromMs = new Float64Array(replicas)
    this.#stretchBilledMs = new Float64Array(replicas)
    this.#working = new Uint8Array(replicas)
    this.#sums[NOW] = nowMs
    this.#sums[CHANGED] = nowMs
    this.#sums[FROM] = nowMs
  }

  /** To be called before anything changes. */
  advance(nowMs: number): void {
    const sums = this.#sums
    const passed = nowMs - (sums[NOW] as number)
    sums[NOW] = nowMs
    sums[BUSY_SLOT] = (sums[BUSY_SLOT] as number) + this.busySlots * passed
    sums[IN_SYSTEM] = (sums[IN_SYSTEM] as number) + this.inSystem * passed
  }

  /** To be called before the number of replicas in any state changes. */
  countReplicas(nowMs: number): void {
    const sums = this.#sums
    const passed = nowMs - (sums[CHANGED] as number)
    sums[CHANGED] = nowMs
    sums[ALIVE] = (sums[ALIVE] as number) + this.alive * passed
    sums[STARTING] = (sums[STARTING] as number) + this.starting * passed
    this.#aliveTimeMs[this.alive] = (this.#aliveTimeMs[this.alive] as number) + passed
  }

  /** Slot time so far, ms. */
  get busySlotMs(): number {
    return this.#sums[BUSY_SLOT] as number
  }

  get inSystemMs(): number {
    return this.#sums[IN_SYSTEM] as number
  }

  /** A request left at `leftMs`, before now, and nobody looked. */
  leftEarlier(nowMs: number, leftMs: number): void {
    this.#sums[IN_SYSTEM] = (this.#sums[IN_SYSTEM] as number) - (nowMs - leftMs)
  }

  serve(waitMs: number): void {
    this.served++
    this.#sums[WAIT] = (this.#sums[WAIT] as number) + waitMs
  }

  execute(serviceMs: number): void {
    const sums = this.#sums
    sums[EXECUTION] = (sums[EXECUTION] as number) + serviceMs
    sums[BILLED_EXECUTION] = (sums[BILLED_EXECUTION] as number) + roundUp(serviceMs)
  }

  /**
   * A replica has something to do; it may have had before. Work that starts in time that is billed already goes on
   * with its stretch.
   */
  beginWork(replica: number, nowMs: number): void {
    if (this.#working[replica] === 1) return
    this.#working[replica] = 1
    this.#sums[BUSY] = (this.#sums[BUSY] as number) - nowMs
    if (nowMs <= (this.#stretchFromMs[replica] as number) + (this.#stretchBilledMs[replica] as number)) return
    this.#stretchFromMs[replica] = nowMs
    this.#stretchBilledMs[replica] = 0
  }

  endWork(replica: number, nowMs: number): void {
    const sums = this.#sums
    this.#working[replica] = 0
    sums[BUSY] = (sums[BUSY] as number) + nowMs
    const billed = roundUp(nowMs - (this.#stretchFromMs[replica] as number))
    sums[BILLED_BUSY] = (sums[BILLED_BUSY] as number) + billed - (this.#stretchBilledMs[replica] as number)
    this.#stretchBilledMs[replica] = billed
  }

  /** Another replica takes this one's place: its stretches are over. */
  forget(replica: number): void {
    this.#stretchFromMs[replica] = Number.NEGATIVE_INFINITY
    this.#stretchBilledMs[replica] = 0
  }

  /** Forgets what came before; of work under way, what follows counts. */
  restart(nowMs: number, workingReplicas: readonly number[]): void {
    this.advance(nowMs)
    this.countReplicas(nowMs)
    this.#sums.fill(0)
    for (const place of [NOW, CHANGED, FROM]) this.#sums[place] = nowMs
    this.#aliveTimeMs.fill(0)
    this.#stretchBilledMs.fill(0)
    this.#stretchFromMs.fill(Number.NEGATIVE_INFINITY)
    this.#sums[BUSY] = -nowMs * workingReplicas.length
    for (const replica of workingReplicas) this.#stretchFromMs[replica] = nowMs
    this.arrived = this.served = this.rejected = this.timedOut = this.coldStarted = this.starts = 0
  }

  /** What it came to by now; of work under way, what precedes counts, not rounded. */
  totals(nowMs: number, workingReplicas: readonly number[]): FleetTotals {
    this.advance(nowMs)
    this.countReplicas(nowMs)
    const sum = (place: number) => this.#sums[place] as number
    const open = workingReplicas.reduce((total, replica) => {
      const passed = nowMs - (this.#stretchFromMs[replica] as number)
      return total + Math.max(0, passed - (this.#stretchBilledMs[replica] as number))
    }, 0)
    return {
      spanMs: nowMs - sum(FROM),
      aliveMs: sum(ALIVE),
      startingMs: sum(STARTING),
      busyMs: sum(BUSY) + nowMs * workingReplicas.length,
      billedBusyMs: sum(BILLED_BUSY) + open,
      busySlotMs: sum(BUSY_SLOT),
      inSystemMs: sum(IN_SYSTEM),
      waitMs: sum(WAIT),
      executionMs: sum(EXECUTION),
      billedExecutionMs: sum(BILLED_EXECUTION),
      arrived: this.arrived,
      served: this.served,
      rejected: this.rejected,
      timedOut: this.timedOut,
      coldStarted: this.coldStarted,
      starts: this.starts,
      aliveTimeMs: this.#aliveTimeMs.slice(),
    }
  }
}

/** Rounding in the last digits must not bill another step. */
function roundUp(ms: number): number {
  return Math.ceil(ms / STEP_MS - 1e-9) * STEP_MS
}
