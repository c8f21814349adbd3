import type { Behaviour } from './fake-project.ts'
import { FakeError, notFound } from './fault.ts'

/** How a long-running operation goes. */
export type OperationPlan =
  | { readonly ms: number }
  /** It never ends; its effect never comes. */
  | 'never'
  /** It ends with an error after `ms`; its effect does not come. */
  | { readonly ms: number; readonly code: number; readonly message: string }

/** What an operation is for. */
export interface OperationOrder {
  /** `create`, `delete`, `deployModel`: what tests know it by. */
  readonly verb: string
  /** Name of the resource that it is about. */
  readonly about: string
  /** The operation's name is `<parent>/operations/<number>`. */
  readonly parent: string
  /** Type URL of the metadata and of the response: `google.cloud.run.v2.Service`. */
  readonly metadataType: string
  readonly responseType: string
  /** What comes of it, when it ends well: changes the inventory, returns the response. */
  readonly effect: () => Promise<object> | object
}

interface Running {
  readonly order: OperationOrder
  readonly name: string
  readonly plan: OperationPlan
  readonly startedMs: number
  ended?: Promise<Ended>
}

type Ended = { readonly response: object } | { readonly error: { code: number; message: string } }

/** Long-running operations: each ends when it is looked at after its time. */
export class Operations {
  readonly #behaviour: Behaviour
  readonly #running = new Map<string, Running>()

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour
  }

  /** @returns the operation as `google.longrunning.Operation` */
  start(order: OperationOrder): Promise<object> {
    const name = `${order.parent}/operations/op-${this.#running.size + 1}`
    const { operation, operationMs, now } = this.#behaviour
    const plan = operation?.(order.verb, order.about) ?? { ms: operationMs }
    this.#running.set(name, { order, name, plan, startedMs: now() })
    return this.look(name)
  }

  /** The operation as it is now. @throws FakeError where there is none of the name */
  async look(name: string): Promise<object> {
    const running = this.#running.get(name)
    if (running === undefined) throw notFound(name)
    const metadata = { '@type': `type.googleapis.com/${running.order.metadataType}` }
    const ended = await this.end(running)
    if (ended === undefined) return { name, done: false, metadata }
    if ('error' in ended) return { name, done: true, metadata, error: ended.error }
    const response = { '@type': `type.googleapis.com/${running.order.responseType}`, ...ended.response }
    return { name, done: true, metadata, response }
  }

  /** Those that have not ended; a test may look at how many there are. */
  get underWay(): string[] {
    return [...this.#running.values()].filter(({ ended }) => ended === undefined).map(({ name }) => name)
  }

  /** Ends what is due though nobody looked, as a server does by itself. */
  async settle(): Promise<void> {
    await Promise.all([...this.#running.values()].map((each) => this.end(each)))
  }

  private end(running: Running): Promise<Ended> | undefined {
    const { plan, order, startedMs } = running
    if (plan === 'never' || this.#behaviour.now() < startedMs + plan.ms) return running.ended
    running.ended ??= finish(plan, order)
    return running.ended
  }
}

async function finish(plan: Exclude<OperationPlan, 'never'>, order: OperationOrder): Promise<Ended> {
  if ('code' in plan) return { error: { code: plan.code, message: plan.message } }
  try {
    return { response: await order.effect() }
  } catch (error) {
    if (error instanceof FakeError) return { error: { code: error.code, message: error.message } }
    throw error
  }
}
