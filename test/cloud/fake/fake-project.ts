import { type Call, denied, FakeError, type Fault, overQuota } from './fault.ts'
import { Inventory } from './inventory.ts'
import { type OperationPlan, Operations } from './operations.ts'

/** How a fake project behaves; tests change it between calls. */
export interface Behaviour {
  /** Permissions that the caller has; all of them where absent. */
  permissions?: ReadonlySet<string>
  /** Fault of a call. */
  fault?: (call: Call) => Fault | undefined
  /** Told of every call as it arrives, before anything is done: a test may end the client there. */
  onCall?: (call: Call) => void
  /** How an operation goes; `verb` and `name` as in `operations.start`. It takes `operationMs` where absent. */
  operation?: (verb: string, name: string) => OperationPlan | undefined
  /** Of every operation that no test plans, ms. */
  operationMs: number
  /** Milliseconds since 1970; tests that simulate time hand in theirs. */
  now: () => number
}

/** The state that the fake servers of all platforms share. */
export class FakeProject {
  readonly id = 'fake-project'
  readonly inventory = new Inventory()
  readonly calls: Call[] = []
  readonly behaviour: Behaviour = { operationMs: 5, now: () => Date.now() }
  readonly operations = new Operations(this.behaviour)

  /** Notes a call and says what is to become of it. */
  arrive(what: string, request: unknown): { call: Call; fault: Fault | undefined } {
    const call: Call = { index: this.calls.length + 1, what, request, outcome: '' }
    this.calls.push(call)
    this.behaviour.onCall?.(call)
    return { call, fault: this.behaviour.fault?.(call) }
  }

  /** @throws FakeError where the caller lacks it */
  require(permission: string, name: string): void {
    const { permissions } = this.behaviour
    if (permissions !== undefined && !permissions.has(permission)) throw denied(permission, name)
  }

  /** Does what a call asks for, as its fault lets it. 'silent': it is never answered; 'cut': its connection ends. */
  async answer<T>(
    { call, fault }: { call: Call; fault: Fault | undefined },
    work: () => T | Promise<T>,
  ): Promise<{ reply: T } | 'silent' | 'cut'> {
    call.outcome = fault?.kind ?? 'ok'
    try {
      if (fault?.kind === 'error') throw new FakeError(fault.code, fault.message)
      if (fault?.kind === 'quota') throw overQuota(call.what)
      if (fault?.kind === 'cut-before') return 'cut'
      const reply = await work()
      if (fault?.kind === 'time-out') return 'silent'
      return fault?.kind === 'cut' ? 'cut' : { reply }
    } catch (error) {
      if (error instanceof FakeError) call.outcome = `${error.code} ${error.message}`
      throw error
    }
  }
}
