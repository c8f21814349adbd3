import { formatUsd } from '../../core/money.ts'
import { formatBytes, formatMs, formatRatio, formatRps } from '../../core/units.ts'
import { nameOf } from '../../gate/conclude.ts'
import type { ChangePoint, GateResult, Judgement } from '../../gate/gate-result.ts'

/** Figures of a gate as every format words them. */

export const OUTCOME_WORDS: Readonly<Record<GateResult['outcome'], string>> = {
  passed: 'The gate passed',
  failed: 'The gate failed',
  inconclusive: 'The gate is inconclusive',
}

export interface JudgementRow {
  readonly outcome: Judgement['outcome']
  readonly name: string
  readonly base: string
  readonly head: string
  /** `+5.1% (3.9% to 6.4%)`; worse is positive. */
  readonly worse: string
  readonly allowed: string
  readonly detectable: string
}

export function rowOf(judgement: Judgement): JudgementRow {
  const { outcome, base, head, worsening, allowed, detectable, metric } = judgement
  const points = metric === 'errors' ? ' pp' : ''
  const share = (ratio: number) => (points ? percent(ratio).replace('%', points) : percent(ratio))
  return {
    outcome,
    name: nameOf(judgement),
    base: formatFigure(base, judgement.unit),
    head: formatFigure(head, judgement.unit),
    worse: worsening ? `${signed(worsening.value)}${range(worsening.low, worsening.high)}` : '',
    allowed: metric === 'slo' ? '' : share(allowed),
    detectable: detectable === null ? '' : share(detectable),
  }
}

function formatFigure(value: number | string | null, unit: Judgement['unit']): string {
  if (value === null) return ''
  if (typeof value === 'string') return unit === 'USD' ? formatUsd(value) : value
  if (unit === 'ms') return formatMs(value)
  if (unit === 'bytes') return formatBytes(value)
  return unit === 'ratio' ? formatRatio(value) : `${formatRps(value)}/s`
}

function range(low: number, high: number): string {
  return low === high ? '' : ` (${percent(low).replace('%', '')} to ${percent(high)})`
}

function signed(ratio: number): string {
  return `${ratio >= 0 ? '+' : ''}${percent(ratio)}`
}

/** Two significant digits, whole from 10%. */
function percent(ratio: number): string {
  if (!Number.isFinite(ratio)) return 'unbounded'
  const value = ratio * 100
  return `${Math.abs(value) >= 10 ? value.toFixed(0) : Number(value.toPrecision(2))}%`
}

/** A figure of the history in four digits with its unit: levels that differ little have to differ here too. */
export function preciseFigure(value: number, unit = ''): string {
  if (unit === 'bytes') return `${Number((value / 2 ** 20).toPrecision(4))} MiB`
  if (unit === 'ratio') return `${Number((value * 100).toPrecision(4))}%`
  return `${Number(value.toPrecision(4))} ${unit}`.trim()
}

export function changeSentence({ metric, before, after, unit, entry }: ChangePoint): string {
  const [from, to] = [preciseFigure(before, unit), preciseFigure(after, unit)]
  return `${metric} went from ${from} to ${to} with the entry of ${entry}.`
}

/** `+22%`; in words from a level of 0. */
export function changeShare({ before, after }: ChangePoint): string {
  if (before !== 0) return signed(after / before - 1)
  return after > before ? 'up' : 'down'
}

/** What was measured, in a sentence; null of saved runs. */
export function describeMeasured({ measured }: GateResult): string | null {
  if (!measured) return null
  const { arrivals, rps, connections, requestsPerBlock, quads, confirmingQuads, freshProcesses, seconds } =
    measured
  const how =
    arrivals === 'closed'
      ? `${connections === 1 ? 'one request after the other' : `${connections} requests in flight`}`
      : `${arrivals} arrivals at ${formatRps(rps ?? 0)} requests/s`
  const again =
    confirmingQuads > 0
      ? `, and ${confirmingQuads} more${freshProcesses ? ' on fresh processes' : ''} to confirm what failed`
      : ''
  return `${quads} quads of blocks (base, head, head, base) of ${requestsPerBlock} requests each${again}; ${how}; ${seconds.toFixed(0)} s in all.`
}
