import { PURCHASES } from '../../core/bill.ts'
import { REGIONS } from '../../core/regions.ts'
import type { Percentile, Scenario, Slo } from '../../core/scenario.ts'
import { formatRatio, formatRps } from '../../core/units.ts'
import { CONTROLS, type Control, type Question } from './question.ts'

/** How to buy, as `--commitment` says it. */
const COMMITMENTS = PURCHASES.map((each) => each.replace('commit-', ''))
/** A step of the traffic is a quarter of a doubling at first; each keeps to round numbers. */
const FACTORS = [0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100]
const PEAKS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20]
const REPLICAS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50]
/** Of the limit of the SLO that is moved: its percentage. */
const TIGHTNESS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 125, 150, 200, 300, 500, 1000]

/** The value of a control as it is shown: what is asked, or what the scenario says. */
export function shownValue(control: Control, question: Question, scenario: Scenario): string {
  return question[control] ?? ownValue(control, scenario)
}

/** What the scenario says, in words. */
function ownValue(control: Control, { traffic, slo, candidates }: Scenario): string {
  switch (control) {
    case 'traffic':
      return `${formatRps(traffic.rps)} rps`
    case 'peak-factor':
      return traffic.curve
        ? `x${formatRps(traffic.curve.peakRps / traffic.rps)}`
        : traffic.trace
          ? 'of the trace'
          : 'flat'
    case 'slo':
      return sloText(slo)
    case 'region': {
      const regions = [...new Set(candidates.map(({ region }) => region))]
      return regions.length > 2 ? `${regions.length} regions` : regions.join(', ')
    }
    case 'commitment':
      return 'as each candidate'
    case 'min-replicas':
      return 'as each candidate'
  }
}

/** The next value in a direction; undefined is what the scenario says. */
export function stepped(
  control: Control,
  question: Question,
  scenario: Scenario,
  direction: 1 | -1,
): string | undefined {
  switch (control) {
    case 'traffic':
      return stepFactor(question.traffic, scenario, direction)
    case 'peak-factor': {
      const { curve, rps } = scenario.traffic
      const own = curve ? curve.peakRps / rps : 1
      const now =
        question['peak-factor'] === undefined ? own : Number(question['peak-factor'].replace(/^x/, ''))
      return String(neighbour(PEAKS, now, direction))
    }
    case 'slo':
      return stepSlo(question.slo, scenario.slo, direction)
    case 'region':
      return cycled([undefined, ...REGIONS], question.region, direction)
    case 'commitment':
      return cycled([undefined, ...COMMITMENTS], question.commitment, direction)
    case 'min-replicas':
      return stepReplicas(question['min-replicas'], direction)
  }
}

/** Questions one step away from this one: what is likely to be asked next, the control that was moved first. */
export function neighbours(question: Question, scenario: Scenario, control: Control): Question[] {
  const order = [control, ...CONTROLS.filter((each) => each !== control)]
  return order.flatMap((each) =>
    ([1, -1] as const).map((direction) => {
      const { [each]: _, ...others } = question
      const value = stepped(each, question, scenario, direction)
      return value === undefined ? others : { ...others, [each]: value }
    }),
  )
}

function stepFactor(text: string | undefined, { traffic }: Scenario, direction: 1 | -1): string | undefined {
  const multiple = /^x\s*([\d.]+)$/.exec(text ?? 'x1')?.[1]
  const now = multiple === undefined ? Number.parseFloat(text ?? '') / traffic.rps : Number(multiple)
  const next = neighbour(FACTORS, Number.isFinite(now) ? now : 1, direction)
  return next === 1 ? undefined : `x${next}`
}

function stepReplicas(text: string | undefined, direction: 1 | -1): string | undefined {
  if (text === undefined) return direction > 0 ? '1' : '0'
  const now = Number(text)
  const next = neighbour(REPLICAS, now, direction)
  return next === now ? text : String(next)
}

/** The tightest latency limit of the SLO moved; the others as they are. */
function stepSlo(text: string | undefined, own: Slo, direction: 1 | -1): string | undefined {
  const percentile = movedPercentile(own)
  const limit = own.latencyMs[percentile]
  if (limit === undefined) return text
  const now = text === undefined ? limit : (limitIn(text, percentile) ?? limit)
  const percent = neighbour(TIGHTNESS, (now / limit) * 100, direction)
  if (percent === 100) return undefined
  const ms = Number(((limit * percent) / 100).toPrecision(6))
  return sloText({ ...own, latencyMs: { ...own.latencyMs, [percentile]: ms } })
}

function movedPercentile({ latencyMs }: Slo): Percentile {
  return latencyMs.p95 === undefined
    ? ((Object.keys(latencyMs)[0] as Percentile | undefined) ?? 'p95')
    : 'p95'
}

function limitIn(text: string, percentile: Percentile): number | undefined {
  const [, value, unit] = new RegExp(`${percentile}\\s*<=?\\s*([\\d.]+)\\s*(ms|s)`).exec(text) ?? []
  return value === undefined ? undefined : Number(value) * (unit === 's' ? 1000 : 1)
}

/** An SLO as `--slo` reads it. */
function sloText({ latencyMs, errorRatio }: Slo): string {
  const limits = Object.entries(latencyMs).map(([percentile, ms]) => `${percentile}<${ms}ms`)
  return [...limits, `errors<${formatRatio(errorRatio)}`].join(', ')
}

/** The value of a list that is next to `now`, which need not be in it. */
function neighbour(values: readonly number[], now: number, direction: 1 | -1): number {
  const close = (value: number) => Math.abs(value - now) <= Math.abs(now) * 1e-9
  const beyond = values.filter((value) => !close(value) && (direction > 0 ? value > now : value < now))
  return (direction > 0 ? beyond[0] : beyond.at(-1)) ?? now
}

function cycled(
  values: readonly (string | undefined)[],
  now: string | undefined,
  direction: 1 | -1,
): string | undefined {
  const index = values.indexOf(now)
  return values[(Math.max(0, index) + direction + values.length) % values.length]
}
