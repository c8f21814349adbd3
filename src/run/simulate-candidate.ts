import { type OperatedMonth, operate } from '../capacity/operate.ts'
import { centralPoint } from '../capacity/service-times.ts'
import {
  type NoisyFigure,
  RESPONSE_RATIOS,
  type ResponseFigures,
} from '../capacity/simulation/noise-interval.ts'
import type { PriceBook } from '../core/bill.ts'
import type { Candidate } from '../core/candidate.ts'
import { UserError } from '../core/errors.ts'
import type { Trial } from '../core/measurement.ts'
import { HOURS_PER_MONTH } from '../core/operation.ts'
import type { RunRecord } from '../core/run-record.ts'
import type { Percentile, Range, Scenario } from '../core/scenario.ts'
import type { SimulatedMonth } from '../core/simulated-month.ts'
import { platformOf } from '../platforms/index.ts'
import { monthProfile } from '../traffic/month-profile.ts'
import { adviseRun } from './advise-run.ts'
import { billMonth } from './assess.ts'
import { isSubject, type Subject, subjectsOf } from './subject.ts'

/** Requests to simulate at about most: about a second's worth. */
const REQUESTS = 2_000_000

/**
 * A month of one candidate of the scenario, with the service times of a run that matches it (`checkRunMatches`). Pure.
 * @param name of the candidate, or a part of it; undefined, the first of what the run advises
 * @throws UserError where the candidate is none, or nothing says how fast it serves
 */
export function simulateCandidate(
  scenario: Scenario,
  run: RunRecord,
  book: PriceBook,
  name: string | undefined,
): SimulatedMonth {
  const record = { ...run, scenario, trials: scenario.candidates.flatMap((each) => trialOf(each, run)) }
  const candidate = name === undefined ? bestOf(record, book) : candidateNamed(scenario, name)
  const subject = subjectsOf(record).find((each) => each.candidate === candidate)
  if (!subject || !isSubject(subject)) throw cannotRun(candidate, subject, scenario)
  return monthOf(subject, record, book)
}

/** As the run tried it; one that it did not know is held against its platform's limits. */
function trialOf(candidate: Candidate, run: RunRecord): Trial[] {
  const known = run.trials.find((trial) => trial.candidate === candidate.name)
  if (known) return [known]
  const refusals = platformOf(candidate).limits(candidate)
  if (refusals.length > 0) return [{ candidate: candidate.name, status: 'refused', refusals }]
  const timed = run.profile?.replyBytes !== undefined && run.profile.settings.length > 0
  if (candidate.url !== undefined || candidate.variant !== undefined || !timed) return []
  return [{ candidate: candidate.name, status: 'modelled' }]
}

/** The cheapest that meets the SLO, else the nearest to it. */
function bestOf(record: RunRecord, book: PriceBook): Candidate {
  const brief = { outlook: false, effort: { requests: 20_000, leastHours: 24 } }
  const [first] = adviseRun(record, book, brief).verdicts
  if (!first) throw new Error('a scenario has at least one candidate')
  return record.scenario.candidates.find((each) => each.name === first.candidate.name) ?? first.candidate
}

function candidateNamed({ candidates, file }: Scenario, name: string): Candidate {
  const exact = candidates.find((each) => each.name === name)
  const alike = candidates.filter((each) => each.name.includes(name))
  const found = exact ?? (alike.length === 1 ? alike[0] : undefined)
  if (found) return found
  const several = alike.length > 1
  throw new UserError({
    message: several
      ? `"${name}" is part of ${alike.length} candidates' names`
      : `${file} has no candidate "${name}"`,
    hint: `${several ? 'they are' : 'it has'}: ${(several ? alike : candidates).map((each) => each.name).join(', ')}`,
  })
}

function cannotRun(
  candidate: Candidate,
  known: ReturnType<typeof subjectsOf>[number] | undefined,
  { file }: Scenario,
): UserError {
  if (known && !isSubject(known) && known.state === 'refused') {
    const rules = known.refusals.map(({ rule }) => rule).join('; ')
    return new UserError({ message: `${candidate.name} cannot be deployed: ${rules}` })
  }
  const why = known && !isSubject(known) && known.state === 'untested' ? `: ${known.why}` : ''
  return new UserError({
    message: `nothing says how fast ${candidate.name} serves${why}`,
    hint: `plimsoll run ${file} measures it; --run DIR names another run`,
  })
}

function monthOf(subject: Subject, { id, scenario, profile }: RunRecord, book: PriceBook): SimulatedMonth {
  const { candidate, replica, scaling, measurement, shortfalls, caveats } = subject
  const { seed, timeoutMs } = scenario.load
  const traffic = monthProfile(scenario.traffic, seed)
  const effort = { seed, requests: REQUESTS, leastHours: HOURS_PER_MONTH, clientTimeoutMs: timeoutMs }
  const month = centralPoint(operate([centralPoint(subject.service)], replica, scaling, traffic, effort))
  const { meanRps, peakRps, requests } = traffic
  const { arrived, rejected, timedOut } = month.requests
  const { replicaHours, busyReplicaS, executionS, startingReplicaHours, starts } = month.usage
  return {
    scenario: scenario.name,
    run: id,
    ...(profile?.source && !measurement && { profile: profile.source.file }),
    candidate,
    evidence: measurement ? 'measured' : 'modelled',
    seed,
    method: month.method,
    simulatedRequests: month.simulatedRequests,
    traffic: { meanRps, peakRps, requests },
    requests: month.requests,
    errorRatio: arrived === 0 ? 0 : (rejected + timedOut) / arrived,
    responseMs: responses(month.responseMs, month.networkMs),
    busiestMs: responses(month.busiestResponseMs, month.networkMs),
    utilization: month.utilization,
    replicas: { mean: replicaHours.value / HOURS_PER_MONTH, most: month.mostReplicas },
    usage: { replicaHours, busyReplicaS, executionS, startingReplicaHours, starts },
    hours: hoursOf(month),
    bill: billMonth(subject, month, requests, book),
    caveats: [...shortfalls, ...overload(month), ...caveats],
  }
}

function responses(figures: ResponseFigures, networkMs: number): Record<Percentile, Range> {
  const beside = ({ low, value, high }: NoisyFigure) => ({
    low: low + networkMs,
    value: value + networkMs,
    high: high + networkMs,
  })
  const names = Object.keys(RESPONSE_RATIOS) as Percentile[]
  return Object.fromEntries(names.map((each) => [each, beside(figures[each])])) as Record<Percentile, Range>
}

function hoursOf({ hourlyRps, hourlyReplicas }: OperatedMonth): SimulatedMonth['hours'] {
  return Array.from(hourlyRps, (rps, hour) => ({ rps, replicas: hourlyReplicas[hour] ?? 0 }))
}

function overload({ peakLoad }: OperatedMonth): string[] {
  if (peakLoad < 1) return []
  return [
    `overloaded at its peak: the traffic is ${peakLoad.toPrecision(3)} times what its most replicas can serve`,
  ]
}
