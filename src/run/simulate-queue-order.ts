import { capacityRps, simulateOrder } from '../capacity/simulation/simulate-order.ts'
import { type Problem, UserError } from '../core/errors.ts'
import type { QueueFigures, QueueOrder } from '../core/queue-order.ts'
import { formatRps } from '../core/units.ts'

export interface TimedQueue extends QueueFigures {
  /** Of the simulation, per second of this machine's time. */
  readonly eventsPerSecond: number
}

/**
 * Simulates a bare queue.
 * @param problem places a problem in the user's file
 * @throws UserError for a queue that grows without end, as one with neither capacity nor time-out would
 */
export function simulateQueueOrder(
  order: QueueOrder,
  problem: (path: readonly string[], message: string, hint: string) => Problem,
): TimedQueue {
  const unbounded =
    order.queueCapacity === Number.POSITIVE_INFINITY && order.timeoutMs === Number.POSITIVE_INFINITY
  const mostRps = capacityRps(order)
  if (unbounded && order.arrivals.rps >= mostRps * (1 - 1e-9)) {
    const message = `${formatRps(order.arrivals.rps)} requests/s are as much as or more than the ${formatRps(mostRps)} that the slots serve: the queue grows without end`
    const hint = 'lower it, add replicas or slots, or bound the queue with queueCapacity or timeoutMs'
    throw new UserError(problem(['arrivals', 'rps'], message, hint))
  }
  const startedMs = performance.now()
  const figures = simulateOrder(order)
  return { ...figures, eventsPerSecond: (figures.events / (performance.now() - startedMs)) * 1000 }
}
