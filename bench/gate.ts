import type { Block } from '../src/gate/block.ts'
import { DEFAULT_LOOKS, decide } from '../src/gate/decide.ts'
import { INTERLEAVED_RULES } from '../src/gate/rules.ts'
import { percentile, percentileRatios } from '../src/stats/percentile.ts'
import { studentCdf } from '../src/stats/student-t.ts'
import { type Effect, Replay, readTrace, type Trace } from './replay-trace.ts'

const RUNS = 1000
/** Blocks of each side at the default length. */
const BLOCKS = 2 * (DEFAULT_LOOKS.at(-1) ?? 0)
const TRACES = [
  { name: 'light', requests: 290 },
  { name: 'quickstart', requests: 100 },
] as const
const CELLS: readonly { readonly name: string; readonly effect: Effect }[] = [
  { name: 'no change', effect: { all: 1, slowest: 1 } },
  { name: 'all requests 2% slower, as is allowed', effect: { all: 1.02, slowest: 1 } },
  { name: 'p50 5% slower (all requests)', effect: { all: 1.05, slowest: 1 } },
  { name: 'p99 10% slower (slowest 5% alone)', effect: { all: 1, slowest: 1.1 } },
  { name: 'all requests 10% slower', effect: { all: 1.1, slowest: 1 } },
]

/** Share of gates that fail, over simulated runs on recorded latencies: false alarms and power, of ours and of peers. */
export async function gateBench(): Promise<string> {
  const lines: string[] = []
  for (const { name, requests } of TRACES) {
    const trace = readTrace(name)
    lines.push(`${name}: ${trace.what}`, `  ${trace.machine}, ${trace.recorded}`, '')
    lines.push(row('runs that fail', ['Plimsoll', 'ratio 1.05', 'ratio 1.10', 't-test', 'Mann-Whitney']))
    for (const { name: cell, effect } of CELLS) lines.push(...simulateCell(cell, trace, requests, effect))
    lines.push('')
  }
  return [
    ...lines,
    `${RUNS} simulated runs a cell, common drift of ±10%. Peers see ${BLOCKS} blocks a side: in turns, and "apart", base first, as`,
    'they are used. They judge p50 and p99: the ratio of the medians of blocks; the tests one-sided at 1% over both.',
  ].join('\n')
}

function simulateCell(cell: string, trace: Trace, requests: number, effect: Effect): string[] {
  const ours = { failed: 0, passed: 0, quads: 0 }
  const [turns, apart] = [new Array<number>(4).fill(0), new Array<number>(4).fill(0)]
  for (let seed = 1; seed <= RUNS; seed++) {
    const { outcome, quads } = runGate(new Replay(trace, requests, effect, seed))
    if (outcome === 'failed') ours.failed++
    if (outcome === 'passed') ours.passed++
    ours.quads += quads
    const replay = new Replay(trace, requests, effect, RUNS + seed)
    const blocks = replay.quads(BLOCKS / 2).flat()
    tally(turns, peers(blocks))
    const later = new Replay(trace, requests, effect, 2 * RUNS + seed)
    const sides = (['base', 'head'] as const).flatMap((side) =>
      Array.from({ length: BLOCKS }, () => later.block(side)),
    )
    tally(apart, peers(sides))
  }
  const share = (count: number) => `${((100 * count) / RUNS).toFixed(1)}%`
  return [
    row(cell, [share(ours.failed), ...turns.map(share)]),
    row(`  apart; ours passes ${share(ours.passed)}, ${(ours.quads / RUNS).toFixed(0)} quads`, [
      '',
      ...apart.map(share),
    ]),
  ]
}

function row(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(44)}${cells.map((cell) => cell.padStart(13)).join('')}`
}

function tally(counts: number[], fails: readonly boolean[]): void {
  for (const [index, fail] of fails.entries()) if (fail) counts[index] = (counts[index] ?? 0) + 1
}

/** Drives the real gate with simulated quads. */
export function runGate(replay: Replay, looks = DEFAULT_LOOKS) {
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
