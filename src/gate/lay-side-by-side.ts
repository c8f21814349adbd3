import type { Advice } from '../core/advice.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Percentile } from '../core/scenario.ts'
import type { CandidateRow, Comparison, MeasuredRow, MeasuredValue, RunsDiffer } from './comparison.ts'
import { type Difference, findDifferences, withoutCommon } from './find-differences.ts'
import type { Judgement, Worsening } from './gate-result.ts'
import { intervalIn, judgeRuns } from './judge-runs.ts'
import type { Rule } from './rules.ts'

export interface RunToCompare {
  readonly file: string
  readonly record: RunRecord
  readonly advice: Advice
}

const METRICS = ['p50', 'p95', 'p99', 'errors', 'startUp', 'modelSize'] as const
/** Any change is of interest: nothing is allowed, nothing passes. */
const RULES: readonly Rule[] = METRICS.map((metric) => ({
  ...{ metric, concern: 'regression', allowed: 0, caught: 0, binding: false },
}))

/** Saved runs side by side; the first is what the others are compared with. @param runs at least two */
export function laySideBySide(
  runs: readonly RunToCompare[],
): Omit<Comparison, 'schemaVersion' | 'plimsoll' | 'book'> {
  const differences = differencesOf(runs)
  const because = whyNot(runs, differences)
  return {
    runs: runs.map(describe),
    differences,
    comparable: because.length === 0,
    because,
    measured: measuredRows(runs),
    candidates: candidateRows(runs),
  }
}

function describe({ file, record, advice }: RunToCompare): Comparison['runs'][number] {
  const { id, startedAt, plimsoll, finishedAt } = record
  const { cheapest, verdicts } = advice
  const usdPerMonth = verdicts.find(({ candidate }) => candidate.name === cheapest)?.usdPerMonth ?? null
  return { file, id, startedAt, plimsoll, complete: finishedAt !== null, cheapest, usdPerMonth }
}

type Differs = Omit<Difference, 'what'> & Pick<RunsDiffer, 'what'>

/** Field by field: what a run does not differ in from the first it has in common with it. */
function differencesOf([first, ...others]: readonly RunToCompare[]): RunsDiffer[] {
  if (!first) return []
  const found = others.map(({ record }): Differs[] => [
    ...findDifferences(first.record, record),
    ...(record.plimsoll === first.record.plimsoll
      ? []
      : [
          { what: 'version', field: 'plimsoll', base: first.record.plimsoll, head: record.plimsoll } as const,
        ]),
  ])
  const fields = new Map(found.flat().map((each) => [each.field, each]))
  return [...fields.values()].map(({ what, field, base, lists }) => {
    const own = found.map((of) => of.find((each) => each.field === field))
    if (!lists) return { what, field, values: [base, ...own.map((each) => each?.head ?? base)] }
    const all = [lists.base, ...own.map((each) => each?.lists?.head ?? lists.base)]
    return { what, field, values: all.map((list) => withoutCommon(list, all)) }
  })
}

/** What was asked, and where it was measured, must be the same; what is compared may differ. */
function whyNot(runs: readonly RunToCompare[], differences: readonly RunsDiffer[]): string[] {
  const of = (what: RunsDiffer['what']) =>
    differences.filter((each) => each.what === what).map(({ field }) => field)
  const [settings, machine] = [of('settings'), of('machine')]
  return [
    ...(settings.length > 0
      ? [`They answer different questions (${settings.join(', ')}): outcomes and costs do not compare.`]
      : []),
    ...(machine.length > 0
      ? [
          `They were measured on different machines (${machine.join(', ')}): what was measured does not compare.`,
        ]
      : []),
    ...runs.flatMap(({ file, record }) =>
      record.finishedAt === null
        ? [
            `${file} was cut short: ${record.trials.length} of ${record.scenario.candidates.length} candidates were tried.`,
          ]
        : [],
    ),
  ]
}

/** Every figure that any run shares with the first. */
function measuredRows([first, ...others]: readonly RunToCompare[]): MeasuredRow[] {
  if (!first) return []
  const judged = others.map(({ record }) => judgeRuns(RULES, first.record, record))
  const keyOf = ({ metric, subject }: Pick<Judgement, 'metric' | 'subject'>) => `${metric} ${subject}`
  const rows = new Map(judged.flat().map((each) => [keyOf(each), each]))
  return [...rows].map(([key, { metric, subject, unit, base }]) => {
    const interval = ({ record }: RunToCompare) => intervalIn(record, metric, subject)
    return {
      ...{ metric, subject, unit },
      values: [
        { ...figure(base, interval(first)), worsening: null, change: 'unknown' as const },
        ...others.map((run, index) => {
          const found = judged[index]?.find((each) => keyOf(each) === key)
          const worsening = found?.worsening ?? null
          return { ...figure(found?.head ?? null, interval(run)), worsening, change: changeOf(worsening) }
        }),
      ],
    }
  })
}

function figure(
  value: Judgement['base'],
  interval: { readonly low: number; readonly high: number } | null,
): Pick<MeasuredValue, 'value' | 'low' | 'high'> {
  return {
    value: value === null ? null : Number(value),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  }
}

function changeOf(worsening: Worsening | null): MeasuredValue['change'] {
  if (!worsening) return 'unknown'
  if (worsening.low > 0) return 'worse'
  return worsening.high < 0 ? 'better' : 'not shown'
}

/** In the order of the first run's ranking, then what only others have. */
function candidateRows(runs: readonly RunToCompare[]): CandidateRow[] {
  const names = new Set(runs.flatMap(({ advice }) => advice.verdicts.map(({ candidate }) => candidate.name)))
  return [...names].map((candidate) => ({
    candidate,
    values: runs.map(({ advice }) => {
      const verdict = advice.verdicts.find((each) => each.candidate.name === candidate)
      if (!verdict) return null
      const { outcome, evidence, usdPerMonth, latencyMs } = verdict
      const percentile = shownOf(advice)
      return { outcome, evidence, usdPerMonth, latencyMs: latencyMs?.[percentile] ?? null, percentile }
    }),
  }))
}

/** As in the reports: p95 where the SLO limits it, else the highest that it does. */
function shownOf({ slo }: Advice): Percentile {
  return slo.latencyMs.p95 === undefined
    ? ((Object.keys(slo.latencyMs).at(-1) ?? 'p95') as Percentile)
    : 'p95'
}
