import { bestSettings } from '../advise/best-settings.ts'
import { shownPercentile } from '../advise/explain.ts'
import { frontier } from '../advise/frontier.ts'
import { judge } from '../advise/judge.ts'
import { outlook } from '../advise/outlook.ts'
import { type Ranking, rank } from '../advise/rank.ts'
import { nextMeasurement, recommend } from '../advise/recommend.ts'
import { centralPoint, type ServicePoints } from '../capacity/service-times.ts'
import type { Advice, Outlook } from '../core/advice.ts'
import type { PriceBook } from '../core/bill.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Slo } from '../core/scenario.ts'
import { bookAgeDays } from '../pricing/book-age.ts'
import { bookWarnings } from '../pricing/book-warnings.ts'
import type { ChosenBook } from '../pricing/default-book.ts'
import { type MonthProfile, monthProfile } from '../traffic/month-profile.ts'
import { type AdviceMemo, rememberAll } from './advice-memo.ts'
import { type Assessing, assessAll, assessOne, effortOf } from './assess.ts'
import { listAssumptions, listWarnings } from './caveats.ts'
import { explore } from './explore.ts'
import { isSubject, type Known, type Subject, subjectsOf } from './subject.ts'
import { summarizeProfile, summarizeVariants } from './summarize-profile.ts'
import { suppose } from './suppose.ts'
import type { WhatIf } from './what-if.ts'

/** How the book came to be used, and on which day, which the advice says of it. */
type BookUse = Omit<ChosenBook, 'book'> & { readonly now?: Date }

export interface AdviseOptions extends Partial<BookUse> {
  /** Whether to look at other traffic as well; it takes about as long as the rest. */
  readonly outlook?: boolean
  /** How much to simulate of each month; what is left out is as much as a report deserves. */
  readonly effort?: { readonly requests?: number; readonly leastHours?: number }
  /** What to suppose in place of what the scenario says. */
  readonly whatIf?: WhatIf
  /** What was worked out before, for this run and book; see `Advisor`. */
  readonly memo?: AdviceMemo
}

/** Of the outlook: a tenth of the requests, and a day of the autoscaler where the traffic repeats by the day. */
const OUTLOOK_EFFORT = { requests: 20_000, leastHours: 24 }

/** A run under a question, ready to be assessed. */
interface Case {
  readonly record: RunRecord
  readonly notes: readonly string[]
  readonly profile: MonthProfile
  readonly subjects: readonly (Subject | Known)[]
  readonly assessing: Assessing
}

/**
 * Everything that a saved run and a price book advise. Pure: the same run, book, question and day give the same advice.
 * @throws UserError for a question that cannot be asked of this run
 */
export function adviseRun(record: RunRecord, book: PriceBook, options: AdviseOptions = {}): Advice {
  return adviseCase(caseOf(record, book, options), book, options)
}

/** Works out what `adviseRun` needs, one candidate after the other: `memo` of the options has it then. */
export function* assessInSteps(
  record: RunRecord,
  book: PriceBook,
  options: AdviseOptions & { readonly memo: AdviceMemo },
): Generator<{ readonly done: number; readonly total: number }, void, void> {
  const { subjects, assessing } = caseOf(record, book, options)
  for (const [index, subject] of subjects.entries()) {
    assessOne(subject, assessing)
    yield { done: index + 1, total: subjects.length }
  }
}

function caseOf(given: RunRecord, book: PriceBook, options: AdviseOptions): Case {
  const { record, remarks, notes } = suppose(given, options.whatIf ?? {})
  const memo = options.memo ?? rememberAll()
  const profile = monthProfile(record.scenario.traffic, record.scenario.load.seed)
  const effort = effortOf(record.scenario, options.effort)
  const subjects = subjectsOf(record, memo, remarks)
  return { record, notes, profile, subjects, assessing: { profile, book, effort, memo } }
}

function adviseCase(given: Case, book: PriceBook, options: AdviseOptions): Advice {
  const use: BookUse = { origin: 'built-in', notes: [], ...options }
  const { record, profile, subjects, assessing } = given
  const { scenario } = record
  const { meanRps, peakRps, requests } = profile
  const ranking = rankUnder(subjects, scenario.slo, assessing)
  const next = nextMeasurement(ranking)
  const other = options.outlook === false ? null : outlookOf(given, ranking)
  return {
    schemaVersion: 1,
    plimsoll: record.plimsoll,
    run: { id: record.id, startedAt: record.startedAt, complete: record.finishedAt !== null },
    scenario: { name: scenario.name, file: scenario.file, sha256: scenario.sha256 },
    slo: scenario.slo,
    traffic: scenario.traffic,
    month: { meanRps, peakRps, requests },
    book: summarizeBook(book, use),
    profile: summarizeProfile(record.profile),
    ...(record.variants ? { variants: summarizeVariants(record) } : {}),
    verdicts: ranking.verdicts,
    cheapest: ranking.cheapest?.candidate.name ?? null,
    ties: ranking.ties.map(({ candidate }) => candidate.name),
    frontier: frontier(ranking.verdicts, shownPercentile(scenario.slo)).map(
      ({ candidate }) => candidate.name,
    ),
    bestSettings: bestSettings(ranking.verdicts),
    outlook: other,
    recommendation: recommend(ranking, next, scenario.slo, other),
    nextMeasurement: next,
    assumptions: listAssumptions(scenario, record.profile?.host ?? null),
    warnings: [
      ...given.notes,
      ...bookWarnings({ book, ...use }, use.now),
      ...listWarnings(record, ranking.verdicts),
    ],
  }
}

function rankUnder(subjects: readonly (Subject | Known)[], slo: Slo, assessing: Assessing): Ranking {
  return rank(
    assessAll(subjects, assessing).map((assessment) => judge(assessment, slo, assessing.profile.requests)),
  )
}

/** What other traffic would change, at the slow half of each range. Null where there is nothing to simulate. */
function outlookOf(
  { record: { scenario }, subjects, profile, assessing }: Case,
  now: Ranking,
): Outlook | null {
  const able = subjects.filter(isSubject)
  if (able.length === 0) return null
  const effort = effortOf(scenario, OUTLOOK_EFFORT)
  const ranked = (some: readonly Subject[], month: MonthProfile) =>
    rankUnder(some, scenario.slo, { ...assessing, profile: month, effort, part: slowHalf })
  const explored = explore(now, profile, {
    rankAll: (month) => ranked(able, month),
    rankTwo: (names, month) =>
      ranked(
        able.filter(({ candidate }) => names.includes(candidate.name)),
        month,
      ),
  })
  return outlook(now, explored)
}

/** The middle and the slow end, which decides whether the SLO is surely met; a range has its middle in the middle. */
function slowHalf(service: ServicePoints): ServicePoints {
  const central = centralPoint(service)
  return [central, central, service.at(-1) ?? central]
}

function summarizeBook({ date, prices }: PriceBook, { origin, file, now }: BookUse): Advice['book'] {
  const months = prices.map(({ asOf }) => asOf).sort()
  const derived = prices.filter(({ basis }) => basis === 'derived').length
  return {
    date,
    ...(now && { ageDays: bookAgeDays(date, now) }),
    origin,
    ...(file !== undefined && { file }),
    prices: prices.length,
    derived,
    oldest: months[0] ?? date,
    newest: months.at(-1) ?? date,
  }
}
