import type { Problem } from '../core/errors.ts'
import { UserError } from '../core/errors.ts'
import type { RateStep } from '../core/scenario.ts'

interface Row {
  /** From 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** Rates above are beyond anything served; it keeps every sum finite. */
export const MOST_RPS = 1e9

/** Most lines that are reported as wrong at once. */
const mostProblems = 10

/** Where one rate of a trace stands: what is wrong with it is told by its line. */
export interface TracedStep extends RateStep {
  readonly line: number
}

/**
 * A trace of rates: `time,rps` on each line, the time in seconds or of ISO 8601 (UTC unless it says otherwise), with or without a line of names
 * above. A rate holds from its time to that of the next line, and the last one as long as the one before it.
 *
 * @throws UserError with the file and line of everything wrong
 */
export function readRateTrace(text: string, file: string): TracedStep[] {
  const problems: Problem[] = []
  const rows = readRows(text, (cell) => Number.isNaN(toMs(cell)))
  const points = rows.map(({ line, cells }, index) => {
    const [atS, rps] = [toMs(cells[0]) / 1000, toNumber(cells[1])]
    const before = toMs(rows[index - 1]?.cells[0]) / 1000
    if (cells.length !== 2 || !Number.isFinite(atS) || Number.isNaN(rps)) {
      problems.push({
        message: `expected a time and a rate, found ${quote(cells)}`,
        hint: 'e.g. 60,120',
        file,
        line,
      })
    } else if (rps < 0) problems.push({ message: `a rate of ${rps} is below 0`, file, line })
    else if (rps > MOST_RPS) problems.push({ message: `a rate of ${rps} is over ${MOST_RPS}`, file, line })
    else if (atS <= before) {
      problems.push({ message: `the time ${atS} s is not after the one before it, ${before} s`, file, line })
    }
    return { line, atS, rps }
  })
  if (points.length < 2) {
    problems.push({ message: `the trace has ${points.length} rates; two or more are needed`, file })
  }
  if (problems.length > 0) throw new UserError(problems.slice(0, mostProblems))
  const steps = points.map(({ line, atS, rps }, index) => {
    const [from, to] =
      index + 1 < points.length ? [atS, points[index + 1]?.atS] : [points[index - 1]?.atS, atS]
    return { line, rps, durationS: (to ?? 0) - (from ?? 0) }
  })
  if (steps.some(({ rps }) => rps > 0)) return steps
  throw new UserError({ message: 'no rate of the trace is above 0', file })
}

/**
 * A trace of requests: the first cell of each line is when one came, in seconds or as an ISO 8601 time, with or
 * without a line of names above. The order does not matter, since logs are written when requests end; the earliest
 * is due at the start.
 *
 * @returns ms from the first, rising
 * @throws UserError with the file and line of everything wrong
 */
export function readTimestampTrace(text: string, file: string): Float64Array {
  const problems: Problem[] = []
  const times = readRows(text, (cell) => Number.isNaN(toMs(cell))).map(({ line, cells }) => {
    const ms = toMs(cells[0])
    if (!Number.isFinite(ms)) {
      const hint = 'seconds such as 12.5, or 2026-01-31T12:00:00Z'
      problems.push({ message: `expected a time, found ${quote(cells)}`, hint, file, line })
    }
    return ms
  })
  if (times.length === 0) problems.push({ message: 'the trace holds no requests', file })
  if (problems.length > 0) throw new UserError(problems.slice(0, mostProblems))
  const sorted = Float64Array.from(times).sort()
  const first = sorted[0] ?? 0
  return sorted.map((ms) => ms - first)
}

/** Lines that are neither empty nor comments; the first is left out when its first cell is a name. */
function readRows(text: string, isName: (cell: string | undefined) => boolean): Row[] {
  const rows = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ line: index + 1, content: content.trim() }))
    .filter(({ content }) => content !== '' && !content.startsWith('#'))
    .map(({ line, content }) => ({ line, cells: content.split(/[,;\t]/).map((cell) => cell.trim()) }))
  const named = isName(rows[0]?.cells[0]) && /^["']?[a-z_]/i.test(rows[0]?.cells[0] ?? '')
  return named ? rows.slice(1) : rows
}

function toNumber(cell: string | undefined): number {
  return cell === undefined || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(cell) ? Number.NaN : Number(cell)
}

function toMs(cell: string | undefined): number {
  const seconds = toNumber(cell)
  if (!Number.isNaN(seconds)) return seconds * 1000
  const text = cell?.replace(/^["']|["']$/g, '') ?? ''
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return Number.NaN
  // Without a zone it is UTC, whatever the zone of this machine.
  const inUtc = Date.parse(`${text.replace(' ', 'T')}Z`)
  return Number.isNaN(inUtc) ? Date.parse(text) : inUtc
}

function quote(cells: readonly string[]): string {
  return JSON.stringify(cells.join(',').slice(0, 40))
}
