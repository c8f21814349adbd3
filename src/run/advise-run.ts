import { judge } from '../advise/judge.ts'
import { rank } from '../advise/rank.ts'
import { nextMeasurement, recommend } from '../advise/recommend.ts'
import type { Advice } from '../core/advice.ts'
import type { PriceBook } from '../core/bill.ts'
import type { RunRecord } from '../core/run-record.ts'
import { assessRun, requestsPerMonth } from './assess.ts'
import { listAssumptions, listWarnings } from './caveats.ts'
import { summarizeProfile, summarizeVariants } from './summarize-profile.ts'

/** Everything that a saved run and a price book advise. Pure: the same run and book give the same advice. */
export function adviseRun(record: RunRecord, book: PriceBook): Advice {
  const { scenario } = record
  const requests = requestsPerMonth(scenario)
  const assessments = assessRun(record, book)
  const ranking = rank(assessments.map((assessment) => judge(assessment, scenario.slo, requests)))
  const next = nextMeasurement(ranking)
  return {
    schemaVersion: 1,
    plimsoll: record.plimsoll,
    run: { id: record.id, startedAt: record.startedAt, complete: record.finishedAt !== null },
    scenario: { name: scenario.name, file: scenario.file, sha256: scenario.sha256 },
    slo: scenario.slo,
    traffic: scenario.traffic,
    book: summarizeBook(book),
    profile: summarizeProfile(record.profile),
    ...(record.variants ? { variants: summarizeVariants(record) } : {}),
    verdicts: ranking.verdicts,
    cheapest: ranking.cheapest?.candidate.name ?? null,
    ties: ranking.ties.map(({ candidate }) => candidate.name),
    recommendation: recommend(ranking, next),
    nextMeasurement: next,
    assumptions: listAssumptions(scenario, record.profile?.host ?? null),
    warnings: listWarnings(record, ranking.verdicts),
  }
}

function summarizeBook({ date, prices }: PriceBook): Advice['book'] {
  const months = prices.map(({ asOf }) => asOf).sort()
  const derived = prices.filter(({ basis }) => basis === 'derived').length
  return { date, prices: prices.length, derived, oldest: months[0] ?? date, newest: months.at(-1) ?? date }
}
