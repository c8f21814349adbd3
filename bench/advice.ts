import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { CaseResult } from './advice-cases.ts'

const CASES = 300
/** Regret that a pick counts that breaks the SLO. */
const BROKEN = 1

/**
 * Advice against the truth: seeded cases of model, traffic, SLO and purchase, whose true cheapest feasible candidate
 * a long simulation of the true service times finds. Plimsoll sees short, noisy measurements of each candidate, and
 * has those repeated that it says would settle what is open. Next to it two baselines that see the same.
 */
export async function adviceBench(): Promise<string> {
  return adviceTable(await runAll(Math.max(1, availableParallelism())))
}

export function adviceTable(results: readonly CaseResult[]): string {
  const solvable = results.filter(({ truth }) => truth.length > 0)
  const unsolvable = results.filter(({ truth }) => truth.length === 0)
  const tied = results.filter(({ pick, ties }) => pick !== null && ties.length > 0)
  const open = results.filter((each) => each.open.length > 0)
  const lines = [
    `${results.length} cases, ${solvable.length} with a candidate that meets the SLO; measured up to ${Math.max(...results.map(({ rounds }) => rounds))} times`,
    '                        true cheapest   within 1%   breaks the SLO   no pick   mean regret',
    row('plimsoll', solvable, ({ pick }) => pick),
    row('cost at saturation', solvable, ({ atSaturation }) => atSaturation),
    row('mean latency only', solvable, ({ meanLatency }) => meanLatency),
    `no candidate meets it: plimsoll picks none in ${share(unsolvable.filter(({ pick }) => pick === null).length, unsolvable.length)}`,
    `"tie" said in ${tied.length}: of those not called undecided the true cheapest is among the tied in ${share(tied.filter(tieIsRight).length, tied.length)}`,
    `"undecided" left in ${open.length}: the true cheapest is the pick, tied or among the undecided, or none meets, in ${share(open.filter(openIsRight).length, open.length)}`,
    '(aim: true cheapest in 95%, mean regret under 5%; a pick that breaks the SLO, or none, counts a regret of 100%)',
  ]
  return lines.join('\n')
}

function row(
  name: string,
  results: readonly CaseResult[],
  pick: (result: CaseResult) => string | null,
): string {
  const costs = results.map((result) => {
    const [best] = result.truth
    const chosen = result.truth.find((each) => each.name === pick(result))
    const regret = best && chosen ? chosen.usd / best.usd - 1 : BROKEN
    return { right: pick(result) === best?.name, regret, chosen, none: pick(result) === null }
  })
  const count = (of: (cost: (typeof costs)[number]) => boolean) => costs.filter(of).length
  const mean = costs.reduce((sum, { regret }) => sum + regret, 0) / costs.length
  return [
    name.padEnd(22),
    share(
      count(({ right }) => right),
      costs.length,
    ).padStart(15),
    share(
      count(({ chosen, regret }) => chosen !== undefined && regret <= 0.01),
      costs.length,
    ).padStart(11),
    share(
      count(({ chosen, none }) => !chosen && !none),
      costs.length,
    ).padStart(16),
    share(
      count(({ none }) => none),
      costs.length,
    ).padStart(9),
    `${(mean * 100).toFixed(1)}%`.padStart(13),
  ].join(' ')
}

/** A tie among those that surely meet says nothing of the ones that are named as open beside it. */
function tieIsRight({ truth, pick, ties, open }: CaseResult): boolean {
  const [best] = truth.filter(({ name }) => !open.includes(name))
  return best !== undefined && [pick, ...ties].includes(best.name)
}

function openIsRight({ truth, pick, ties, open }: CaseResult): boolean {
  const [best] = truth
  return best === undefined ? pick === null : [pick, ...ties, ...open].includes(best.name)
}

function share(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${((part / whole) * 100).toFixed(1)}%`
}

function runAll(workers: number): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  const each = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const args = [index + 1, CASES, workers].map(String)
      const child = fork(new URL('./advice-worker.ts', import.meta.url), args)
      child.on('message', (result: CaseResult) => results.push(result))
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))))
    })
  return Promise.all(Array.from({ length: workers }, (_, index) => each(index))).then(() => results)
}
