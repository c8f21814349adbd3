import type { QueueOrder } from '../../../src/core/queue-order.ts'

/** One slot, exponential times of 10 ms, 50 requests a second, and no bounds; with what a test changes. */
export function bareQueue(some: Partial<QueueOrder> = {}): QueueOrder {
  const requests = some.requests ?? 20_000
  return {
    arrivals: { process: 'poisson', rps: 50 },
    serviceMs: { kind: 'exponential', mean: 10 },
    replicas: 1,
    slotsPerReplica: 1,
    routing: 'shared',
    queueCapacity: Number.POSITIVE_INFINITY,
    timeoutMs: Number.POSITIVE_INFINITY,
    requests,
    warmupRequests: Math.floor(requests / 20),
    seed: 1,
    ...some,
  }
}
