import type { Advice, Verdict } from '../core/advice.ts'
import type { Candidate } from '../core/candidate.ts'
import type { Percentile, Range } from '../core/scenario.ts'
import { type CsvCell, csvText } from './csv-text.ts'
import { plainTexts } from './plain-text.ts'

/** One column: its name, which ends in its unit, and its value of a candidate. */
type Column = readonly [name: string, of: (verdict: Verdict, advice: Advice) => CsvCell]

const PERCENTILES: readonly Percentile[] = ['p50', 'p90', 'p95', 'p99', 'p999']

const SETTINGS: readonly Column[] = [
  ...(['machine_type', 'vcpus', 'memory_gib', 'memory_mib', 'threads', 'concurrency'] as const).map(setting),
  ...(['generation', 'kind', 'billing', 'purchase', 'disk_gib', 'disk_type', 'variant'] as const).map(
    setting,
  ),
  ...(['min_replicas', 'max_replicas', 'url'] as const).map(setting),
  ['accelerator_type', ({ candidate }) => candidate.accelerator?.type ?? null],
  ['accelerator_count', ({ candidate }) => candidate.accelerator?.count ?? null],
]

const OPERATION: readonly Column[] = [
  ...spread('replicas', ({ operation }) => operation?.replicas),
  ...spread('mean_replicas', ({ operation }) => operation?.meanReplicas),
  ...spread('utilization_ratio', ({ operation }) => operation?.utilization),
  ...spread('peak_load_ratio', ({ operation }) => operation?.peakLoad),
  ['slots_per_replica', ({ operation }) => operation?.slotsPerReplica ?? null],
  ['cold_start_ratio', ({ operation }) => operation?.coldStartRatio ?? null],
  ...PERCENTILES.flatMap((name) =>
    spread(`busiest_${name}_ms`, ({ operation }) => operation?.busiestMs[name]),
  ),
  ['simulated_requests', ({ operation }) => operation?.simulated.requests ?? null],
  ['simulation_method', ({ operation }) => operation?.simulated.method ?? null],
]

const TEXTS: readonly Column[] = [
  ['missing_prices', ({ bill }) => joined(bill?.missing.map(({ message }) => message))],
  ['refusals', ({ refusals }) => joined(refusals.map(({ rule }) => rule))],
  ['reasons', ({ reasons }) => joined(reasons)],
  ['caveats', ({ caveats }) => joined(caveats)],
]

/** For a spreadsheet or a data frame: one row of each candidate in the order of the ranking, all its figures. */
export function csvReport(given: Advice): string {
  const advice = plainTexts(given)
  const columns = columnsOf(advice)
  return csvText([
    columns.map(([name]) => name),
    ...advice.verdicts.map((verdict) => columns.map(([, of]) => of(verdict, advice))),
  ])
}

function columnsOf(advice: Advice): readonly Column[] {
  return [
    ['run', () => advice.run.id],
    ['scenario', () => advice.scenario.name],
    ['rank', (verdict) => advice.verdicts.indexOf(verdict) + 1],
    ['candidate', ({ candidate }) => candidate.name],
    ['platform', ({ candidate }) => candidate.platform],
    ['region', ({ candidate }) => candidate.region],
    ['outcome', ({ outcome }) => outcome],
    ['cheapest', ({ candidate }) => yesNo(candidate.name === advice.cheapest)],
    ['tie', ({ candidate }) => yesNo(advice.ties.includes(candidate.name))],
    ['on_frontier', ({ candidate }) => yesNo(advice.frontier.includes(candidate.name))],
    ['evidence', ({ evidence }) => evidence],
    ['cost_evidence', ({ costEvidence }) => costEvidence],
    ...usd('usd_per_month', ({ usdPerMonth }) => usdPerMonth),
    ...usd('usd_per_million_requests', ({ usdPerMillionRequests }) => usdPerMillionRequests),
    ...PERCENTILES.flatMap((name) => spread(`${name}_ms`, ({ latencyMs }) => latencyMs?.[name])),
    ...PERCENTILES.map((name): Column => [`alone_${name}_ms`, ({ aloneMs }) => aloneMs?.[name] ?? null]),
    ...sloColumns(advice),
    ...OPERATION,
    ...SETTINGS,
    ...TEXTS,
  ]
}

/** Of each line of the SLO what was found; latencies in ms, errors as a ratio. */
function sloColumns({ slo }: Advice): Column[] {
  const limits = [...Object.entries(slo.latencyMs), ['errors', slo.errorRatio] as const]
  return limits.flatMap(([metric, limit]): Column[] => {
    const stem = `slo_${metric}`
    const unit = metric === 'errors' ? 'ratio' : 'ms'
    const check = ({ checks }: Verdict) => checks.find((each) => each.metric === metric)
    return [
      [`${stem}_limit_${unit}`, () => limit],
      ...spread(`${stem}_found_${unit}`, (verdict) => check(verdict)?.found),
      [`${stem}_margin_ratio`, (verdict) => check(verdict)?.marginRatio ?? null],
      [`${stem}_outcome`, (verdict) => check(verdict)?.outcome ?? null],
    ]
  })
}

function spread(name: string, of: (verdict: Verdict) => Range | undefined): Column[] {
  return (['value', 'low', 'high'] as const).map((end) => [
    end === 'value' ? name : `${name}_${end}`,
    (verdict) => of(verdict)?.[end] ?? null,
  ])
}

function usd(name: string, of: (verdict: Verdict) => Verdict['usdPerMonth']): Column[] {
  return (['value', 'low', 'high'] as const).map((end) => [
    end === 'value' ? name : `${name}_${end}`,
    (verdict) => of(verdict)?.[end] ?? null,
  ])
}

/** A setting by its name in the candidate, where its platform has it. */
function setting(name: string): Column {
  const field = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return [
    name,
    ({ candidate }) =>
      ((candidate as Candidate & Partial<Record<string, string | number>>)[
        field as keyof Candidate
      ] as CsvCell) ?? null,
  ]
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

function joined(texts: readonly string[] = []): string {
  return texts.join('; ')
}
