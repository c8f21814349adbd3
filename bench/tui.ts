import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { median, quantile } from 'simple-statistics'
import { loadPriceBook } from '../src/pricing/price-book.ts'
import { adviseRun } from '../src/run/advise-run.ts'
import { shownValue, stepped } from '../src/tui/explore/controls.ts'
import { CONTROLS, type Control, type Question, withControl } from '../src/tui/explore/question.ts'
import { largeRun } from '../test/fixtures/large-run.ts'
import { EmulatedProgram } from './emulated-program.ts'

const MAIN = resolve('dist/cli/main.js')
const STARTS = 7
/** As fast as a held key repeats. */
const KEYS_EVERY_MS = 33
const KEYS = 30
/** Those whose answer is timed until it is settled: judged anew, billed anew, simulated anew. */
const TIMED: readonly Control[] = ['slo', 'commitment', 'region', 'traffic']
const RIGHT = '\x1b[C'
const DOWN = '\x1b[B'

/** From a key to the frame that shows it, and to the settled answer, in the real program on a run of 200 candidates. */
export async function tuiBench(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tui-'))
  const run = largeRun()
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run))
  try {
    const starts = await startTimes(folder)
    console.error(`starts, ms: ${starts.map((ms) => ms.toFixed(0)).join(' ')}`)
    const { latencies, settled } = await whatIfTimes(folder)
    const without = await timeWithoutMemory()
    return [
      `run of ${run.scenario.candidates.length} candidates, on a pseudo-terminal of 80 x 24`,
      `first frame of explore     median ${median(starts).toFixed(0)} ms of ${STARTS} starts, most ${Math.max(...starts).toFixed(0)} ms (aim: 400 ms)`,
      `key to frame, ${latencies.length} keys     median ${median(latencies).toFixed(1)} ms, p95 ${quantile(latencies, 0.95).toFixed(1)} ms, most ${Math.max(...latencies).toFixed(1)} ms (aims: 50 and 150 ms)`,
      ...settled.map(({ control, ms }) => `key to settled answer, ${control.padEnd(13)} ${ms.toFixed(0)} ms`),
      `one answer without memory  ${without.toFixed(0)} ms`,
    ].join('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function startTimes(folder: string): Promise<number[]> {
  const times: number[] = []
  for (let start = 0; start < STARTS; start++) {
    const program = new EmulatedProgram([MAIN, 'explore', folder])
    times.push(
      (await program.until((screen) => screen[0]?.includes('Candidates') ?? false)) - program.startedAt,
    )
    await program.end('q')
  }
  return times
}

/** Keys as fast as they repeat, over the controls; then one key of each with nothing else, until it is answered. */
async function whatIfTimes(folder: string) {
  const program = new EmulatedProgram([MAIN, 'explore', folder])
  await program.until((screen) => screen[1]?.startsWith('harbour') === true && isSettled(screen))
  program.type('4')
  await program.until((screen) => screen[0]?.includes('[4') ?? false)
  const { scenario } = largeRun()
  const latencies: number[] = []
  for (const [index, control] of CONTROLS.entries()) {
    if (index > 0) program.type(DOWN)
    await program.until((screen) => screen[2 + index]?.startsWith('▸') ?? false)
    const own = await repeatKey(program, control, index, scenario)
    console.error(`${control}, ms: ${own.map((ms) => ms.toFixed(0)).join(' ')}`)
    latencies.push(...own)
    program.type('x')
    await program.until(isSettled)
  }
  const settled: { control: Control; ms: number }[] = []
  for (const [index, control] of CONTROLS.entries()) {
    if (!TIMED.includes(control)) continue
    for (let up = 0; up < CONTROLS.length; up++) program.type('\x1b[A')
    for (let down = 0; down < index; down++) program.type(DOWN)
    await program.until((screen) => screen[2 + index]?.startsWith('▸') ?? false)
    await setTimeout(1000)
    const value = stepped(control, {}, scenario, 1) ?? ''
    const from = performance.now()
    program.type(RIGHT)
    const at = await program.until(
      (screen) => (screen[2 + index]?.includes(value.slice(0, 20)) ?? false) && isSettled(screen),
    )
    settled.push({ control, ms: at - from })
    program.type('x')
    await program.until(isSettled)
  }
  await program.end('q')
  return { latencies, settled }
}

/** How long each key of a burst takes until the screen shows its value, or that of a later one. */
async function repeatKey(
  program: EmulatedProgram,
  control: Control,
  row: number,
  scenario: ReturnType<typeof largeRun>['scenario'],
) {
  let question: Question = {}
  const values = [shownValue(control, question, scenario)]
  // Not once more round a short list: a value that was there before the key would be taken for its answer.
  for (let key = 0; key < KEYS / CONTROLS.length; key++) {
    question = withControl(question, control, stepped(control, question, scenario, 1))
    const value = shownValue(control, question, scenario)
    if (values.includes(value)) break
    values.push(value)
  }
  values.shift()
  const shown = values.map((_, index) =>
    program.until((screen) => values.slice(index).some((value) => screen[2 + row]?.includes(shownAs(value)))),
  )
  const pressed: number[] = []
  for (const _ of values) {
    pressed.push(performance.now())
    program.type(RIGHT)
    await setTimeout(KEYS_EVERY_MS)
  }
  return (await Promise.all(shown)).map((at, index) => at - (pressed[index] ?? at))
}

/** As its control shows it: short ones whole, so that 1.25 is not taken for 2. */
function shownAs(value: string): string {
  return value.length < 20 ? `◀ ${value} ▶` : `◀ ${value.slice(0, 20)}`
}

function isSettled(screen: readonly string[]): boolean {
  return !/… \d+\/\d+/.test(screen[1] ?? '') && !screen.some((line) => line.includes('being worked out'))
}

async function timeWithoutMemory(): Promise<number> {
  const book = await loadPriceBook()
  const run = largeRun()
  const from = performance.now()
  adviseRun(run, book, { outlook: false, whatIf: { traffic: { factor: 1.1 } } })
  return performance.now() - from
}
