import { type Problem, UserError } from '../core/errors.ts'
import type { RateStep, Traffic } from '../core/scenario.ts'
import { readRateTrace, readTimestampTrace, type TracedStep } from './parse-trace.ts'

/** Finest step of a trace that is kept, s: what is faster is the business of the queue, not of the rate. */
const FINEST_STEP_S = 30
/** Step of a trace that has one rate only, at least, s. */
const FLAT_STEP_S = 3600
/** Requests that all came within so short a time tell no rate, s. */
const LEAST_S = 1
/** Most steps kept: a month by the half minute. */
const MOST_STEPS = 90_000
/** A step this many times as long as the usual one is a gap. */
const GAP_FACTOR = 2.5
/** Requests that a step of a trace of requests holds on average, so that their own noise does not pass for a change. */
const REQUESTS_PER_STEP = 100
/** Longest that a trace of requests may be silent, s: a long weekend. */
const LONGEST_SILENCE_S = 4 * 86_400

/**
 * A trace as even steps, for traffic that repeats it.
 * @throws UserError with the file and line of everything wrong, gaps included
 */
export function readTrafficTrace(
  text: string,
  file: string,
  kind: 'rates' | 'timestamps',
): { readonly rps: number; readonly trace: NonNullable<Traffic['trace']> } {
  const steps =
    kind === 'rates'
      ? withoutGaps(readRateTrace(text, file), file)
      : countRequests(readTimestampTrace(text, file), file)
  const usual = median(steps.map(({ durationS }) => durationS))
  const totalS = steps.reduce((sum, { durationS }) => sum + durationS, 0)
  const stepS = Math.max(usual, FINEST_STEP_S, Math.ceil(totalS / MOST_STEPS))
  const rps = totalS <= stepS ? [mean(steps)] : evenSteps(steps, totalS, stepS)
  const rounded = rps.map((rate) => Number(rate.toPrecision(6)))
  return {
    rps: rounded.reduce((sum, rate) => sum + rate, 0) / rounded.length,
    // One rate is flat, however short the stretch that tells it.
    trace: {
      file,
      stepS: rps.length === 1 ? Math.max(totalS, FLAT_STEP_S) : totalS / rps.length,
      rps: rounded,
    },
  }
}

function withoutGaps(steps: readonly TracedStep[], file: string): readonly TracedStep[] {
  const usual = median(steps.map(({ durationS }) => durationS))
  const gaps = steps.filter(({ durationS }) => durationS > usual * GAP_FACTOR)
  if (gaps.length === 0) return steps
  throw new UserError(
    gaps.slice(0, 10).map(
      ({ line, durationS }): Problem => ({
        message: `the trace has a gap: the next rate comes ${plain(durationS)} s later, where they come every ${plain(usual)} s`,
        hint: 'fill it in; write 0 where no requests came',
        file,
        line,
      }),
    ),
  )
}

/** Requests counted by the step, each long enough to hold some. */
function countRequests(atMs: Float64Array, file: string): RateStep[] {
  checkSilence(atMs, file)
  const totalS = (atMs.at(-1) ?? 0) / 1000
  if (atMs.length < 2 || totalS < LEAST_S) {
    const message = `the trace is too short to tell a rate: its requests came within ${plain(totalS)} s`
    throw new UserError({ message, hint: 'a minute of requests at least; better a day, or a week', file })
  }
  const wanted = Math.max(FINEST_STEP_S, (totalS * REQUESTS_PER_STEP) / atMs.length)
  const count = Math.max(1, Math.floor(totalS / wanted))
  const counts = new Float64Array(count)
  for (const ms of atMs) {
    const step = Math.min(count - 1, Math.floor((ms / 1000 / totalS) * count))
    counts[step] = (counts[step] ?? 0) + 1
  }
  const durationS = totalS / count
  return Array.from(counts, (requests) => ({ rps: requests / durationS, durationS }))
}

function checkSilence(atMs: Float64Array, file: string): void {
  for (let index = 1; index < atMs.length; index++) {
    const silentS = ((atMs[index] ?? 0) - (atMs[index - 1] ?? 0)) / 1000
    if (silentS <= LONGEST_SILENCE_S) continue
    const message = `the trace has a gap of ${plain(silentS / 86_400)} days, from ${plain((atMs[index - 1] ?? 0) / 1000)} s after its first request`
    throw new UserError({ message, hint: 'give a stretch without one, or a trace of rates', file })
  }
}

/** Mean rates over even steps: no request is lost or made up. */
function evenSteps(steps: readonly RateStep[], totalS: number, aboutS: number): number[] {
  const count = Math.max(1, Math.round(totalS / aboutS))
  const stepS = totalS / count
  const requests = new Float64Array(count)
  let atS = 0
  for (const { rps, durationS } of steps) {
    const endS = atS + durationS
    for (let step = Math.floor(atS / stepS); step < count && step * stepS < endS; step++) {
      const shared = Math.min(endS, (step + 1) * stepS) - Math.max(atS, step * stepS)
      requests[step] = (requests[step] ?? 0) + Math.max(0, shared) * rps
    }
    atS = endS
  }
  return Array.from(requests, (each) => each / stepS)
}

function mean(steps: readonly RateStep[]): number {
  const totalS = steps.reduce((sum, { durationS }) => sum + durationS, 0)
  return steps.reduce((sum, { rps, durationS }) => sum + rps * durationS, 0) / totalS
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0
}

function plain(value: number): string {
  return String(Number(value.toPrecision(4)))
}
