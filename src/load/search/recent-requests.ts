import type { LoadSeries } from '../../stats/over-saturation.ts'
import type { Tally } from '../../stats/sequential-test.ts'

/** Share left out at the start of a probe, where queues have not built up yet. */
const warmUpShare = 0.1
/** Most requests kept one by one; beyond, all but the last half of so many are counted and let go. */
const mostKept = 8192

/** The requests of a probe: the recent ones kept, those before them counted, those of the warm-up left out. */
export class RecentRequests {
  readonly kept = { dueMs: [] as number[], inFlight: [] as number[], responseMs: [] as number[] }
  readonly #tally: (responseMs: readonly number[]) => Tally[]
  #before: readonly Tally[] | undefined
  #count = 0

  /** @param tally counts events, one tally per limit */
  constructor(tally: (responseMs: readonly number[]) => Tally[]) {
    this.#tally = tally
  }

  /** Requests seen in all. */
  get count(): number {
    return this.#count
  }

  add(batch: LoadSeries): void {
    this.#count += batch.dueMs.length
    for (const key of ['dueMs', 'inFlight', 'responseMs'] as const) append(this.kept[key], batch[key])
    if (this.kept.dueMs.length > mostKept) this.#letGo()
  }

  /** Those kept, without the warm-up. */
  steady(): LoadSeries {
    const first = this.#warmUp()
    const { dueMs, inFlight, responseMs } = this.kept
    return { dueMs: dueMs.slice(first), inFlight: inFlight.slice(first), responseMs: responseMs.slice(first) }
  }

  /** Events by limit since the warm-up, also of those let go. */
  tallies(): Tally[] {
    return this.#add(this.#tally(this.kept.responseMs.slice(this.#warmUp())))
  }

  #letGo(): void {
    const [first, end] = [this.#warmUp(), this.kept.dueMs.length - mostKept / 2]
    this.#before = this.#add(this.#tally(this.kept.responseMs.slice(first, end)))
    for (const values of Object.values(this.kept)) values.splice(0, end)
  }

  /** The warm-up has been left out of what was let go. */
  #warmUp(): number {
    return this.#before ? 0 : Math.floor(this.kept.dueMs.length * warmUpShare)
  }

  #add(tallies: readonly Tally[]): Tally[] {
    return tallies.map(({ events, count }, index) => {
      const before = this.#before?.[index] ?? { events: 0, count: 0 }
      return { events: before.events + events, count: before.count + count }
    })
  }
}

function append(values: number[], more: ArrayLike<number>): void {
  for (let i = 0; i < more.length; i++) values.push(more[i] as number)
}
