import type { Listener } from '../core/run-event.ts'
import type { JudgedLoad } from '../load/probe-url.ts'
import { loadReport, searchReport } from '../report/load.ts'
import { findUrlCapacity, loadUrl, loadUrlClosed } from '../run/load-url.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { type LoadOrder, readLoadOrder } from './load-order.ts'
import { progressListener } from './progress.ts'

/** What came of it: the report, and whether the SLO, if there was one, is shown to be met. */
interface Outcome {
  readonly text: string
  readonly meets: boolean
}

/** `plimsoll load`: one URL, one load or a search for its capacity. Ctrl-C ends it with what was measured by then. */
export async function loadCommand(url: string, given: Given): Promise<number> {
  const order = readLoadOrder(url, given)
  const notify = progressListener()
  try {
    return await withInterruption(async (ending) => {
      const { text, meets } = await (order.findCapacity && order.slo
        ? search(order, order.slo, given, ending, notify)
        : loadOnce(order, given, ending, notify))
      process.stdout.write(text)
      if (ending.aborted) throw ending.reason
      return order.failUnmet && !meets ? EXIT.unmet : EXIT.ok
    })
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    notify({ kind: 'note', text: error.message })
    return EXIT.interrupted
  }
}

async function loadOnce(
  order: LoadOrder,
  given: Given,
  ending: AbortSignal,
  notify: Listener,
): Promise<Outcome> {
  const total = order.requests ?? estimate(order)
  notify({ kind: 'step-started', step: order.url, index: 1, total: 1 })
  ending.addEventListener('abort', () => notify({ kind: 'note', text: WAITING }), { once: true })
  const onProgress = (finished: number) =>
    notify({ kind: 'progress', finished, total: Math.max(total, finished) })
  const load = order.closed
    ? await loadUrlClosed({ ...order, ending, onProgress })
    : await loadUrl({ ...order, ending, onProgress }, order.slo)
  notify({ kind: 'step-finished', step: order.url, result: `${load.measurement.counts.due} requests` })
  const text = given.switches.has('json')
    ? json({ ...loadJson(load), interrupted: ending.aborted })
    : loadReport(load, process.stdout.columns ?? 80)
  return { text, meets: load.verdict?.verdict === 'meets' }
}

const WAITING = 'waiting for the requests in flight; press again to end at once'

async function search(
  order: LoadOrder,
  slo: NonNullable<LoadOrder['slo']>,
  given: Given,
  ending: AbortSignal,
  notify: Listener,
): Promise<Outcome> {
  notify({ kind: 'note', text: 'finding out what this client and the server can do ...' })
  let probes = 0
  const result = await findUrlCapacity({ ...order, ending }, slo, (probe) => {
    notify({
      kind: 'note',
      text: `probe ${++probes}: ${probe.rps.toFixed(1)} requests/s ${probe.verdict} after ${probe.requestsUsed} requests`,
    })
  })
  const { probes: all, ...rest } = result
  const text = given.switches.has('json')
    ? json({
        ...rest,
        probes: all.map(({ measurement, ...probe }) => ({
          ...probe,
          ...(measurement && figures(measurement)),
        })),
      })
    : searchReport(result, slo, process.stdout.columns ?? 80)
  return { text, meets: result.capacityRps.low > 0 }
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
function figures({ samplesMs: _, inferenceMs: __, warmUp, ...rest }: JudgedLoad['measurement']) {
  const { requests, responseMs } = warmUp ?? {}
  return { ...rest, warmUp: warmUp ? { requests, responseMs } : null }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
