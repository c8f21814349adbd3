import type { Slo } from '../core/scenario.ts'
import { percentileRatios } from './percentile.ts'
import { logEvidence, requestsToDecide, type Tally } from './sequential-test.ts'

/** One line of an SLO as a limit on a share of requests. */
export interface SloLimit {
  /** `p99` or `errors`. */
  readonly metric: string
  /** Of a percentile: requests that take longer, or fail, are the events. Absent: failed requests are. */
  readonly latencyMs?: number
  /** Largest acceptable share of events: 0.01 for p99. In [0, 1). */
  readonly ratio: number
}

export type Answer = 'meets' | 'misses' | 'undecided'

/** One limit's answer and what it rests on. */
interface LimitVerdict extends SloLimit, Tally {
  readonly verdict: Answer
  /** Share of the requests that were events; NaN before the first request. */
  readonly seenRatio: number
  /** Confidence with which the answer, or the side it leans to, has been shown so far, 0 to 1. */
  readonly shownConfidence: number
}

export interface SloVerdict {
  readonly verdict: Answer
  /** Stated confidence of `meets` and of `misses`. */
  readonly confidence: number
  readonly limits: readonly LimitVerdict[]
  /** About how many more requests would decide, at the ratios seen so far; absent when no affordable number would. */
  readonly requestsToDecide?: number
}

export interface VerdictOptions {
  /** Of both answers, in (0, 1); 0.95. */
  readonly confidence?: number
  /**
   * What share of the requests counts as independent, in (0, 1]; 1. Late requests come in crowds when a queue
   * forms: `effectiveCount(...) / count` says how many of them tell something new.
   */
  readonly effectiveShare?: number
}

/** Share of late or failed requests that each line of the SLO accepts. */
export function sloLimits(slo: Slo): SloLimit[] {
  const latency = Object.entries(slo.latencyMs).map(([metric, latencyMs]) => {
    return { metric, latencyMs, ratio: 1 - percentileRatios[metric as keyof Slo['latencyMs']] }
  })
  return [...latency, { metric: 'errors', ratio: slo.errorRatio }]
}

/**
 * Counts each limit's events.
 *
 * @param responseMs of each request from when it was due; Infinity for one that failed
 */
export function tallyLimits(limits: readonly SloLimit[], responseMs: ArrayLike<number>): Tally[] {
  return limits.map(({ latencyMs }) => {
    let events = 0
    for (let i = 0; i < responseMs.length; i++) if (isEvent(responseMs[i] as number, latencyMs)) events++
    return { events, count: responseMs.length }
  })
}

/** Whether a response breaks the limit: it failed, or took longer. */
function isEvent(responseMs: number, latencyMs: number | undefined): boolean {
  return latencyMs === undefined ? responseMs === Number.POSITIVE_INFINITY : responseMs > latencyMs
}

/**
 * Whether the share of events is within every limit, from all that has been seen so far.
 *
 * It may be asked after every request: the first answer that is not `undecided` is wrong with probability
 * 1 - confidence at most, either way, for independent requests. Stop at it. `meets` needs every limit shown at the
 * confidence, which needs no correction: wrong, some limit is broken and its own test erred. `misses` needs one of
 * m, shown at 1 - (1 - confidence) / m. A limit of 0 can be missed and never be proved: it meets once every other
 * limit does, while no event has been seen.
 */
export function judgeTallies(
  limits: readonly SloLimit[],
  tallies: readonly Tally[],
  { confidence = 0.95, effectiveShare = 1 }: VerdictOptions = {},
): SloVerdict {
  const judged = limits.map((limit, index) => {
    const { events, count } = tallies[index] ?? { events: 0, count: 0 }
    const effective = { events: events * effectiveShare, count: count * effectiveShare }
    return judgeLimit(limit, { events, count }, effective, needsFor(confidence, limits.length))
  })
  const verdict = combine(judged.map(({ limit }) => limit.verdict))
  const needed = verdict === 'undecided' ? combineNeeds(judged) : 0
  return {
    verdict,
    confidence,
    limits: judged.map(({ limit }) => limit),
    ...(needed === undefined ? {} : { requestsToDecide: Math.ceil(needed / effectiveShare) }),
  }
}

interface Needs {
  readonly meets: number
  readonly misses: number
}

function needsFor(confidence: number, limits: number): Needs {
  return { meets: -Math.log(1 - confidence), misses: -Math.log((1 - confidence) / limits) }
}

interface JudgedLimit {
  readonly limit: LimitVerdict
  readonly side: 'under' | 'over'
  readonly more: number | undefined
}

function judgeLimit(limit: SloLimit, seen: Tally, effective: Tally, needs: Needs): JudgedLimit {
  const seenRatio = seen.count > 0 ? seen.events / seen.count : Number.NaN
  const side = seenRatio > limit.ratio ? 'over' : 'under'
  const facts = { ...limit, ...seen, seenRatio }
  if (limit.ratio === 0) return judgeZero(facts, side)
  const evidence = logEvidence(effective, limit.ratio, side)
  const needed = side === 'over' ? needs.misses : needs.meets
  const decided = side === 'over' ? 'misses' : 'meets'
  const shownConfidence = 1 - Math.exp(-Math.max(0, evidence))
  return {
    limit: { ...facts, verdict: evidence >= needed ? decided : 'undecided', shownConfidence },
    side,
    more: requestsToDecide(effective, limit.ratio, side, needed),
  }
}

/** One event disproves a limit of 0; none never proves it. */
function judgeZero(
  facts: Omit<LimitVerdict, 'verdict' | 'shownConfidence'>,
  side: 'under' | 'over',
): JudgedLimit {
  const verdict = facts.count === 0 ? 'undecided' : side === 'over' ? 'misses' : 'meets'
  return { limit: { ...facts, verdict, shownConfidence: side === 'over' ? 1 : 0 }, side, more: 0 }
}

function combine(answers: readonly Answer[]): Answer {
  if (answers.includes('misses')) return 'misses'
  return answers.length > 0 && answers.every((answer) => answer === 'meets') ? 'meets' : 'undecided'
}

/** The first limit that would be missed ends it; else the last one that would be met does. */
function combineNeeds(judged: readonly JudgedLimit[]): number | undefined {
  const misses = judged.filter(({ side, more }) => side === 'over' && more !== undefined)
  if (misses.length > 0) return Math.min(...misses.map(({ more }) => more as number))
  if (judged.some(({ side, more }) => side === 'over' || more === undefined)) return undefined
  return Math.max(...judged.map(({ more }) => more as number))
}
