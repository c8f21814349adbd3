import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { mean, median } from 'simple-statistics'
import type { Measurement } from '../src/core/measurement.ts'
import type { RunRecord } from '../src/core/run-record.ts'
import { classifier, writeModel } from '../test/fixtures/onnx-models.ts'
import { EmulatedProgram } from './emulated-program.ts'

const MAIN = resolve('dist/cli/main.js')
const QUADS = 3
/** Each order of the two as often as the other, so that what drifts spoils both alike. */
const ORDER = ['off', 'on', 'on', 'off'] as const
const SHOWN = ['p50', 'p95', 'p99'] as const
/** A server of known latency, and so the same draws and arrivals in every run. */
const LATENCY = 'lognormal'
const LOAD = { rps: 100, requests: 1200, warmup: 100 }

type Ui = (typeof ORDER)[number]
type Shown = (typeof SHOWN)[number]
interface Loaded {
  readonly ui: Ui
  readonly measurement: Measurement
}

/**
 * Whether the live view disturbs what is measured while it shows it: `plimsoll run` on a pseudo-terminal and in plain
 * text, in turns, each loading at a fixed rate a server whose replies take as long in every run.
 */
export async function uiPairedBench(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-ui-'))
  try {
    const quads: Loaded[][] = []
    for (let quad = 0; quad < QUADS; quad++) {
      const loads: Loaded[] = []
      for (const ui of ORDER) loads.push({ ui, measurement: await measure(folder, ui) })
      console.error(`quad ${quad + 1}: ${loads.map(summary).join('   ')}`)
      quads.push(loads)
    }
    return report(quads)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measure(folder: string, ui: Ui): Promise<Measurement> {
  const server = fork(new URL('./delay-server.ts', import.meta.url), [LATENCY, '1'])
  try {
    const [port] = (await once(server, 'message')) as [number]
    const out = join(folder, 'out')
    const args = [MAIN, 'run', writeScenario(folder, port), '--out', out]
    const code = await (ui === 'on' ? runWatched(args) : runPlainly(args))
    const file = join(out, 'run.json')
    const { trials } = JSON.parse(readFileSync(file, 'utf8')) as RunRecord
    rmSync(out, { recursive: true })
    const [trial] = trials
    if (trial?.status === 'measured') return trial.measurement
    throw new Error(`plimsoll run ended with ${code}: ${JSON.stringify(trial)}`)
  } finally {
    server.disconnect()
  }
}

/** @throws Error where the load was not shown, which would be measured as no disturbance */
async function runWatched(args: readonly string[]): Promise<number> {
  const program = new EmulatedProgram(args)
  let seen = false
  void program
    .until((screen) => screen.some((line) => line.includes('response time') && !line.includes('p50 -')))
    .then(() => {
      seen = true
    })
  const code = await program.ended()
  if (!seen) throw new Error(`the load was not shown: ${program.screen().join('\n')}`)
  return code
}

async function runPlainly(args: readonly string[]): Promise<number> {
  const [code] = (await once(
    spawn(process.execPath, [...args, '--plain'], { stdio: 'ignore' }),
    'close',
  )) as [number]
  return code
}

function writeScenario(folder: string, port: number): string {
  const file = join(folder, 'paired.yaml')
  const model = writeModel(join(folder, 'model.onnx'), classifier(4, 1, 2))
  writeFileSync(
    file,
    `name: paired
region: us-central1
model: { file: ${model}, inputs: { x: { shape: [1, 4] } } }
slo: { p99: 1s, errors: 1% }
traffic: { rate: ${LOAD.rps} rps }
load: { requests: ${LOAD.requests}, warmup: ${LOAD.warmup} }
candidates:
  - { platform: cloud-run, cpu: 1, memory: 2Gi, url: "http://127.0.0.1:${port}/predict" }
`,
  )
  return file
}

function report(quads: readonly (readonly Loaded[])[]): string {
  const all = quads.flat()
  const invalid = all.filter(({ measurement }) => !measurement.valid).length
  return [
    `${QUADS} quads of off, on, on, off; ${LOAD.rps} rps, ${LOAD.requests} requests each; ${invalid} of ${all.length} loads invalid`,
    ...SHOWN.map((of) => rowOf(of, quads)),
    ...(['off', 'on'] as const).map((ui) => {
      const lags = all.filter((load) => load.ui === ui).map(({ measurement }) => measurement.sendLagMs.p99)
      return `  send lag p99, ${ui.padEnd(3)}  median ${median(lags).toFixed(3)} ms, most ${Math.max(...lags).toFixed(3)} ms`
    }),
  ].join('\n')
}

/** Within: off, moved by the mean difference, is still in the interval that off states of itself. */
function rowOf(of: Shown, quads: readonly (readonly Loaded[])[]): string {
  const off = intervalOf(of, quads.flat(), 'off')
  const on = intervalOf(of, quads.flat(), 'on')
  const differences = quads.map((quad) => meanOf(of, quad, 'on') - meanOf(of, quad, 'off'))
  const moved = off.value + mean(differences)
  const isWithin = off.low <= moved && moved <= off.high
  const text = ({ value, low, high }: Interval) =>
    `${value.toFixed(2)} ms (${low.toFixed(2)} to ${high.toFixed(2)})`
  return (
    `  ${of}  off ${text(off)}   on ${text(on)}   on - off ${signed(mean(differences))} ms ` +
    `(quads ${differences.map(signed).join(', ')})   ${isWithin ? 'within' : 'OUTSIDE'} its own interval (aim: within)`
  )
}

interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Medians over the loads. */
function intervalOf(of: Shown, loads: readonly Loaded[], ui: Ui): Interval {
  const own = loads.filter((load) => load.ui === ui).map(({ measurement }) => measurement)
  const ends = own.flatMap(({ intervals }) => intervals[of] ?? [])
  return {
    value: median(own.map(({ responseMs }) => responseMs[of])),
    // A load so disturbed that its interval cannot be told has none.
    low: ends.length > 0 ? median(ends.map(({ low }) => low)) : Number.NaN,
    high: ends.length > 0 ? median(ends.map(({ high }) => high)) : Number.NaN,
  }
}

function meanOf(of: Shown, loads: readonly Loaded[], ui: Ui): number {
  return mean(loads.filter((load) => load.ui === ui).map(({ measurement }) => measurement.responseMs[of]))
}

function summary({ ui, measurement: { responseMs } }: Loaded): string {
  return `${ui} ${SHOWN.map((of) => responseMs[of].toFixed(1)).join(' ')}`
}

function signed(ms: number): string {
  return `${ms < 0 ? '' : '+'}${ms.toFixed(2)}`
}
