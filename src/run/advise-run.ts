import type { Assessment } from '../advise/assessment.ts'
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
import { bookAgeDays } from '../pricing/book-age.ts'
import { bookWarnings } from '../pricing/book-warnings.ts'
import type { ChosenBook } from '../pricing/default-book.ts'
import { type MonthProfile, monthProfile } from '../traffic/month-profile.ts'
import { assessAll, effortOf } from './assess.ts'
import { listAssumptions, listWarnings } from './caveats.ts'
import { explore } from './explore.ts'
import { isSubject, type Known, type Subject, subjectsOf } from './subject.ts'
import { summarizeProfile, summarizeVariants } from './summarize-profile.ts'

/** How the book came to be used, and on which day, which the advice says of it. */
type BookUse = Omit<ChosenBook, 'book'> & { readonly now?: Date }

export interface AdviseOptions extends Partial<BookUse> {
  /** Whether to look at other traffic as well; it takes about as long as the rest. */
  readonly outlook?: boolean
  /** How much to simulate of each month; what is left out is as much as a report deserves. */
  readonly effort?: { readonly requests?: number; readonly leastHours?: number }
}

/** Of the outlook: a tenth of the requests, and a day of the autoscaler where the traffic repeats by the day. */
const OUTLOOK_EFFORT = { requests: 20_000, leastHours: 24 }

/** Everything that a saved run and a price book advise. Pure: the same run, book and day give the same advice. */
export function adviseRun(record: RunRecord, book: PriceBook, options: AdviseOptions = {}): Advice {
  const use: BookUse = { origin: 'built-in', notes: [], ...options }
  const { scenario } = record
  const profile = monthProfile(scenario.traffic, scenario.load.seed)
  const { meanRps, peakRps, requests } = profile
  const subjects = subjectsOf(record)
  const judged = (assessments: readonly Assessment[], month: MonthProfile) =>
    rank(assessments.map((assessment) => judge(assessment, scenario.slo, month.requests)))
  const ranking = judged(assessAll(subjects, profile, book, effortOf(scenario, options.effort)), profile)
  const next = nextMeasurement(ranking)
  const other = options.outlook === false ? null : outlookOf(record, book, ranking, profile, subjects)
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
    frontier: frontier(ranking.verdicts, shownPercentile(scenario.slo)).map(
      ({ candidate }) => candidate.name,
    ),
    bestSettings: bestSettings(ranking.verdicts),
    outlook: other,
    recommendation: recommend(ranking, next, scenario.slo, other),
    nextMeasurement: next,
    assumptions: listAssumptions(record),
    warnings: [...bookWarnings({ book, ...use }, use.now), ...listWarnings(record, ranking.verdicts)],
  }
}

/** What other traffic would change, at the slow half of each range. Null where there is nothing to simulate. */
function outlookOf(
  { scenario }: RunRecord,
  book: PriceBook,
  ranking: Ranking,
  profile: MonthProfile,
  subjects: readonly (Subject | Known)[],
): Outlook | null {
  const able = subjects.filter(isSubject)
  if (able.length === 0) return null
  const effort = effortOf(scenario, OUTLOOK_EFFORT)
  const rankUnder = (some: readonly Subject[], month: MonthProfile) =>
    rank(
      assessAll(some, month, book, effort, slowHalf).map((assessment) =>
        judge(assessment, scenario.slo, month.requests),
      ),
    )
  const explored = explore(ranking, profile, {
    rankAll: (month) => rankUnder(able, month),
    rankTwo: (names, month) =>
      rankUnder(
        able.filter(({ candidate }) => names.includes(candidate.name)),
        month,
      ),
  })
  return outlook(ranking, explored)
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
