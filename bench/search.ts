import { median, probit, quantile } from 'simple-statistics'
import { findCapacity } from '../src/load/search/find-capacity.ts'
import type { SloLimit } from '../src/stats/slo-verdict.ts'
import { probeServer } from '../test/load/search/probe-server.ts'
import {
  bimodal,
  exponential,
  fixed,
  lognormal,
  type SimulatedServer,
  simulate,
} from '../test/load/search/simulated-server.ts'

interface Case {
  readonly name: string
  readonly server: SimulatedServer
  /** Most that it serves, requests per second. */
  readonly ceilingRps: number
  readonly limit: SloLimit
}

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)
const CONFIDENCE = 0.95
const LONGEST_RUN = 200_000

const p95 = (latencyMs: number): SloLimit => ({ metric: 'p95', latencyMs, ratio: 0.05 })
const p99 = (latencyMs: number): SloLimit => ({ metric: 'p99', latencyMs, ratio: 0.01 })

const CASES: readonly Case[] = [
  {
    name: '4 x 40 ms, paced',
    server: { workers: 4, serviceMs: fixed(40), arrivals: 'constant' },
    ceilingRps: 100,
    limit: p99(100),
  },
  { name: '4 x 40 ms', server: { workers: 4, serviceMs: fixed(40) }, ceilingRps: 100, limit: p99(100) },
  { name: '4 x 40 ms', server: { workers: 4, serviceMs: fixed(40) }, ceilingRps: 100, limit: p99(60) },
  { name: '1 x 10 ms', server: { workers: 1, serviceMs: fixed(10) }, ceilingRps: 100, limit: p95(50) },
  { name: '16 x 50 ms', server: { workers: 16, serviceMs: fixed(50) }, ceilingRps: 320, limit: p99(80) },
  {
    name: '4 x exponential 40 ms',
    server: { workers: 4, serviceMs: exponential(40) },
    ceilingRps: 100,
    limit: p95(200),
  },
  {
    name: '8 x lognormal 30 ms',
    server: { workers: 8, serviceMs: lognormal(30, 0.6) },
    ceilingRps: 8000 / (30 * Math.exp(0.18)),
    limit: p99(300),
  },
  {
    name: '4 x 20 ms, 1% 400 ms',
    server: { workers: 4, serviceMs: bimodal(20) },
    ceilingRps: 4000 / 23.8,
    limit: p95(60),
  },
]

/**
 * Requests that the capacity search takes, against a sweep of fixed-length runs that is as often right.
 *
 * The sweep is given what it could not know: run lengths that in 95% of runs put a rate 5% under the capacity on the
 * right side of the limit and one 5% over it too, found by trying; but never shorter than tells the limit from half
 * of it with errors of 5% both ways. It tries rates 5% apart from a fifth of the ceiling up, and stops at the first
 * that misses.
 */
export async function searchBench(): Promise<string> {
  const head = 'simulated server         SLO        capacity   search: requests  |error|    p90   in interval'
  const rows = [`${head}   sweep: requests  per run  |error|   ratio`]
  for (const each of CASES) rows.push(await compare(each))
  return [...rows, '|error|: median over 20 seeds; aim: ratio at most 0.2, error at most 5%'].join('\n')
}

async function compare({ name, server, ceilingRps, limit }: Case): Promise<string> {
  const truth = findTruth(server, ceilingRps, limit)
  const found = await Promise.all(
    SEEDS.map((seed) =>
      findCapacity(probeServer(server, seed), {
        limits: [limit],
        ceilingRps: guessCeiling(ceilingRps, seed),
      }),
    ),
  )
  const errors = found.map(({ capacityRps }) => Math.abs(capacityRps.value / truth - 1))
  const used = median(found.map(({ requestsUsed }) => requestsUsed))
  const inside = found.filter(({ capacityRps: { low, high } }) => low <= truth && truth <= (high ?? truth))
  const length = findRunLength(server, truth, limit)
  const sweeps = SEEDS.slice(0, 5).map((seed) => sweep(server, ceilingRps, limit, length, seed))
  const swept = median(sweeps.map(({ requests }) => requests))
  const sweepErrors = sweeps.map(({ capacityRps }) => Math.abs(capacityRps / truth - 1))
  return [
    name.padEnd(24),
    `${limit.metric}<${limit.latencyMs}`.padEnd(10),
    truth.toFixed(1).padStart(8),
    String(used).padStart(19),
    share(median(errors)).padStart(9),
    share(quantile(errors, 0.9)).padStart(7),
    `${inside.length}/${SEEDS.length}`.padStart(12),
    String(swept).padStart(18),
    String(length).padStart(9),
    share(median(sweepErrors)).padStart(9),
    (used / swept).toFixed(3).padStart(8),
  ].join(' ')
}

/** A closed loop measures the ceiling to within a few percent. */
function guessCeiling(ceilingRps: number, seed: number): number {
  return ceilingRps * (0.97 + 0.003 * seed)
}

/** Capacity by bisection, 300,000 requests a rate with the same random numbers at each. */
function findTruth(server: SimulatedServer, ceilingRps: number, limit: SloLimit): number {
  let [low, high] = [0, 1.1 * ceilingRps]
  for (let step = 0; step < 14; step++) {
    const middle = (low + high) / 2
    if (lateRatio(server, middle, limit, 300_000, 99) <= limit.ratio) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function findRunLength(server: SimulatedServer, truth: number, limit: SloLimit): number {
  const right = (rps: number, length: number, meets: boolean) => {
    const runs = SEEDS.filter((seed) => {
      return lateRatio(server, rps, limit, length, seed + 500) <= limit.ratio === meets
    })
    return runs.length / SEEDS.length >= CONFIDENCE
  }
  let length = shortestRun(limit.ratio)
  while (length < LONGEST_RUN && !(right(0.95 * truth, length, true) && right(1.05 * truth, length, false))) {
    length = Math.ceil(length * 1.25)
  }
  return length
}

/** Requests that tell the ratio from half of it, with errors of 1 - confidence either way: normal approximation. */
function shortestRun(ratio: number): number {
  const spread = Math.sqrt(ratio * (1 - ratio)) + Math.sqrt((ratio / 2) * (1 - ratio / 2))
  return Math.ceil(((probit(CONFIDENCE) * spread) / (ratio / 2)) ** 2)
}

function sweep(server: SimulatedServer, ceilingRps: number, limit: SloLimit, length: number, seed: number) {
  let rps = 0.2 * ceilingRps
  let requests = length
  while (
    lateRatio(server, rps, limit, length, seed * 1000 + requests) <= limit.ratio &&
    rps < 2 * ceilingRps
  ) {
    rps *= 1.05
    requests += length
  }
  // Between the last rate that met and the first that missed.
  return { capacityRps: rps / Math.sqrt(1.05), requests }
}

function lateRatio(
  server: SimulatedServer,
  rps: number,
  limit: SloLimit,
  length: number,
  seed: number,
): number {
  const requests = simulate(server, rps, seed)
  let late = 0
  for (let sent = 0; sent < length; sent++) {
    if ((requests.next().value?.responseMs ?? 0) > (limit.latencyMs ?? 0)) late++
  }
  return late / length
}

function share(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`
}
