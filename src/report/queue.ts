import type { QueueFigures, QueueOrder } from '../core/queue-order.ts'
import { formatMs, formatRatio, formatRps } from '../core/units.ts'

type TimedQueue = QueueFigures & { readonly eventsPerSecond: number }

const NAMES = ['mean', 'p50', 'p90', 'p95', 'p99', 'p999'] as const

/** A simulated queue for a terminal. */
export function queueReport(queue: TimedQueue): string {
  const { responseMs, waitMeanMs, utilization, requests, served, rejected, timedOut } = queue
  const row = (name: string, { value, low, high }: { value: number; low: number; high: number }) => {
    const range = Number.isFinite(high) ? `${formatMs(low)} to ${formatMs(high)}` : `over ${formatMs(low)}`
    return `  ${name.padEnd(10)}${cell(value).padStart(12)}   ${Number.isNaN(value) ? '' : range}`.trimEnd()
  }
  return [
    `utilization ${formatRatio(utilization)}, ${formatRps(queue.throughputRps)} requests/s answered, ` +
      `${queue.meanInSystem.toPrecision(4)} in the system on average`,
    `${requests} requests: ${served} served, ${rejected} rejected, ${timedOut} timed out`,
    '',
    `  ${''.padEnd(10)}${'response'.padStart(12)}   ${formatRatio(queue.confidence)} interval`,
    ...NAMES.map((name) => row(name === 'p999' ? 'p99.9' : name, responseMs[name])),
    row('mean wait', waitMeanMs),
    '',
    `${queue.events} events, ${(queue.eventsPerSecond / 1e6).toFixed(1)} million a second`,
    '',
  ].join('\n')
}

/** A simulated queue as JSON; what nothing was served for is null. */
export function queueJson(order: QueueOrder, queue: TimedQueue): string {
  const values = Object.fromEntries(NAMES.map((name) => [name, queue.responseMs[name].value]))
  const intervals = Object.fromEntries(NAMES.map((name) => [name, range(queue.responseMs[name])]))
  const document = {
    utilization: queue.utilization,
    waitMs: { mean: queue.waitMeanMs.value },
    responseMs: values,
    throughputRps: queue.throughputRps,
    requests: queue.requests,
    served: queue.served,
    rejected: queue.rejected,
    timedOut: queue.timedOut,
    meanInSystem: queue.meanInSystem,
    intervals: {
      confidence: queue.confidence,
      waitMs: { mean: range(queue.waitMeanMs) },
      responseMs: intervals,
    },
    seed: order.seed,
    events: queue.events,
    eventsPerSecond: queue.eventsPerSecond,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function range({ low, high }: { low: number; high: number }) {
  return { low, high }
}

function cell(ms: number): string {
  return Number.isNaN(ms) ? '-' : formatMs(ms)
}
