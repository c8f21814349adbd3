import type { ModelRun } from '../feed.ts'
import type { Dispatcher } from './dispatcher.ts'
import { Metrics } from './metrics.ts'

/** Seconds, from 0.25 ms to 10 s by steps of about 2. */
const SECONDS = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128]

export interface ServerMetrics {
  readonly observeRequest: (request: { protocol: string; status: number; durationMs: number }) => void
  readonly observeQueue: (queueMs: number) => void
  readonly observeBatch: (batch: { requests: number; computeMs: number; runs: readonly ModelRun[] }) => void
  readonly observeShed: (reason: string) => void
  readonly write: () => string
}

export interface Gauges {
  readonly inFlight: () => number
  readonly ready: () => boolean
  readonly dispatcher: Pick<Dispatcher, 'queued' | 'busy' | 'executors'>
}

/** What operators watch: rates by code, and where the time of a request goes. */
export function createServerMetrics({ inFlight, ready, dispatcher }: Gauges): ServerMetrics {
  const metrics = new Metrics()
  const requests = metrics.counter(
    'plimsoll_requests_total',
    'Requests answered, by protocol and status code.',
    ['protocol', 'code'],
  )
  const shed = metrics.counter('plimsoll_shed_total', 'Requests refused to bound the queue or to drain.', [
    'reason',
  ])
  const duration = metrics.histogram(
    'plimsoll_request_duration_seconds',
    'From the head of a prediction request to its reply, of those answered with 200.',
    SECONDS,
  )
  const queue = metrics.histogram(
    'plimsoll_queue_duration_seconds',
    'From when a request had come in until a worker took it.',
    SECONDS,
  )
  const compute = metrics.histogram(
    'plimsoll_compute_duration_seconds',
    'Of a batch of requests in a worker: reading, inference, writing.',
    SECONDS,
  )
  const inference = metrics.histogram(
    'plimsoll_inference_duration_seconds',
    'Of one run inside the model.',
    SECONDS,
  )
  const sizes = metrics.histogram('plimsoll_batch_size', 'Rows of one run of the model.', SIZES)
  const taken = metrics.histogram('plimsoll_batch_requests', 'Requests that a worker took at once.', SIZES)
  metrics.reading(
    'plimsoll_requests_in_flight',
    'Prediction requests that have begun and are not answered.',
    inFlight,
  )
  metrics.reading('plimsoll_queue_length', 'Requests that wait for a worker.', () => dispatcher.queued)
  metrics.reading('plimsoll_workers', 'Workers with the model loaded.', () => dispatcher.executors)
  metrics.reading('plimsoll_workers_busy', 'Workers that answer a batch right now.', () => dispatcher.busy)
  metrics.reading('plimsoll_ready', '1 when predictions are answered, else 0.', () => Number(ready()))
  metrics.reading('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  metrics.reading('process_cpu_seconds_total', 'CPU time used.', cpuSeconds, 'counter')
  return {
    observeRequest: ({ protocol, status, durationMs }) => {
      requests([protocol, String(status)])
      if (status === 200) duration(durationMs / 1000)
    },
    observeQueue: (queueMs) => queue(queueMs / 1000),
    observeBatch: ({ requests: count, computeMs, runs }) => {
      compute(computeMs / 1000)
      taken(count)
      for (const { inferenceMs, rows } of runs) {
        inference(inferenceMs / 1000)
        sizes(rows)
      }
    },
    observeShed: (reason) => shed([reason]),
    write: () => metrics.write(),
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
