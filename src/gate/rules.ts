import type { Concern, MetricName } from './gate-result.ts'

/** How one metric is judged. */
export interface Rule {
  readonly metric: MetricName
  readonly concern: Concern
  /** A worsening shown to be beyond this fails: a ratio, of errors a difference of ratios. */
  readonly allowed: number
  /**
   * One shown to be below this passes. Of a metric that the user set, what is allowed; of the others the change that
   * the gate is meant to catch: to show that a change is below 2% takes ten times the data that it takes to catch 10%.
   */
  readonly caught: number
  /** While it is not decided, the gate has not passed: what the user set, and the latency that noise reaches least. */
  readonly binding: boolean
}

/** What blocks measure. */
export const OF_BLOCKS: readonly MetricName[] = [
  'p10',
  'p50',
  'p90',
  'p95',
  'p99',
  'p999',
  'goodput',
  'cpu',
  'errors',
  'startUp',
]
const IN_TURNS_ALONE: readonly MetricName[] = ['goodput', 'cpu', 'p10']
/** What is known of runs. */
export const OF_RUNS: readonly MetricName[] = [
  ...OF_BLOCKS.filter((metric) => !IN_TURNS_ALONE.includes(metric)),
  'modelSize',
  'usdPerMonth',
  'usdPerMillion',
]

/** The latency that noise reaches least: while it is undecided, so is the gate. */
const UNDISTURBED: Rule = { ...rule('p10', 0.015, 0.05), binding: true }

/** Judged on blocks unless the user says otherwise. On the same machine in turns, noise that both share cancels. */
export const INTERLEAVED_RULES: readonly Rule[] = [
  UNDISTURBED,
  rule('p50', 0.015, 0.05),
  rule('p95', 0.015, 0.1),
  rule('p99', 0.01, 0.1),
  rule('goodput', 0.015, 0.1),
  rule('errors', 0.005, 0.01),
]

/**
 * Where CPU time can be read. It is what the work of a request is, and nothing that waits for a processor lengthens it:
 * it decides in place of p10, which a machine that is too busy disturbs like every latency.
 */
export function withCpu(rules: readonly Rule[]): readonly Rule[] {
  if (rules.some(({ metric }) => metric === 'cpu')) return rules
  const { allowed, caught } = UNDISTURBED
  const cpu = { ...rule('cpu', allowed, caught), binding: true }
  return [cpu, ...rules.map((each) => (each === UNDISTURBED ? { ...each, binding: false } : each))]
}

/** Of two commands, of which each is started several times. */
export const START_UP_RULE: Rule = rule('startUp', 0.1, 0.25)

/**
 * Judged between two saved runs. They were measured at different times, so their limits leave room for what the
 * machine did in between: a machine's speed differs by ±10% from hour to hour.
 */
export const BASELINE_RULES: readonly Rule[] = [
  rule('p50', 0.1, 0.1),
  rule('p95', 0.15, 0.15),
  rule('p99', 0.25, 0.25),
  rule('errors', 0.005, 0.005),
  rule('startUp', 0.25, 0.25),
  rule('modelSize', 0.05, 0.05),
  rule('usdPerMonth', 0.02, 0.02),
  rule('usdPerMillion', 0.02, 0.02),
]

/** @param asked allowed worsening by metric, which takes the place of its default or adds a metric to them */
export function withAllowed(
  defaults: readonly Rule[],
  asked: ReadonlyMap<MetricName, number>,
): readonly Rule[] {
  const kept = defaults.filter(({ metric }) => !asked.has(metric))
  return [
    ...kept,
    ...[...asked].map(([metric, allowed]) => ({ ...rule(metric, allowed, allowed), binding: true })),
  ]
}

function rule(metric: MetricName, allowed: number, caught: number): Rule {
  return { metric, concern: concernOf(metric), allowed, caught, binding: false }
}

function concernOf(metric: MetricName): Concern {
  if (metric === 'slo') return 'slo'
  return metric === 'usdPerMonth' || metric === 'usdPerMillion' ? 'cost' : 'regression'
}
