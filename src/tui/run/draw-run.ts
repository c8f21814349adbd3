import type { Trial } from '../../core/measurement.ts'
import { decimal, formatUsd } from '../../core/money.ts'
import { formatMs, formatRatio, formatRps } from '../../core/units.ts'
import { formatSlo, formatTraffic } from '../../report/figures.ts'
import type { SloVerdict } from '../../stats/slo-verdict.ts'
import { flowLines } from '../kit/flow.ts'
import { gauge } from '../kit/gauge.ts'
import { histogramLines } from '../kit/histogram.ts'
import { type KeyHint, keyBar } from '../kit/key-bar.ts'
import { clipLine, type Line, lineWidth, type Size, span, wrapText } from '../kit/line.ts'
import { sparkline } from '../kit/sparkline.ts'
import { statusLine } from '../kit/status-line.ts'
import type { Role } from '../kit/theme.ts'
import type { LiveLoad, LivePercentile } from './live-load.ts'
import type { CandidateState, FinishedLine, RunWatch } from './run-watch.ts'

export interface RunView {
  readonly watch: RunWatch
  readonly isPaused: boolean
  readonly isStopping: boolean
  readonly help: boolean
  readonly keys: readonly KeyHint[]
}

const MARKS: Readonly<
  Record<CandidateState, { readonly symbol: string; readonly role: Role; readonly word: string }>
> = {
  waiting: { symbol: '·', role: 'dim', word: 'waiting' },
  deploying: { symbol: '↑', role: 'accent', word: 'being deployed' },
  loading: { symbol: '▸', role: 'accent', word: 'being loaded' },
  modelled: { symbol: '~', role: 'good', word: 'modelled' },
  measured: { symbol: '✓', role: 'good', word: 'measured' },
  refused: { symbol: '-', role: 'dim', word: 'refused' },
  failed: { symbol: '✗', role: 'bad', word: 'failed' },
}

/** Columns of a percentile with its interval: a shorter one, or one not known yet, has them too, lest lines jump. */
const PERCENTILE_WIDTH = 23
/** Rows beneath which a histogram says nothing. */
const LEAST_HISTOGRAM = 5

/** The run as it stands: at most one row fewer than the terminal has, so that it never scrolls. */
export function runLines(view: RunView, { columns, rows }: Size): Line[] {
  const { watch } = view
  const room = Math.max(3, rows - 1)
  const keys = view.help
    ? view.keys.map(({ key, label }) => [span(`  ${key.padEnd(8)}`, 'heading'), span(label)])
    : [keyBar(withHelpSecond(view.keys), columns)]
  const head = [...headLines(watch, columns), ...stepLines(view, columns)]
  const load = watch.load ? loadLines(watch.load, watch, columns) : []
  const fixed = head.length + load.length + keys.length
  const list = candidateLines(watch, columns, Math.min(8, Math.max(2, room - fixed)))
  const spare = room - fixed - list.length
  const chart = watch.load && spare >= LEAST_HISTOGRAM ? histogram(watch.load, watch, columns, spare) : []
  return [...head, ...load, ...chart, ...list, ...keys].slice(0, room).map((each) => clipLine(each, columns))
}

/** Where only few have room, the one that tells of the others is among them. */
function withHelpSecond(keys: readonly KeyHint[]): KeyHint[] {
  const others = keys.filter(({ key }) => key !== '?')
  return [...others.slice(0, 1), ...keys.filter(({ key }) => key === '?'), ...others.slice(1)]
}

/** A finished step or a note, as it scrolls up: all of it, since nothing else will tell it again. */
export function finishedLines({ kind, text, result = '' }: FinishedLine, columns: number): Line[] {
  if (kind === 'note') return wrapText(text, columns, { indent: 2 })
  const whole: Line = [span('✓ ', 'good'), span(`${text}  `), span(result, 'dim')]
  if (lineWidth(whole) <= columns) return [whole]
  const [first = [], ...more] = wrapText(text, Math.max(1, columns - 2))
  const indented = [...more, ...wrapText(result, Math.max(1, columns - 2), { role: 'dim' })]
  return [[span('✓ ', 'good'), ...first], ...indented.map((each) => [span('  '), ...each])]
}

function headLines(watch: RunWatch, columns: number): Line[] {
  const { name, traffic, slo } = watch.scenario
  const left = [span(name, 'heading'), span(`  ${formatTraffic(traffic)}  ${formatSlo(slo)}`, 'dim')]
  const { spend } = watch
  const spent = spend ? `${formatUsd(decimal(spend.spentUsd))} of ${formatUsd(decimal(spend.capUsd))}` : ''
  const time = clock(watch.elapsedS())
  const right: Line = [span(spent && `${spent}  `, 'open'), span(time)]
  if (lineWidth(left) + lineWidth(right) < columns) return [statusLine(left, right, columns)]
  const pieces: Line[] = [
    [span(name, 'heading')],
    [span(formatTraffic(traffic), 'dim')],
    [span(time)],
    [span(spent, 'open')],
    ...formatSlo(slo)
      .split(', ')
      .map((limit): Line => [span(limit, 'dim')]),
  ]
  return flowLines(pieces, columns)
}

function stepLines({ watch, isPaused, isStopping }: RunView, columns: number): Line[] {
  const state = isStopping
    ? [span('stopping: no further step begins', 'open')]
    : isPaused
      ? [span(watch.step || watch.loaded ? 'pauses after this step' : 'paused', 'open')]
      : []
  const { step, progress } = watch
  if (!step) return idleLines(watch, state, columns)
  const left = watch.leftS()
  const title: Line = [span(`[${step.index}/${step.total}] `, 'dim'), span(step.name)]
  return [...flowLines([title, state], columns), ...progressLines(progress, columns, left)]
}

/** Between steps: deployments are under way, or nothing is yet. */
function idleLines({ loaded, deployments, progress }: RunWatch, state: Line, columns: number): Line[] {
  const what = loaded ? `loading ${loaded}` : deployments.size > 0 ? 'deploying' : 'getting ready'
  const title: Line = [span(what, loaded ? undefined : 'dim')]
  return [...flowLines([title, state], columns), ...progressLines(progress, columns)]
}

function progressLines(progress: RunWatch['progress'], columns: number, leftS?: number): Line[] {
  if (!progress) return []
  const left = leftS === undefined ? '' : `, about ${clock(leftS)} left`
  const facts = ` ${progress.finished}/${progress.total}${left}`
  const width = Math.max(5, Math.min(40, columns - facts.length))
  return [[...gauge(progress.finished / progress.total, width), span(facts)]]
}

function loadLines(load: LiveLoad, watch: RunWatch, columns: number): Line[] {
  const { slo } = watch.scenario
  const closed = load.facts.arrivals === 'closed'
  const rate = load.goodputRps === undefined ? '' : `${formatRps(load.goodputRps)}/s answered`
  const offered = load.facts.offeredRps
  const asked = offered === undefined ? 'one after the other' : `${formatRps(offered)}/s offered`
  const failed: Line = load.failed > 0 ? [span(`${load.failed} failed`, 'bad')] : [span('none failed', 'dim')]
  const shown = (['p50', 'p95', 'p99'] as const).map((of) => {
    const limit = closed ? undefined : slo.latencyMs[of]
    return percentileSpan(of, load.percentile(of), limit)
  })
  const slowest = load.slowestBySecond()
  const label = 'slowest of each second '
  const time = closed ? 'service time ' : 'response time '
  const [first = span('', 'dim'), ...others] = shown
  return [
    ...flowLines(
      [[span(`${asked}, ${rate}`.replace(/, $/, ''))], [span(`${load.ok} ok`), span('  '), ...failed]],
      columns,
    ),
    ...flowLines([[span(time, 'dim'), first], ...others.map((each) => [each])], columns, time.length),
    [span(label, 'dim'), sparkline(slowest, { width: Math.max(1, columns - label.length) })],
    ...verdictLines(load.verdict(), columns),
  ]
}

function percentileSpan(of: string, value: LivePercentile | undefined, limit: number | undefined) {
  if (!value) return span(`${of} -`.padEnd(PERCENTILE_WIDTH), 'dim')
  const role: Role | undefined =
    limit === undefined ? undefined : value.high <= limit ? 'good' : value.low > limit ? 'bad' : 'open'
  const over = limit === undefined ? '' : value.high <= limit ? ' ✓' : value.low > limit ? ' ✗' : ' ?'
  const text = `${of} ${formatMs(value.value)} (${brief(value.low)}–${brief(value.high)})${over}`
  return span(text.padEnd(PERCENTILE_WIDTH), role)
}

/** Three significant digits, of the unit before it. */
function brief(ms: number): string {
  return formatMs(ms).replace(/ ms$/, '')
}

function verdictLines(verdict: SloVerdict | undefined, columns: number): Line[] {
  if (!verdict || verdict.limits.every(({ count }) => count === 0)) return []
  const sure = Math.min(...verdict.limits.map(({ shownConfidence }) => shownConfidence))
  const worst = verdict.limits.filter(({ seenRatio, ratio }) => seenRatio > ratio).map(({ metric }) => metric)
  const more = verdict.requestsToDecide
  const leaning = worst.length > 0 ? `leans to missing ${worst.join(', ')}` : 'leans to meeting it'
  const text =
    verdict.verdict === 'undecided'
      ? `SLO undecided: ${leaning}, ${formatRatio(Math.floor(sure * 100) / 100)} sure${more === undefined ? '' : `, about ${more} more requests`}`
      : `SLO: ${verdict.verdict}, over ${formatRatio(verdict.confidence)} sure`
  const role: Role = verdict.verdict === 'meets' ? 'good' : verdict.verdict === 'misses' ? 'bad' : 'open'
  return wrapText(text, columns, { role, indent: 2 })
}

function histogram(load: LiveLoad, watch: RunWatch, columns: number, spare: number): Line[] {
  const limits = Object.values(watch.scenario.slo.latencyMs)
  const limit = load.facts.arrivals === 'closed' ? undefined : Math.min(...limits)
  const width = Math.min(columns, 100)
  const height = Math.min(9, spare)
  return histogramLines(load.sketch(), {
    width,
    height,
    format: formatMs,
    ...(limit !== undefined && Number.isFinite(limit) ? { limit } : {}),
  })
}

/** How many are in each state, then those in the most interesting ones, as many as there is room for. */
function candidateLines(watch: RunWatch, columns: number, rows: number): Line[] {
  const states = watch.scenario.candidates.map(({ name }) => ({ name, state: watch.stateOf(name) }))
  const counts = (Object.keys(MARKS) as CandidateState[]).flatMap((state) => {
    const count = states.filter((each) => each.state === state).length
    return count > 0 ? [`${count} ${MARKS[state].word}`] : []
  })
  const summary: Line = [span(`${states.length} candidates: `, 'heading'), span(counts.join(', '))]
  const order: readonly CandidateState[] = [
    'loading',
    'deploying',
    'failed',
    'measured',
    'refused',
    'modelled',
    'waiting',
  ]
  const sorted = states.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  return [
    summary,
    ...sorted.slice(0, Math.max(0, rows - 1)).map(({ name, state }) => candidateLine(name, state, watch)),
  ].map((each) => clipLine(each, columns))
}

function candidateLine(name: string, state: CandidateState, watch: RunWatch): Line {
  const { trials } = watch
  const { symbol, role, word } = MARKS[state]
  const trial = trials.find(({ candidate }) => candidate === name)
  const why = trial ? trialNote(trial) : deploymentNote(name, watch)
  return [span(`${symbol} `, role), span(name), span(`  ${word}${why}`, 'dim')]
}

function trialNote(trial: Trial): string {
  if (trial.status === 'refused') return `: ${trial.refusals[0]?.rule ?? ''}`
  if (trial.status === 'failed') return `: ${trial.error}`
  return trial.status === 'measured' ? `: p95 ${formatMs(trial.measurement.responseMs.p95)}` : ''
}

/** `: create the service, 0:12 of 0:10 to 1:00` */
function deploymentNote(name: string, watch: RunWatch): string {
  const deployment = watch.deployments.get(name)
  if (!deployment) return ''
  const { step, expectedS } = deployment
  const usual = expectedS ? ` of ${clock(expectedS.low)} to ${clock(expectedS.high)}` : ''
  return `: ${step}, ${clock(watch.sinceS(deployment))}${usual}`
}

/** `0:07`, `12:40`, `1:02:03` */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}
