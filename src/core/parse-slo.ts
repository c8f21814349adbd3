import type { Percentile, Slo } from './scenario.ts'
import { parseDurationMs, parseRatio } from './units.ts'

const PERCENTILES: readonly Percentile[] = ['p50', 'p90', 'p95', 'p99', 'p999']

/**
 * An SLO as written in one line: `p95<200ms, p99<400ms, errors<0.1%`. Errors are limited to 0.1% unless it says
 * otherwise. Returns what is wrong with it, as sentences, where it cannot be read.
 */
export function parseSlo(text: string): { readonly slo: Slo } | { readonly faults: readonly string[] } {
  const latencyMs: Partial<Record<Percentile, number>> = {}
  const faults: string[] = []
  let errorRatio = 0.001
  for (const part of text.split(',')) {
    const [, name = '', limit = ''] = /^\s*(\w+(?:\.\d+)?)\s*<=?\s*(.+?)\s*$/.exec(part) ?? []
    const percentile = PERCENTILES.find((each) => each === name || (each === 'p999' && name === 'p99.9'))
    const ms = percentile && parseDurationMs(limit)
    const ratio = name === 'errors' ? parseRatio(limit) : undefined
    if (percentile && ms !== undefined && ms > 0) latencyMs[percentile] = ms
    else if (ratio !== undefined && ratio < 1) errorRatio = ratio
    else faults.push(`"${part.trim()}" is no limit`)
  }
  if (faults.length > 0) return { faults }
  const ordered = PERCENTILES.flatMap((each) =>
    latencyMs[each] === undefined ? [] : [[each, latencyMs[each]]],
  )
  return { slo: { latencyMs: Object.fromEntries(ordered), errorRatio } }
}
