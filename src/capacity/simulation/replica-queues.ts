/** Replicas whose queues are equally long. */
interface Cohort {
  replicas: number
  /** Requests that wait in each. */
  level: number
}

/** Levels that differ by less are one. */
const EVEN = 1e-6

/**
 * The flow of requests into queues that replicas have of their own. Who is sent to the shortest queue finds the new
 * replicas empty while the old ones still work off what they have; who is sent anywhere finds the mean.
 */
export class ReplicaQueues {
  readonly #toShortest: boolean
  /** By rising level. */
  #cohorts: Cohort[] = []

  constructor(toShortest: boolean) {
    this.#toShortest = toShortest
  }

  get total(): number {
    return this.#cohorts.reduce((sum, { replicas, level }) => sum + replicas * level, 0)
  }

  /** The replicas that requests are sent to now, and what waits in them. */
  get seen(): { replicas: number; backlog: number } {
    const [first] = this.#cohorts
    if (!this.#toShortest || !first) return { replicas: this.#count(), backlog: this.total }
    return { replicas: first.replicas, backlog: first.replicas * first.level }
  }

  /** So many replicas from now on: new ones have nothing, those with the least to do go. */
  resize(replicas: number): void {
    let change = replicas - this.#count()
    if (change === 0) return
    if (change > 0) this.#cohorts.unshift({ replicas: change, level: 0 })
    while (change < 0) {
      const first = this.#cohorts[0] as Cohort
      const gone = Math.min(-change, first.replicas)
      first.replicas -= gone
      change += gone
      if (first.replicas === 0) this.#cohorts.shift()
    }
    this.#merge()
  }

  /**
   * Lets requests in and serves them.
   * @param arrived requests
   * @param each requests that a replica can serve in the step
   * @param most that may wait in a replica
   * @returns how many were served, and how many found the queues too long
   */
  pass(arrived: number, each: number, most: number): { served: number; lost: number; full: number } {
    this.#letIn(arrived)
    let [served, lost, full] = [0, 0, 0]
    for (const cohort of this.#cohorts) {
      const done = Math.min(cohort.level, each)
      served += done * cohort.replicas
      cohort.level -= done
      if (cohort.level <= most) continue
      lost += (cohort.level - most) * cohort.replicas
      full += done * cohort.replicas
      cohort.level = most
    }
    this.#merge()
    return { served, lost, full }
  }

  #letIn(arrived: number): void {
    const all = this.#count()
    if (all === 0) return
    if (!this.#toShortest) {
      for (const cohort of this.#cohorts) cohort.level += arrived / all
      return
    }
    let left = arrived
    for (;;) {
      const first = this.#cohorts[0] as Cohort
      const next = this.#cohorts[1]
      const room = next ? (next.level - first.level) * first.replicas : Number.POSITIVE_INFINITY
      if (left < room) {
        first.level += left / first.replicas
        return
      }
      left -= room
      first.level = next?.level ?? first.level
      this.#merge()
    }
  }

  #merge(): void {
    if (this.#cohorts.length < 2) return
    this.#cohorts = this.#cohorts.filter(({ replicas }) => replicas > 0).sort((a, b) => a.level - b.level)
    for (let index = 1; index < this.#cohorts.length; ) {
      const [below, cohort] = [this.#cohorts[index - 1] as Cohort, this.#cohorts[index] as Cohort]
      if (cohort.level - below.level > EVEN) {
        index++
        continue
      }
      below.replicas += cohort.replicas
      this.#cohorts.splice(index, 1)
    }
  }

  #count(): number {
    return this.#cohorts.reduce((sum, { replicas }) => sum + replicas, 0)
  }
}
