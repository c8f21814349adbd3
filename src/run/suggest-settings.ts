import { judge } from '../advise/judge.ts'
import { type Ranking, rank } from '../advise/rank.ts'
import type { Advice, Verdict } from '../core/advice.ts'
import type { Candidate } from '../core/candidate.ts'
import type { Trial } from '../core/measurement.ts'
import { decimal, exact } from '../core/money.ts'
import type { RunRecord } from '../core/run-record.ts'
import { platformOf } from '../platforms/index.ts'
import { type Assessing, assessAll } from './assess.ts'
import { neighboursOf } from './neighbours.ts'
import { completeProfile } from './profile-locally.ts'
import { isSubject, profileOf, subjectsOf } from './subject.ts'

/** Candidates whose neighbourhood is searched: the cheapest, what ties with it, what is cheaper and does not meet. */
const MOST_SEARCHED = 4
/** Steps from a candidate of the scenario. */
const MOST_STEPS = 3

/**
 * Settings that are not in the scenario and would be cheaper than all that are: from the best and those near it, one
 * step at a time for as long as that gets cheaper. Null where none is. It is reported and never ranked.
 */
export function suggestSettings(
  record: RunRecord,
  ranking: Ranking,
  search: Assessing,
  whole: Assessing,
): Advice['suggestion'] {
  const listed = new Set(record.scenario.candidates.map(({ name }) => name))
  const judged = (candidates: readonly Candidate[], assessing: Assessing) =>
    rankOf(candidates, record, assessing)
  const known = new Map<string, Verdict>()
  let front = startsOf(ranking)
  for (let step = 0; step < MOST_STEPS && front.length > 0; step++) {
    const steps = front.flatMap((each) => neighboursOf(each, timedBatch(each, record)))
    const fresh = new Map(steps.map((each): [string, Candidate] => [each.name, each]))
    for (const name of [...listed, ...known.keys()]) fresh.delete(name)
    const { verdicts } = judged([...fresh.values()], search)
    for (const verdict of verdicts) known.set(verdict.candidate.name, verdict)
    front = verdicts.slice(0, 2).map(({ candidate }) => candidate)
  }
  const [best] = rank([...known.values()].map(withoutReasons)).verdicts.filter(
    ({ outcome }) => outcome === 'meets',
  )
  if (!best) return null
  const verdict = judged([best.candidate], whole).cheapest
  return verdict ? suggestionOf(verdict, ranking.cheapest) : null
}

function timedBatch(candidate: Candidate, record: RunRecord): number {
  const settings = profileOf(candidate, record)?.settings
  return settings?.find(({ threads }) => threads === candidate.threads)?.batches?.length ?? 1
}

/** A verdict ranked twice would say twice how it compares. */
function withoutReasons(verdict: Verdict): Verdict {
  return { ...verdict, reasons: [] }
}

function startsOf({ verdicts, cheapest, ties }: Ranking): Candidate[] {
  const usd = (verdict: Verdict) => Number(verdict.usdPerMonth?.value ?? Number.POSITIVE_INFINITY)
  const limit = cheapest ? usd(cheapest) : Number.POSITIVE_INFINITY
  const failing = verdicts.filter(
    (each) => (each.outcome === 'undecided' || each.outcome === 'misses') && usd(each) < limit,
  )
  const near = [...(cheapest ? [cheapest] : []), ...ties, ...failing]
  return near
    .map(({ candidate }) => candidate)
    .filter(({ url }) => url === undefined)
    .slice(0, MOST_SEARCHED)
}

/** The candidates as the run would have them. */
function rankOf(candidates: readonly Candidate[], record: RunRecord, assessing: Assessing): Ranking {
  const { scenario, profile } = record
  const payload = completeProfile(profile)
  const allowed = candidates.filter((each) => platformOf(each).payloadLimits(each, payload).length === 0)
  const trials = allowed.map(({ name }): Trial => ({ candidate: name, status: 'modelled' }))
  const among = { ...record, scenario: { ...scenario, candidates: allowed }, trials }
  const subjects = subjectsOf(among, assessing.memo).filter(isSubject)
  return rank(
    assessAll(subjects, assessing).map((each) => judge(each, scenario.slo, assessing.profile.requests)),
  )
}

function suggestionOf(verdict: Verdict, cheapest: Verdict | null): Advice['suggestion'] {
  const { candidate, usdPerMonth, latencyMs, evidence, checks } = verdict
  if (!usdPerMonth || !latencyMs) return null
  const less = cheapest?.usdPerMonth ? decimal(cheapest.usdPerMonth.value).minus(usdPerMonth.value) : null
  if (less?.lte(0)) return null
  return {
    candidate,
    evidence,
    usdPerMonth,
    latencyMs,
    checks,
    usdLess: less === null ? null : exact(less),
  }
}
