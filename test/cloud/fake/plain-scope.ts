import type { Cloud } from '../../../src/cloud/cloud.ts'
import type { PlannedResource } from '../../../src/cloud/resource.ts'
import type { Pending, Scope } from '../../../src/cloud/scope.ts'

/** Runs a deployer without an engine: creates, waits, and remembers in which order. */
export function plainScope(cloud: Cloud): Scope & { readonly created: string[]; readonly steps: string[] } {
  const created: string[] = []
  const steps: string[] = []
  const until = async <T>(_: string, look: () => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const seen = await look()
      if (seen !== undefined) return seen
      await cloud.pace.sleep(cloud.settings.pollMs)
    }
  }
  return {
    cloud,
    signal: new AbortController().signal,
    created,
    steps,
    until,
    create: async <T>(resource: PlannedResource, step: string, start: () => Promise<Pending<T>>) => {
      created.push(resource.name)
      steps.push(step)
      const pending = await start()
      return 'done' in pending ? pending.done : until(step, pending.look)
    },
    step: async <T>(step: string, work: () => Promise<T>) => {
      steps.push(step)
      return work()
    },
  }
}
