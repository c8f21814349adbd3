import type { Advice } from '../../core/advice.ts'
import type { PriceBook } from '../../core/bill.ts'
import { type Problem, UserError } from '../../core/errors.ts'
import type { Measurement, Percentiles } from '../../core/measurement.ts'
import type { RunRecord } from '../../core/run-record.ts'
import type { Scenario } from '../../core/scenario.ts'
import {
  type Changeable,
  type Difference,
  findDifferences,
  findScenarioDifferences,
} from '../../gate/find-differences.ts'
import type { BillChange, Judgement } from '../../gate/gate-result.ts'
import { compareBills, judgeCosts } from '../../gate/judge-costs.ts'
import { judgeRuns, judgeUnmeasured } from '../../gate/judge-runs.ts'
import type { Rule } from '../../gate/rules.ts'
import { adviseRun } from '../advise-run.ts'

/** Of untested candidates, those that a note names. */
const NAMED = 3

export interface RunFile {
  readonly file: string
  readonly record: RunRecord
}

export interface RunsToCompare {
  readonly base: RunFile
  readonly head: RunFile
  readonly rules: readonly Rule[]
  /** What may differ, because it is what is judged. */
  readonly changed: readonly Changeable[]
  readonly book: PriceBook
}

export interface ComparedRuns {
  readonly judgements: readonly Judgement[]
  readonly billChanges: readonly BillChange[]
  readonly notes: readonly string[]
}

/** Compares two saved runs; loads nothing. @throws UserError with every reason why they cannot be compared */
export function compareRuns({ base, head, rules, changed, book }: RunsToCompare): ComparedRuns {
  const differences = findDifferences(base.record, head.record)
  refuse([base, head], base.file, differences, changed)
  const judgements = [
    ...judgeRuns(rules, base.record, head.record),
    ...judgeUnmeasured(rules, base.record, head.record),
  ]
  const spread = speedError(judgements)
  const advise = (record: RunRecord) => adviseRun(record, book)
  const costs = {
    base: advise(base.record),
    head: advise(head.record),
    headAtEnds: (spread === 1 ? [] : [1 / spread, spread]).map((factor) =>
      advise(atSpeed(head.record, factor)),
    ),
  }
  return {
    judgements: [...judgements, ...judgeCosts(rules, costs)],
    billChanges: compareBills(costs),
    notes: [
      ...differences.map(
        ({ what, field, base: was, head: is }) => `judged with another ${what} (${field}: ${was}, now ${is})`,
      ),
      ...untestedNote(costs.base),
      ...advisedWarnings(costs.head),
    ],
  }
}

/** Before the head's run is made: whether it can be compared with the base at all. @throws UserError as `compareRuns` */
export function checkScenario(base: RunFile, scenario: Scenario, changed: readonly Changeable[]): void {
  refuse([base], base.file, findScenarioDifferences(base.record.scenario, scenario), changed)
}

function refuse(
  runs: readonly RunFile[],
  baseline: string,
  differences: readonly Difference[],
  changed: readonly Changeable[],
): void {
  const refused = differences.filter(({ what }) => !(changed as readonly string[]).includes(what))
  const problems = [...runs.flatMap(cutShort), ...refused.map((each) => explain(each, baseline))]
  if (problems.length > 0) throw new UserError(problems)
}

/** A baseline whose cheapest is unknown lets a head pass that costs more. */
function untestedNote({ verdicts }: Advice): string[] {
  const untested = verdicts.filter(({ outcome }) => outcome === 'untested')
  if (untested.length === 0) return []
  const each = untested.map(({ candidate, reasons }) => `${candidate.name} (${reasons.join('; ')})`)
  const shown = [...each.slice(0, NAMED), ...(each.length > NAMED ? [`${each.length - NAMED} more`] : [])]
  return [`the baseline's run left untested what may have been cheaper: ${shown.join(', ')}`]
}

function advisedWarnings({ warnings }: Advice): string[] {
  return warnings.map((warning) => `the head's run: ${warning}`)
}

/** Why a run cannot be judged, or be judged against: not every candidate of it was tried. */
export function cutShort({ file, record }: RunFile): Problem[] {
  if (record.finishedAt !== null) return []
  const measured = `${record.trials.length} of ${record.scenario.candidates.length} candidates were tried`
  return [
    {
      file,
      message: `the run was cut short: ${measured}`,
      hint: `finish it with plimsoll run ${record.scenario.file} --resume`,
    },
  ]
}

function explain({ what, field, base, head }: Difference, file: string): Problem {
  const hints: Record<Difference['what'], string> = {
    model: 'give --changed model if it is the model that is judged',
    candidates: 'give --changed candidates if it is they that are judged',
    runtime: 'give --changed runtime if it is the runtime that is judged',
    machine: 'run the baseline on this machine, or compare both sides here: plimsoll gate --base … --head …',
    settings: 'run the baseline again with these settings, and save it: --save-baseline',
  }
  const message = `the baseline is of another ${what === 'settings' ? 'question' : what}: ${base} there, ${head} here`
  return { file, field, message, hint: hints[what] }
}

/** How far, as a factor of at least 1, the head's speed may be off: the wider half of the interval of its p50. */
function speedError(judgements: readonly Judgement[]): number {
  const spreads = judgements.flatMap(({ metric, worsening }) => {
    if (metric !== 'p50' || !worsening) return []
    const [low, value, high] = [worsening.low, worsening.value, worsening.high].map((ratio) => 1 + ratio)
    const halves = [(high ?? 1) / (value ?? 1), (value ?? 1) / (low ?? 1)]
    return [Math.min(...halves)]
  })
  return Math.max(1, ...spreads)
}

/** The run as it would have been, had the model taken `factor` times as long. */
function atSpeed(record: RunRecord, factor: number): RunRecord {
  const { profile } = record
  if (!profile) return record
  const settings = profile.settings.map((setting) => ({
    ...setting,
    measurement: slowed(setting.measurement, factor),
  }))
  return { ...record, profile: { ...profile, settings } }
}

function slowed(measurement: Measurement, factor: number): Measurement {
  const scale = (times: Percentiles) =>
    Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, ms * factor])) as Percentiles
  return {
    ...measurement,
    serviceMs: scale(measurement.serviceMs),
    responseMs: scale(measurement.responseMs),
    samplesMs: measurement.samplesMs.map((ms) => ms * factor),
    inferenceMs: measurement.inferenceMs.map((ms) => ms * factor),
  }
}
