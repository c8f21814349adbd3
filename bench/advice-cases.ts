import { judge } from '../src/advise/judge.ts'
import { type Ranking, rank } from '../src/advise/rank.ts'
import { nextMeasurement } from '../src/advise/recommend.ts'
import type { Effort } from '../src/capacity/operate.ts'
import type { ServiceTimes } from '../src/capacity/service-times.ts'
import { drawNormal } from '../src/capacity/simulation/distribution.ts'
import { provisioningMs } from '../src/capacity/start-up.ts'
import type { Verdict } from '../src/core/advice.ts'
import type { PriceBook, Purchase } from '../src/core/bill.ts'
import type { Candidate } from '../src/core/candidate.ts'
import { seededRandom } from '../src/core/random.ts'
import type { DayShape, Slo, Traffic } from '../src/core/scenario.ts'
import { platformOf } from '../src/platforms/index.ts'
import { billUsage } from '../src/pricing/bill.ts'
import { FORGETFUL } from '../src/run/advice-memo.ts'
import { assessAll } from '../src/run/assess.ts'
import type { Subject } from '../src/run/subject.ts'
import { type MonthProfile, monthProfile } from '../src/traffic/month-profile.ts'
import { cloudFunction, cloudRun, mig, vertex, vm } from '../test/fixtures/candidates.ts'

/** A case: what is true of it, which no measurement says exactly. */
export interface AdviceCase {
  readonly seed: number
  readonly slo: Slo
  readonly traffic: Traffic
  readonly month: MonthProfile
  readonly payload: { readonly requestBytes: number; readonly replyBytes: number }
  readonly candidates: readonly TrueCandidate[]
}

interface TrueCandidate {
  readonly candidate: Candidate
  /** Mean and coefficient of variation of the lognormal service time on its hardware. */
  readonly meanMs: number
  readonly cv: number
  readonly startUpMs: number
}

export interface CaseResult {
  readonly seed: number
  /** Names of the feasible ones, cheapest first, with what they cost. */
  readonly truth: readonly { readonly name: string; readonly usd: number }[]
  readonly pick: string | null
  readonly ties: readonly string[]
  /** Those that may be cheaper, but whether they meet the SLO is open; with no pick, all that are open. */
  readonly open: readonly string[]
  readonly rounds: number
  readonly atSaturation: string | null
  readonly meanLatency: string | null
}

const NETWORK_MS = 3
const ASSUMPTIONS = {
  networkMs: { low: NETWORK_MS, value: NETWORK_MS, high: NETWORK_MS },
  targetUtilization: 0.6,
}
/** Of the truth: ten times the requests, and at least three days or a week of the autoscaler. */
const TRUTH: Effort = { seed: 77, requests: 200_000, leastHours: 72, clientTimeoutMs: 10_000 }
const ADVICE: Effort = { seed: 1, requests: 20_000, leastHours: 24, clientTimeoutMs: 10_000 }
/** Requests of the first, short measurement of each candidate; each next one has ten times as many. */
const FIRST_REQUESTS = 100
const MOST_ROUNDS = 3
/** Standard deviation of what is wrong with a whole measurement (a noisy neighbour), and with each request of it. */
const SESSION_ERROR = 0.02
const REQUEST_ERROR = 0.03

/** A case by its seed: model speed and size, traffic shape and volume, SLO, and how its machines are bought. */
export function makeCase(seed: number): AdviceCase {
  const random = seededRandom(seed * 7919)
  const between = (low: number, high: number) => low + (high - low) * random()
  const log = (low: number, high: number) => Math.exp(between(Math.log(low), Math.log(high)))
  const choose = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const baseMs = log(4, 250)
  const cv = choose([0.1, 0.3, 0.6])
  const traffic = makeTraffic(
    choose(['flat', 'sine', 'office', 'evening', 'burst'] as const),
    log(0.2, 60),
    between,
  )
  const limit = baseMs * between(2.5, 12) + 20
  const purchase = choose<Purchase>(['on-demand', 'on-demand', 'spot', 'commit-1yr', 'commit-3yr'])
  const startUpMs = log(500, 8000)
  const speeds: Record<string, number> = {
    serverless: between(0.8, 1.25),
    n1: 1,
    e2: between(0.95, 1.2),
    n2: between(1.15, 1.5),
    c3: between(1.4, 1.9),
  }
  const candidates = candidatesOf(purchase).map((candidate): TrueCandidate => {
    const { cpu, vcpus } = platformOf(candidate).replica(candidate)
    const { provisioning } = platformOf(candidate).scaling(candidate, ASSUMPTIONS)
    const { value, spread } = provisioningMs(provisioning, {})
    return {
      candidate,
      meanMs: baseMs / (speeds[cpu] ?? 1) / Math.min(1, vcpus),
      cv,
      startUpMs: value * spread ** between(-1, 1) + startUpMs,
    }
  })
  return {
    seed,
    slo: { latencyMs: { p95: limit, p99: limit * 3 }, errorRatio: 0.01 },
    traffic,
    month: monthProfile(traffic, 1),
    payload: { requestBytes: log(1e3, 1.5e6), replyBytes: log(200, 5e4) },
    candidates,
  }
}

function candidatesOf(purchase: Purchase): Candidate[] {
  const forVertex = purchase === 'spot' ? ({ purchase } as const) : {}
  return [
    cloudRun({ vcpus: 1, memoryGib: 2, concurrency: 1 }),
    cloudRun({ vcpus: 2, memoryGib: 2, concurrency: 8 }),
    cloudFunction({ generation: 1, memoryMib: 512 }),
    vm({ machineType: 'n2-standard-2', purchase }),
    vm({ machineType: 'c3-highcpu-8', purchase }),
    mig({ machineType: 'e2-standard-2', purchase }),
    vertex({ machineType: 'n1-standard-4', ...forVertex }),
  ]
}

function makeTraffic(
  shape: DayShape | 'flat' | 'burst',
  rps: number,
  between: (low: number, high: number) => number,
): Traffic {
  if (shape === 'flat') return { rps }
  if (shape === 'burst') return { rps, burst: { rps: rps * between(3, 12), hoursPerDay: between(0.5, 3) } }
  const peakRps = rps * between(2, 6)
  return { rps, curve: { peakRps, shape, timeZone: 'UTC', weekendFactor: between(0.1, 1) } }
}

/** What is true, what Plimsoll picks from short measurements that it may have repeated, and what baselines pick. */
export function runCase(each: AdviceCase, book: PriceBook): CaseResult {
  const truth = judgeAll(each, each.candidates.map(trueSubject(each)), book, TRUTH)
    .filter(
      ({ checks, usdPerMonth }) => usdPerMonth && checks.every(({ found, limit }) => found.value <= limit),
    )
    .map(({ candidate, usdPerMonth }) => ({ name: candidate.name, usd: Number(usdPerMonth?.value) }))
    .sort((a, b) => a.usd - b.usd)
  const requests = new Map(each.candidates.map(({ candidate }) => [candidate.name, FIRST_REQUESTS]))
  const subjects = new Map<string, Subject>()
  const verdicts = new Map<string, Verdict>()
  for (let round = 1; ; round++) {
    for (const candidate of each.candidates) {
      const { name } = candidate.candidate
      if (verdicts.has(name)) continue
      const subject = measure(each, candidate, requests.get(name) ?? 0)
      subjects.set(name, subject)
      for (const verdict of judgeAll(each, [subject], book, ADVICE)) verdicts.set(name, verdict)
    }
    const ranking = rank([...verdicts.values()])
    const most = FIRST_REQUESTS * 10 ** (MOST_ROUNDS - 1)
    const more = nextMeasurement(ranking)?.candidates.filter((name) => (requests.get(name) ?? 0) < most) ?? []
    const settled = ranking.cheapest !== null && ranking.ties.length === 0 && openOf(ranking).length === 0
    if (settled || more.length === 0) {
      return {
        seed: each.seed,
        truth,
        pick: ranking.cheapest?.candidate.name ?? null,
        ties: ranking.ties.map(({ candidate }) => candidate.name),
        open: openOf(ranking),
        rounds: round,
        ...baselines(each, [...subjects.values()], book),
      }
    }
    for (const name of more) {
      requests.set(name, (requests.get(name) ?? 0) * 10)
      verdicts.delete(name)
    }
  }
}

function openOf({ verdicts, cheapest }: Ranking): string[] {
  const most = Number(cheapest?.usdPerMonth?.value ?? Number.POSITIVE_INFINITY)
  return verdicts
    .filter(({ outcome, usdPerMonth }) => outcome === 'undecided' && Number(usdPerMonth?.value ?? 0) < most)
    .map(({ candidate }) => candidate.name)
}

function judgeAll(
  each: AdviceCase,
  subjects: readonly Subject[],
  book: PriceBook,
  effort: Effort,
): Verdict[] {
  const assessments = assessAll(subjects, { profile: each.month, book, effort, memo: FORGETFUL })
  return assessments.map((assessment) => judge(assessment, each.slo, each.month.requests))
}

function trueSubject({ seed, payload }: AdviceCase) {
  return ({ candidate, meanMs, cv, startUpMs }: TrueCandidate): Subject => {
    const draw = lognormal(meanMs, cv, seed)
    const occupancyMs = Float64Array.from({ length: 20_000 }, draw)
    const times = timesOf(candidate, occupancyMs, Float64Array.of(startUpMs))
    return subjectOf(candidate, payload, [times, times, times])
  }
}

/** A short measurement, noisy as a whole and in each request, with the range that it deserves. */
function measure(
  { seed, payload }: AdviceCase,
  { candidate, meanMs, cv, startUpMs }: TrueCandidate,
  requests: number,
): Subject {
  const key =
    seed * 31 + requests + [...candidate.name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7)
  const normal = drawNormal(seededRandom(key))
  const draw = lognormal(meanMs, cv, key + 1)
  // A measurement ten times as long is spread over ten times as many sessions.
  const session = SESSION_ERROR / Math.sqrt(requests / FIRST_REQUESTS)
  const whole = Math.exp(session * normal())
  const samples = Float64Array.from(
    { length: requests },
    () => draw() * whole * Math.exp(REQUEST_ERROR * normal()),
  )
  const half = 1.96 * Math.hypot(session, deviation(samples) / Math.sqrt(requests))
  const started = Float64Array.from({ length: 3 }, () => startUpMs * Math.exp(0.1 * normal()))
  const points = [-half, 0, half].map((error) =>
    timesOf(
      candidate,
      samples.map((ms) => ms * (1 + error)),
      started,
    ),
  )
  return subjectOf(candidate, payload, points)
}

function subjectOf(
  candidate: Candidate,
  payload: AdviceCase['payload'],
  service: readonly ServiceTimes[],
): Subject {
  const replica = platformOf(candidate).replica(candidate)
  const scaling = platformOf(candidate).scaling(candidate, ASSUMPTIONS)
  return { candidate, replica, scaling, service, payload, shortfalls: [], caveats: [] }
}

function timesOf(candidate: Candidate, occupancyMs: Float64Array, startUpMs: Float64Array): ServiceTimes {
  const { vcpus, concurrency } = platformOf(candidate).replica(candidate)
  const slots = Math.max(1, Math.min(Math.floor(vcpus), concurrency))
  return { slots, cpuShare: 1, occupancyMs, networkMs: NETWORK_MS, startUpMs }
}

function lognormal(mean: number, cv: number, seed: number): () => number {
  const variance = Math.log(1 + cv * cv)
  const normal = drawNormal(seededRandom(seed))
  return () => mean * Math.exp(Math.sqrt(variance) * normal() - variance / 2)
}

/** Standard deviation over mean. */
function deviation(values: Float64Array): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) / mean
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * Two ways that tools choose. Cost at saturation: the least per request of a replica that is always busy, if its
 * service time alone is within the limit. Mean latency only: the cheapest at the flat mean rate, with the replicas
 * that it needs on average, if its mean response (of a queue with exponential times) is.
 */
function baselines(each: AdviceCase, subjects: readonly Subject[], book: PriceBook) {
  const priced = subjects.map((subject) => {
    const times = subject.service[1] as ServiceTimes
    const meanMs = meanOf(times.occupancyMs)
    const capacityRps = (times.slots * 1000) / meanMs
    const { controller } = subject.scaling
    const [least, most] =
      controller.kind === 'fixed'
        ? [controller.replicas, controller.replicas]
        : [Math.max(1, controller.min), controller.max]
    const replicas = Math.min(most, Math.max(least, Math.ceil(each.month.meanRps / capacityRps / 0.6)))
    const load = each.month.meanRps / capacityRps / replicas
    const usd = (count: number, rps: number) => flatUsd(each, subject, book, { replicas: count, rps, meanMs })
    return {
      name: subject.candidate.name,
      perRequest: usd(least, capacityRps * least) / (capacityRps * least),
      usd: usd(replicas, each.month.meanRps),
      serviceMs: meanMs,
      responseMs: load < 1 ? meanMs / (1 - load) : Number.POSITIVE_INFINITY,
    }
  })
  const limit = each.slo.latencyMs.p95 ?? 0
  const least = (rows: typeof priced, of: (row: (typeof priced)[number]) => number) =>
    [...rows].sort((a, b) => of(a) - of(b))[0]?.name ?? null
  return {
    atSaturation: least(
      priced.filter(({ serviceMs }) => serviceMs <= limit),
      ({ perRequest }) => perRequest,
    ),
    meanLatency: least(
      priced.filter(({ responseMs }) => responseMs <= limit),
      ({ usd }) => usd,
    ),
  }
}

/** A month at an even rate on so many replicas: what formulas without a simulation would bill. */
function flatUsd(
  each: AdviceCase,
  { candidate, scaling }: Subject,
  book: PriceBook,
  { replicas, rps, meanMs }: { replicas: number; rps: number; meanMs: number },
): number {
  const seconds = 730 * 3600
  const busyS = Math.min(replicas, (rps * Math.ceil(meanMs / 100) * 100) / 1000) * seconds
  const alive = scaling.controller.kind === 'fixed' ? scaling.controller.replicas : replicas
  const usage = platformOf(candidate).usage(candidate, {
    replicaHours: alive * 730,
    busyReplicaS: busyS,
    startingReplicaS: 0,
    executionS: (rps * seconds * Math.ceil(meanMs / 100) * 100) / 1000,
    replicasByHours: [[730, alive]],
    requests: rps * seconds,
    ...each.payload,
  })
  return Number(billUsage(usage, book).usdTotal)
}
