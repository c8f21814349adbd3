import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Block } from '../src/gate/block.ts'
import { DEFAULT_LOOKS, decide } from '../src/gate/decide.ts'
import { INTERLEAVED_RULES } from '../src/gate/rules.ts'
import { percentile, percentileRatios } from '../src/stats/percentile.ts'
import { studentCdf } from '../src/stats/student-t.ts'
import { type Effect, Replay, readTrace } from './replay-trace.ts'

/** Of each cell; PLIMSOLL_RUNS sets it. */
const RUNS = Number(process.env.PLIMSOLL_RUNS ?? 1000)
/** Blocks of each side at the default length. */
const BLOCKS = 2 * (DEFAULT_LOOKS.at(-1) ?? 0)
/** Quads between two starts of commands at the default length. */
const QUADS_PER_START = 5
/**
 * Requests of a block: what the gate chooses for such a server, 0.2 s of them and at least 25. The last trace is held
 * out: recorded when the design was done, and nothing was chosen by what comes of it.
 */
const TRACES = [
  { name: 'light', requests: 83 },
  { name: 'quickstart', requests: 25 },
  { name: 'daily', requests: 25 },
] as const
const HELD_OUT = 'daily'
const CELLS: readonly { readonly name: string; readonly effect: Effect }[] = [
  { name: 'no change', effect: { all: 1, slowest: 1 } },
  { name: 'all requests 1% slower, which is allowed', effect: { all: 1.01, slowest: 1 } },
  { name: 'p50 5% slower (all requests)', effect: { all: 1.05, slowest: 1 } },
  { name: 'p99 10% slower (the slowest 5% alone)', effect: { all: 1, slowest: 1.1 } },
]

interface Task {
  readonly trace: number
  readonly cell: number
}

interface Tally {
  readonly failed: number
  readonly passed: number
  readonly quads: number
  /** Failures of the peers, on blocks in turns and on base before head. */
  readonly turns: readonly number[]
  readonly apart: readonly number[]
}

/** Share of gates that fail, over simulated runs on recorded latencies: false alarms and power, of ours and of peers. */
export async function gateBench(): Promise<string> {
  const tasks = TRACES.flatMap((_, trace) => CELLS.map((__, cell) => ({ trace, cell })))
  const tallies = await simulateAll(tasks)
  const lines = TRACES.flatMap(({ name, requests }, trace) => {
    const { what, machine, recorded } = readTrace(name)
    return [
      `${name}: ${what}${name === HELD_OUT ? '; held out' : ''}`,
      `  ${machine}, ${recorded}; blocks of ${requests} requests`,
      row('runs that fail', ['Plimsoll', 'ratio 1.05', 'ratio 1.10', 't-test', 'Mann-Whitney']),
      ...CELLS.flatMap((cell, index) => cellRows(cell.name, tallies[trace * CELLS.length + index])),
      '',
    ]
  })
  return [
    ...lines,
    `${RUNS} simulated runs a cell, common drift of up to 10% either way. Plimsoll as it is by default: up to ${BLOCKS / 2} quads, and`,
    `what fails once more. Peers see ${BLOCKS} blocks a side: the same in turns, and "apart", base first, as they are mostly used.`,
    'They judge p50 and p99, by the ratio of the medians of the blocks; the tests are one-sided, at 1% over both.',
  ].join('\n')
}

/** On all processors: each takes the next task when it is through with one. */
async function simulateAll(tasks: readonly Task[]): Promise<Tally[]> {
  const tallies: Tally[] = []
  let next = 0
  const work = async () => {
    for (let at = next++; at < tasks.length; at = next++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: tasks[at] })
      const [tally] = (await once(worker, 'message')) as [Tally]
      tallies[at] = tally
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return tallies
}

function simulateCell({ trace, cell }: Task): Tally {
  const { name = '', requests = 0 } = TRACES[trace] ?? {}
  const effect = CELLS[cell]?.effect
  if (!effect) throw new RangeError('no such cell')
  const recorded = readTrace(name)
  const ours = { failed: 0, passed: 0, quads: 0 }
  const [turns, apart] = [new Array<number>(4).fill(0), new Array<number>(4).fill(0)]
  for (let seed = 1; seed <= RUNS; seed++) {
    const { outcome, quads } = runGate(new Replay(recorded, requests, effect, seed, QUADS_PER_START))
    if (outcome === 'failed') ours.failed++
    if (outcome === 'passed') ours.passed++
    ours.quads += quads
    count(turns, peers(new Replay(recorded, requests, effect, RUNS + seed).quads(BLOCKS / 2).flat()))
    const later = new Replay(recorded, requests, effect, 2 * RUNS + seed)
    const side = (which: Block['side']) => Array.from({ length: BLOCKS }, () => later.block(which))
    count(apart, peers([...side('base'), ...side('head')]))
  }
  return { ...ours, turns, apart }
}

function cellRows(cell: string, tally: Tally | undefined): string[] {
  if (!tally) return []
  const share = (times: number) => `${((100 * times) / RUNS).toFixed(1)}%`
  const quads = (tally.quads / RUNS).toFixed(0)
  return [
    row(cell, [share(tally.failed), ...tally.turns.map(share)]),
    row(`  apart; Plimsoll passes ${share(tally.passed)}, ${quads} quads`, ['', ...tally.apart.map(share)]),
  ]
}

function row(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(44)}${cells.map((cell) => cell.padStart(13)).join('')}`
}

function count(counts: number[], fails: readonly boolean[]): void {
  for (const [index, fail] of fails.entries()) if (fail) counts[index] = (counts[index] ?? 0) + 1
}

/** Drives the real gate with simulated quads. */
function runGate(replay: Replay, looks = DEFAULT_LOOKS) {
  const gate = decide(INTERLEAVED_RULES, { looks })
  let [step, quads] = [gate.next(), 0]
  while (!step.done) {
    quads += step.value.quads
    step = gate.next(replay.quads(step.value.quads))
  }
  const outcomes = step.value.metrics.map(({ outcome }) => outcome)
  const outcome = (['failed', 'inconclusive'] as const).find((each) => outcomes.includes(each)) ?? 'passed'
  return { outcome, quads, decision: step.value }
}

function peers(blocks: readonly Block[]): boolean[] {
  const pairs = (['p50', 'p99'] as const).map((metric) => {
    const of = (side: Block['side']) =>
      Float64Array.from(
        blocks.filter((block) => block.side === side),
        ({ sortedMs }) => percentile(sortedMs, percentileRatios[metric]),
      ).sort()
    return [of('base'), of('head')] as const
  })
  const ratio = (limit: number) => pairs.some(([base, head]) => median(head) > limit * median(base))
  return [
    ratio(1.05),
    ratio(1.1),
    pairs.some(([base, head]) => welch(base, head) < 0.005),
    pairs.some(([base, head]) => mannWhitney(base, head) < 0.005),
  ]
}

function median(sorted: Float64Array): number {
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** One-sided p-value that the head is larger, by Welch's t-test. */
function welch(base: Float64Array, head: Float64Array): number {
  const [a, b] = [moments(base), moments(head)]
  const error = a.square + b.square
  const freedom = error ** 2 / (a.square ** 2 / (base.length - 1) + b.square ** 2 / (head.length - 1))
  return 1 - studentCdf((b.mean - a.mean) / Math.sqrt(error), freedom)
}

/** Mean, and the square of its standard error. */
function moments(values: Float64Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, square: variance / values.length }
}

/** One-sided p-value that the head is larger, by the normal approximation; times to the microsecond hardly tie. */
function mannWhitney(base: Float64Array, head: Float64Array): number {
  let [wins, place] = [0, 0]
  for (const value of head) {
    while (place < base.length && (base[place] ?? 0) < value) place++
    wins += place
  }
  const pairs = base.length * head.length
  const z = (wins - pairs / 2) / Math.sqrt((pairs * (base.length + head.length + 1)) / 12)
  return 1 - studentCdf(z, 1e9)
}

if (!isMainThread) parentPort?.postMessage(simulateCell(workerData as Task))
