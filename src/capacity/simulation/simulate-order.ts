import type { QueueFigures, QueueOrder } from '../../core/queue-order.ts'
import { seededRandom } from '../../core/random.ts'
import { momentsOf } from './distribution.ts'
import { type ArrivalSource, Fleet } from './fleet.ts'
import type { FleetTotals } from './fleet-meter.ts'
import { type FleetPlan, MOST_WAITING } from './fleet-plan.ts'
import { batchRatio, NOISE_CONFIDENCE, responseFigures } from './noise-interval.ts'
import { flatProfile } from './rate-profile.ts'
import { ResponseHistogram } from './response-histogram.ts'
import { ThinnedArrivals } from './thinned-arrivals.ts'

/** For intervals by batch means: enough for a t interval, few enough to be longer than a busy queue's memory. */
const BATCHES = 40
const ARRIVALS_STREAM = 0x2545f491

/**
 * Simulates a bare queue, request by request, until all that came in have left. Time and memory are bounded by its
 * requests.
 */
export function simulateOrder(order: QueueOrder): QueueFigures {
  const fleet = new Fleet(fleetOf(order), arrivalsOf(order), {
    nowMs: 0,
    replicas: order.replicas,
    seed: order.seed,
  })
  fleet.run(Number.POSITIVE_INFINITY, { arrivals: order.warmupRequests })
  const warm = fleet.totals()
  fleet.startMeasuring()
  const marks = [warm]
  const responses = Array.from({ length: BATCHES }, (_, batch) => {
    const left = order.requests - fleet.arrived
    const histogram = new ResponseHistogram()
    fleet.responses = histogram
    fleet.run(Number.POSITIVE_INFINITY, { arrivals: Math.round(left / (BATCHES - batch)) })
    marks.push(fleet.totals())
    return histogram
  })
  const last = fleet.totals()
  fleet.drain()
  const end = fleet.totals()
  marks[BATCHES] = end
  return figuresOf(order, { marks, responses, warm, last, end, events: fleet.events })
}

interface Outcome {
  /** Totals at the start of each batch, and at the end. */
  readonly marks: readonly FleetTotals[]
  readonly responses: readonly ResponseHistogram[]
  readonly warm: FleetTotals
  /** At the last arrival. */
  readonly last: FleetTotals
  readonly end: FleetTotals
  readonly events: number
}

function figuresOf(order: QueueOrder, { marks, responses, warm, last, end, events }: Outcome): QueueFigures {
  const spanMs = last.spanMs - warm.spanMs
  const inBatches = (of: (totals: FleetTotals) => number) =>
    marks.slice(1).map((totals, batch) => of(totals) - of(marks[batch] as FleetTotals))
  return {
    utilization: (last.busySlotMs - warm.busySlotMs) / spanMs / (order.replicas * order.slotsPerReplica),
    waitMeanMs: batchRatio(
      inBatches(({ waitMs }) => waitMs),
      inBatches(({ served }) => served),
    ),
    responseMs: responseFigures(responses),
    confidence: NOISE_CONFIDENCE,
    throughputRps: ((last.served - warm.served) / spanMs) * 1000,
    requests: end.arrived,
    served: end.served,
    rejected: end.rejected,
    timedOut: end.timedOut,
    meanInSystem: (last.inSystemMs - warm.inSystemMs) / spanMs,
    events,
  }
}

/** The queue's replicas and slots as a fleet. */
export function fleetOf(
  order: Omit<QueueOrder, 'arrivals' | 'requests' | 'warmupRequests' | 'seed'>,
): FleetPlan {
  const { serviceMs, slotsPerReplica: slots, replicas, routing, concurrencyCurve, batching } = order
  const inReplica = slots * (batching?.max ?? 1)
  return {
    service: {
      timeMs: serviceMs,
      slots,
      ...(concurrencyCurve ? { stretch: concurrencyCurve } : {}),
      ...(batching
        ? { batching: { most: batching.max, delayMs: batching.delayMs, factor: batching.curve } }
        : {}),
    },
    concurrency: routing === 'shared' ? inReplica : Number.POSITIVE_INFINITY,
    routing: routing === 'shared' ? (batching ? 'least-outstanding' : 'random') : routing,
    controller: { kind: 'fixed', replicas },
    startUpMs: { kind: 'deterministic', mean: 0 },
    limits: {
      waiting: Math.min(order.queueCapacity, MOST_WAITING),
      pendingMs: Number.POSITIVE_INFINITY,
      timeoutMs: order.timeoutMs,
    },
  }
}

function arrivalsOf({ arrivals: { process, rps }, seed }: QueueOrder): ArrivalSource {
  if (process === 'poisson')
    return new ThinnedArrivals(flatProfile(rps), 0, seededRandom(seed ^ ARRIVALS_STREAM))
  let index = 0
  return { next: () => (index++ * 1000) / rps }
}

/** Most requests per second that a queue can serve, all slots always busy and all batches full. */
export function capacityRps(order: QueueOrder): number {
  const { concurrencyCurve, slotsPerReplica, batching, replicas, serviceMs } = order
  const at = (curve: readonly number[] | undefined, index: number) =>
    curve?.[Math.min(index, curve.length) - 1] ?? 1
  const most = batching?.max ?? 1
  const stretched = at(concurrencyCurve, slotsPerReplica) * at(batching?.curve, most)
  return (replicas * slotsPerReplica * most * 1000) / (momentsOf(serviceMs).mean * stretched)
}
