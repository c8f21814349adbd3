import type { Assessed, Assessment } from '../advise/assessment.ts'
import { bestSettings } from '../advise/best-settings.ts'
import { shownPercentile } from '../advise/explain.ts'
import { frontier } from '../advise/frontier.ts'
import { judge } from '../advise/judge.ts'
import { type Explored, outlook } from '../advise/outlook.ts'
import { type Ranking, rank } from '../advise/rank.ts'
import { nextMeasurement, recommend } from '../advise/recommend.ts'
import { worthShowing } from '../advise/worth-showing.ts'
import { centralPoint, type ServicePoints } from '../capacity/service-times.ts'
import type { Advice } from '../core/advice.ts'
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
import { hourlyMonth } from './hourly-month.ts'
import { loadCurves } from './load-curves.ts'
import { suggestMix } from './mix/suggest-mix.ts'
import { isSubject, type Known, type Subject, subjectsOf } from './subject.ts'
import { suggestSettings } from './suggest-settings.ts'
import { summarizeProfile, summarizeVariants } from './summarize-profile.ts'
import { suppose } from './suppose.ts'
import type { WhatIf } from './what-if.ts'

/** How the book came to be used, and on which day, which the advice says of it. */
type BookUse = Omit<ChosenBook, 'book'> & { readonly now?: Date }

export interface AdviseOptions extends Partial<BookUse> {
  /** Whether to look at other traffic and settings as well; it takes about as long as the rest. */
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
  const assessments = assessAll(subjects, assessing)
  const ranking = judged(assessments, scenario.slo, profile)
  const next = nextMeasurement(ranking)
  const best = frontier(ranking.verdicts, shownPercentile(scenario.slo)).map(
    ({ candidate }) => candidate.name,
  )
  const explored = options.outlook === false ? null : exploreRun(given, ranking)
  const shown = explored && worthShowing(ranking, best, explored)
  const other = explored && outlook(ranking, explored, shown ?? [])
  const suggestion = options.outlook === false ? null : suggestionFor(given, ranking)
  const mix = options.outlook === false ? null : mixFor(given, ranking, suggestion)
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
    ...(record.cloud ? { cloud: record.cloud } : {}),
    verdicts: ranking.verdicts,
    cheapest: ranking.cheapest?.candidate.name ?? null,
    ties: ranking.ties.map(({ candidate }) => candidate.name),
    frontier: best,
    bestSettings: bestSettings(ranking.verdicts),
    suggestion,
    mix,
    outlook: other,
    ...(shown && seriesOf(shown, assessments, subjects, scenario)),
    recommendation: recommend(ranking, next, scenario.slo, { outlook: other, mix }),
    nextMeasurement: next,
    assumptions: listAssumptions(record, mix),
    warnings: [
      ...given.notes,
      ...bookWarnings({ book, ...use }, use.now),
      ...listWarnings(record, ranking.verdicts),
    ],
  }
}

function judged(assessments: readonly Assessment[], slo: Slo, { requests }: MonthProfile): Ranking {
  return rank(assessments.map((assessment) => judge(assessment, slo, requests)))
}

/** What other traffic would change, at the slow half of each range. Null where there is nothing to simulate. */
function exploreRun(
  { record: { scenario }, subjects, profile, assessing }: Case,
  now: Ranking,
): Explored | null {
  const able = subjects.filter(isSubject)
  if (able.length === 0) return null
  const effort = effortOf(scenario, OUTLOOK_EFFORT)
  const ranked = (some: readonly Subject[], month: MonthProfile) => {
    const assessments = assessAll(some, { ...assessing, profile: month, effort, part: slowHalf })
    return judged(assessments, scenario.slo, month)
  }
  return explore(now, profile, {
    rankAll: (month) => ranked(able, month),
    rankSome: (names, month) =>
      ranked(
        able.filter(({ candidate }) => names.includes(candidate.name)),
        month,
      ),
  })
}

/** The search looks at as little as the outlook does; what it finds is assessed as the candidates are. */
function suggestionFor({ record, subjects, assessing }: Case, ranking: Ranking): Advice['suggestion'] {
  if (!subjects.some((each) => isSubject(each) && !each.measurement)) return null
  const effort = effortOf(record.scenario, OUTLOOK_EFFORT)
  return suggestSettings(record, ranking, { ...assessing, effort, part: slowHalf }, assessing)
}

/** Searched and assessed as a suggestion is, and compared with it. */
function mixFor(
  { record: { scenario }, subjects, assessing }: Case,
  ranking: Ranking,
  suggestion: Advice['suggestion'],
): Advice['mix'] {
  const effort = effortOf(scenario, OUTLOOK_EFFORT)
  const search = { ...assessing, effort, part: slowHalf }
  const able = subjects.filter(isSubject)
  return suggestMix({ scenario, subjects: able, ranking, suggestion, search, whole: assessing })
}

/** What charts show of some candidates: the month hour by hour, and one replica as its load rises. */
function seriesOf(
  shown: readonly string[],
  assessments: readonly Assessment[],
  subjects: readonly (Subject | Known)[],
  scenario: RunRecord['scenario'],
): Pick<Advice, 'hourly' | 'loadCurves'> {
  const assessed = assessments.filter((each): each is Assessed => each.state === 'assessed')
  const hourly = hourlyMonth(assessed, shown)
  const chosen = shown.flatMap(
    (name) => subjects.filter(isSubject).find(({ candidate }) => candidate.name === name) ?? [],
  )
  return {
    ...(hourly && { hourly }),
    loadCurves: loadCurves(chosen, scenario.slo, effortOf(scenario)),
  }
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
