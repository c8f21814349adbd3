import type { JudgedLoad } from '../load/probe-url.ts'
import { loadReport, searchReport } from '../report/load.ts'
import type { Listener } from '../run/events.ts'
import { findUrlCapacity, loadUrl, loadUrlClosed } from '../run/load-url.ts'
import type { Given } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { type LoadOrder, readLoadOrder } from './load-order.ts'
import { progressListener } from './progress.ts'

/** `plimsoll load`: one URL, one load or a search for its capacity. */
export async function loadCommand(url: string, given: Given): Promise<number> {
  const order = readLoadOrder(url, given)
  const notify = progressListener()
  try {
    const text = await withInterruption((signal) =>
      order.findCapacity && order.slo
        ? search(order, order.slo, given, signal, notify)
        : loadOnce(order, given, signal, notify),
    )
    process.stdout.write(text)
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    notify({ kind: 'note', text: error.message })
    return EXIT.interrupted
  }
}

async function loadOnce(
  order: LoadOrder,
  given: Given,
  signal: AbortSignal,
  notify: Listener,
): Promise<string> {
  const total = order.requests ?? estimate(order)
  notify({ kind: 'step-started', step: order.url, index: 1, total: 1 })
  const onProgress = (finished: number) =>
    notify({ kind: 'progress', finished, total: Math.max(total, finished) })
  const load = order.closed
    ? await loadUrlClosed({ ...order, signal, onProgress })
    : await loadUrl({ ...order, signal, onProgress }, order.slo)
  notify({ kind: 'step-finished', step: order.url, result: `${load.measurement.counts.due} requests` })
  return given.switches.has('json') ? json(loadJson(load)) : loadReport(load, process.stdout.columns ?? 80)
}

async function search(
  order: LoadOrder,
  slo: NonNullable<LoadOrder['slo']>,
  given: Given,
  signal: AbortSignal,
  notify: Listener,
): Promise<string> {
  notify({ kind: 'note', text: 'finding out what this client and the server can do ...' })
  let probes = 0
  const result = await findUrlCapacity({ ...order, signal }, slo, (probe) => {
    notify({
      kind: 'note',
      text: `probe ${++probes}: ${probe.rps.toFixed(1)} requests/s ${probe.verdict} after ${probe.requestsUsed} requests`,
    })
  })
  if (!given.switches.has('json')) return searchReport(result, slo, process.stdout.columns ?? 80)
  const { probes: all, ...rest } = result
  return json({
    ...rest,
    probes: all.map(({ measurement, ...probe }) => ({ ...probe, ...(measurement && figures(measurement)) })),
  })
}

/** About how many requests it will be, for the progress bar. */
function estimate({ arrival, durationS = 0 }: LoadOrder): number {
  return Math.ceil(('rps' in arrival ? arrival.rps : 1) * durationS)
}

function loadJson({ measurement, verdict, overSaturated, stoppedEarly }: JudgedLoad) {
  return {
    schemaVersion: 1,
    ...figures(measurement),
    verdict: verdict?.verdict ?? null,
    slo: verdict,
    overSaturated,
    stoppedEarly,
  }
}

/** The measurement without its single requests, which --samples writes. */
function figures({ samplesMs: _, inferenceMs: __, ...rest }: JudgedLoad['measurement']) {
  return rest
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
