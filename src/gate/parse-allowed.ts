import { parseRatio } from '../core/units.ts'
import type { MetricName } from './gate-result.ts'
import { OF_BLOCKS, OF_RUNS } from './rules.ts'

/** Metrics that may be given a limit, as written; p99.9 is p999. */
const ALLOWABLE = [...new Set([...OF_BLOCKS, ...OF_RUNS])]

/**
 * Allowed worsening as written in one line: `p95: 5%, usdPerMillion: 2%`; of errors, percentage points. Returns what
 * is wrong with it, as sentences, where it cannot be read.
 */
export function parseAllowed(
  text: string,
): { readonly allowed: ReadonlyMap<MetricName, number> } | { readonly faults: readonly string[] } {
  const allowed = new Map<MetricName, number>()
  const faults: string[] = []
  for (const part of text.split(',')) {
    const [, written = '', limit = ''] = /^\s*([\w.]+)\s*[:=]\s*(.+?)\s*$/.exec(part) ?? []
    const name = written === 'p99.9' ? 'p999' : written
    const metric = ALLOWABLE.find((each) => each.toLowerCase() === name.toLowerCase())
    const ratio = parseRatio(limit)
    if (metric === undefined) faults.push(`"${part.trim()}" names no metric of ${ALLOWABLE.join(', ')}`)
    else if (ratio === undefined) faults.push(`"${part.trim()}" has no limit in percent`)
    else allowed.set(metric, ratio)
  }
  return faults.length > 0 ? { faults } : { allowed }
}
