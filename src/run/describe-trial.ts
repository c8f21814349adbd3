import type { Trial } from '../core/measurement.ts'
import { formatMs } from '../core/units.ts'

/** What came of a trial, in a few words. */
export function describeTrial(trial: Trial): string {
  if (trial.status === 'failed') return trial.error
  if (trial.status !== 'measured') return trial.status
  const { responseMs, counts, valid } = trial.measurement
  const p95 = Number.isFinite(responseMs.p95) ? formatMs(responseMs.p95) : 'unknown'
  return `p95 ${p95}, ${counts.ok} of ${counts.due} ok${valid ? '' : ', invalid'}`
}
