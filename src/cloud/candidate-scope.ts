import { type Decimal, exact } from '../core/money.ts'
import { failureOf, isUncertain } from './call-error.ts'
import type { Cloud } from './cloud.ts'
import type { Journal } from './journal.ts'
import { settle } from './pending.ts'
import type { PlannedResource } from './resource.ts'
import type { Pending, Scope, StepTime } from './scope.ts'
import type { SpendMeter } from './spend-meter.ts'

/** What a scope keeps of what was done in it. */
export interface CandidateScope extends Scope {
  /** All that was created, or may have been, in order. */
  readonly created: readonly PlannedResource[]
  /** Whether a call that creates failed in a way that leaves open if it took effect. */
  readonly uncertain: boolean
  readonly steps: readonly StepTime[]
}

export interface ScopeOrder {
  readonly cloud: Cloud
  readonly candidate: string
  readonly journal: Journal
  readonly meter: SpendMeter
  /** The most that a resource can bill in an hour. */
  readonly usdPerHour: (resource: PlannedResource) => Decimal
  readonly signal: AbortSignal
  /** Told when a step begins. */
  readonly onStep: (step: string) => void
}

export function createScope(order: ScopeOrder): CandidateScope {
  return new TheScope(order)
}

class TheScope implements CandidateScope {
  readonly cloud: Cloud
  readonly signal: AbortSignal
  readonly created: PlannedResource[] = []
  readonly steps: StepTime[] = []
  uncertain = false
  readonly #order: ScopeOrder
  readonly #untilMs: number

  constructor(order: ScopeOrder) {
    this.#order = order
    this.cloud = order.cloud
    this.signal = order.signal
    this.#untilMs = order.cloud.pace.now() + order.cloud.settings.readyTimeoutMs
  }

  create<T>(resource: PlannedResource, step: string, start: () => Promise<Pending<T>>): Promise<T> {
    return this.step(step, async () => {
      this.#begin(resource)
      const pending = await start().catch((error: unknown) => {
        this.uncertain ||= isUncertain(failureOf(error))
        throw error
      })
      return this.#settle(step, pending)
    })
  }

  async step<T>(step: string, work: () => Promise<T>): Promise<T> {
    const { pace } = this.cloud
    this.signal.throwIfAborted()
    this.#order.onStep(step)
    const startedMs = pace.now()
    const result = await work()
    this.steps.push({ step, ms: Math.round(pace.now() - startedMs) })
    return result
  }

  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    return this.#settle(what, { look })
  }

  #settle<T>(what: string, pending: Pending<T>): Promise<T> {
    const limitMs = Math.max(0, this.#untilMs - this.cloud.pace.now())
    return settle(this.cloud, pending, { what, limitMs, signal: this.signal })
  }

  /** First the disk, then the meter; the call comes after both. */
  #begin(resource: PlannedResource): void {
    const { journal, meter, candidate, usdPerHour } = this.#order
    const { kind, name, region } = resource
    const usd = usdPerHour(resource)
    journal.write({ event: 'creating', candidate, kind, name, region, usdPerHour: exact(usd) })
    this.created.push(resource)
    meter.begin(name, candidate, usd, this.cloud.pace.now())
  }
}
