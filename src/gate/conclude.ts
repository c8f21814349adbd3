import { percent } from './decide.ts'
import type { Concern, GateOutcome, Judgement } from './gate-result.ts'
import { latencyRatios } from './latency-ratios.ts'

export type FailOn = readonly (Concern | 'inconclusive')[]

export const DEFAULT_FAIL_ON: FailOn = ['slo', 'regression', 'cost']

/**
 * The answer to all judgements: failed when one of a concern that counts failed; else inconclusive when one is not
 * decided, when nothing could be judged at all, or none of the latencies; else passed.
 */
export function conclude(judgements: readonly Judgement[], failOn: FailOn): GateOutcome {
  const counting = judgements.filter(({ concern }) => failOn.includes(concern))
  const outcomes = counting.map(({ outcome }) => outcome)
  if (outcomes.includes('failed')) return 'failed'
  const decided = !outcomes.includes('inconclusive') && outcomes.includes('passed') && !isBlind(counting)
  if (decided) return 'passed'
  return failOn.includes('inconclusive') ? 'failed' : 'inconclusive'
}

/** Whether latencies were compared and neither one of them nor the CPU time could be judged: nothing else makes up for that. */
function isBlind(judgements: readonly Judgement[]): boolean {
  return (
    isTooNoisy(judgements) &&
    !judgements.some(({ metric, outcome }) => metric === 'cpu' && outcome !== 'unjudged')
  )
}

/** Whether latencies were compared and none of them could be judged. */
function isTooNoisy(judgements: readonly Judgement[]): boolean {
  const latencies = judgements.filter(({ metric }) => metric in latencyRatios)
  return latencies.length > 0 && latencies.every(({ outcome }) => outcome === 'unjudged')
}

function tooNoisySentence(judgements: readonly Judgement[]): string {
  return isBlind(judgements)
    ? 'No latency could be judged.'
    : 'No latency could be judged: the CPU time of a request stands in for all of them, and does not see waiting.'
}

/** The answer in sentences: what decided it, then what is worth knowing. */
export function summarize(judgements: readonly Judgement[], outcome: GateOutcome, failOn: FailOn): string[] {
  const of = (wanted: Judgement['outcome'], counts: boolean) =>
    judgements.filter((each) => each.outcome === wanted && failOn.includes(each.concern) === counts)
  const sentences = (list: readonly Judgement[]) => list.map((each) => `${nameOf(each)}: ${each.reason}.`)
  const counting = judgements.filter(({ concern }) => failOn.includes(concern))
  const blind = of('unjudged', true)
  return [
    ...sentences(of('failed', true)),
    ...sentences(of('inconclusive', true)),
    ...(outcome === 'passed' ? [passedSentence(of('passed', true).length)] : []),
    ...(isTooNoisy(counting) ? [tooNoisySentence(counting)] : []),
    ...(counting.every(({ outcome: each }) => each === 'unjudged')
      ? ['Nothing that counts could be judged.']
      : []),
    ...sentences(of('failed', false)).map((sentence) => `Not counted (--fail-on): ${sentence}`),
    ...(blind.length > 0
      ? [`Not judged: ${blind.map((each) => `${nameOf(each)} (${each.reason})`).join('; ')}.`]
      : []),
  ]
}

function passedSentence(count: number): string {
  return count === 1
    ? 'The metric judged is not worse than allowed.'
    : `None of ${count} metrics is worse than allowed.`
}

/** What the noise of a machine lets the gate tell, in a sentence. */
export function describeNoise(judgements: readonly Judgement[]): string {
  const told = judgements.flatMap((judgement) => {
    const { detectable } = judgement
    if (detectable === null) return []
    const points = judgement.metric === 'errors' ? ' points' : ''
    return [`${nameOf(judgement)} ${percent(detectable)}${points}`]
  })
  return `The smallest changes that this machine can tell with 90% power: ${told.join(', ')}.`
}

/** `p95`, `p95 with 1 thread`, `USD a month` */
export function nameOf({ metric, subject }: Pick<Judgement, 'metric' | 'subject'>): string {
  const names: Partial<Record<Judgement['metric'], string>> = {
    p999: 'p99.9',
    cpu: 'CPU time',
    startUp: 'start-up',
    modelSize: 'model size',
    usdPerMonth: 'USD a month',
    usdPerMillion: 'USD a million',
    slo: 'SLO',
  }
  return [names[metric] ?? metric, subject].filter(Boolean).join(' ')
}
