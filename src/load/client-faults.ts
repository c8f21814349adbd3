import type { Measurement } from '../core/measurement.ts'
import { formatMs, roundToMicrosecond } from '../core/units.ts'
import type { Histogram } from './histogram.ts'
import type { LoadRecord } from './load-record.ts'

/** Share of the load's time for which the client may have been held up, and what counts as that at least, ms. */
const heldUpRatio = 0.01
const shortestStallMs = 5
/** Of a short load too, this much in all is no more than a start takes. */
const leastHeldUpMs = 20

/** How late requests were sent, ms; dropped ones were not. Zero when none was sent. */
export function measureSendLag(lags: Histogram): Measurement['sendLagMs'] {
  if (lags.count === 0) return { p50: 0, p99: 0, max: 0 }
  const at = (ratio: number) => roundToMicrosecond(lags.percentile(ratio))
  return { p50: at(0.5), p99: at(0.99), max: lags.max }
}

/**
 * Why an open load says more of its client than of the server, in sentences; empty when it does not.
 *
 * @param limitMs send lag that does no harm
 * @param threadS seconds of the load, summed over the threads that sent
 */
export function findClientFaults(record: LoadRecord, limitMs: number, threadS: number): string[] {
  const lagMs = decidingLag(record.sendLag)
  const faults: string[] = []
  if (lagMs > limitMs) {
    faults.push(
      `the sender fell behind: 1 in 100 requests was sent ${lagMs.toFixed(1)} ms late or later, ` +
        `and ${limitMs.toFixed(1)} ms is acceptable`,
    )
  }
  const heldUpMs = sumAbove(record.stalls, Math.max(shortestStallMs, limitMs))
  if (heldUpMs > Math.max(leastHeldUpMs, heldUpRatio * threadS * 1000)) {
    faults.push(
      `the client was held up for ${formatMs(heldUpMs)} of ${threadS.toFixed(1)} s, at most ` +
        `${formatMs(record.stalls.max)} at once: its event loop was blocked, or it had no processor`,
    )
  }
  return faults
}

/** p99, or the second longest of fewer than 200: one late request, as a rule the very first, condemns no load. */
function decidingLag(lags: Histogram): number {
  if (lags.count < 2) return 0
  return lags.count < 200 ? lags.atRank(lags.count - 1) : lags.percentile(0.99)
}

/** Sum of the times longer than a limit, ms. */
function sumAbove(times: Histogram, limitMs: number): number {
  let sumUs = 0
  for (const { lowUs, highUs, count } of times.buckets()) {
    if (lowUs > limitMs * 1000) sumUs += (count * (lowUs + highUs)) / 2
  }
  return sumUs / 1000
}
