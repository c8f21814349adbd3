import type { Prober } from '../../../src/load/search/prober.ts'
import { type SimulatedServer, simulate, take } from './simulated-server.ts'

/** Requests handed over at a time. */
const batchSize = 20

/** Probes a simulated server, idle at the start of each probe; the same seed gives the same search. */
export function probeServer(server: SimulatedServer, seed: number): Prober {
  let probes = 0
  return async (rps, budget, stop) => {
    const requests = simulate(server, rps, seed * 1000 + probes++)
    let requestsUsed = 0
    let stopped = false
    while (requestsUsed < budget.requests && !stopped) {
      const count = Math.min(batchSize, budget.requests - requestsUsed)
      requestsUsed += count
      stopped = stop(take(requests, count))
    }
    return { requestsUsed, valid: true, invalidReasons: [] }
  }
}
