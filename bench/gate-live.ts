import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import type { GateResult } from '../src/gate/gate-result.ts'
import { buildPayload } from '../src/serving/payload.ts'
import { classifier, writeModel } from '../test/fixtures/onnx-models.ts'

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
/** How many gates of two servers that are alike, which PLIMSOLL_GATES sets, and of a head that does more. */
const [ALIKE, SLOWER] = [Number(process.env.PLIMSOLL_GATES ?? 20), 5]
/**
 * Equal layers of the model; the head's has a tenth more of them, and so a tenth more of the work. A run of it takes
 * some milliseconds, so that the model is most of what a request costs, as it is of a model that one sizes machines for.
 */
const [LAYERS, MORE_LAYERS] = [80, 88]
const [WIDTH, ROWS] = [256, 32]

/**
 * The gate as a user runs it, on two `plimsoll serve` while another process keeps a core busy at normal priority:
 * servers of one model have to pass, and one whose model has a tenth more layers has to fail.
 */
export async function gateLiveBench(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-gate-'))
  const busy = spawn(process.execPath, ['-e', 'for (;;);'])
  try {
    const body = join(folder, 'request.json')
    writeFileSync(body, requestBody())
    const base = serve(writeModel(join(folder, 'base.onnx'), classifier(WIDTH, LAYERS + 1, 10)))
    const slower = serve(writeModel(join(folder, 'head.onnx'), classifier(WIDTH, MORE_LAYERS + 1, 10)))
    const rows: string[] = []
    const tell = (text: string) => {
      rows.push(text)
      console.log(text)
    }
    tell(`${availableParallelism()} cores, one other process busy; the default length`)
    tell(
      rowOf('', [
        'answer',
        'CPU time worse by',
        'CPU tells',
        'p10 worse by',
        'p10 tells',
        'p95 tells',
        'not judged',
        's',
      ]),
    )
    const alike: GateResult[] = []
    const more: GateResult[] = []
    // Both kinds over the whole time, so that neither has an hour of the machine of its own.
    for (let index = 0; index < ALIKE + SLOWER; index++) {
      const isMore = more.length * ALIKE <= alike.length * SLOWER && more.length < SLOWER
      const [results, name, head] = isMore
        ? [more, '10% more work', slower]
        : ([alike, 'alike', base] as const)
      const startedMs = performance.now()
      const seed = String(index + 1)
      const result = await gate([
        '--base',
        base,
        '--head',
        head,
        '--body',
        body,
        '--startups',
        '3',
        '--seed',
        seed,
      ])
      results.push(result)
      tell(rowOf(`${name} ${results.length}`, cellsOf(result, (performance.now() - startedMs) / 1000)))
    }
    tell(`alike: ${count(alike, 'passed')} of ${alike.length} passed (aim: all)`)
    tell(`10% more work: ${count(more, 'failed')} of ${more.length} failed (aim: all)`)
    return ''
  } finally {
    busy.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

/** In base64, which takes less to read than as many numbers in JSON: more of the request is the model. */
function requestBody(): Buffer {
  const values = { from: 'uniform', low: 0, high: 1 } as const
  const inputs = { x: { shape: [ROWS, WIDTH], values } }
  const spec = { name: 'x', type: 'float32', shape: [null, WIDTH] }
  return buildPayload({ file: '', path: '', inputs, encoding: 'base64' }, [spec], 1)
}

function serve(model: string): string {
  return `exec "${process.execPath}" "${MAIN}" serve "${model}" --workers 1 --host 127.0.0.1`
}

/** Runs the command line and reads what it wrote. */
async function gate(args: readonly string[]): Promise<GateResult> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-gate-'))
  const file = join(folder, 'gate.json')
  try {
    const child = spawn(process.execPath, [MAIN, 'gate', ...args, '--report', file], { stdio: 'ignore' })
    const [code] = (await once(child, 'close')) as [number]
    if (![0, 1, 4].includes(code)) throw new Error(`plimsoll gate ended with ${code}`)
    return JSON.parse(readFileSync(file, 'utf8')) as GateResult
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function cellsOf({ outcome, judgements }: GateResult, seconds: number): string[] {
  const of = (metric: string) => judgements.find((each) => each.metric === metric)
  const percent = (ratio: number | null | undefined) =>
    typeof ratio === 'number' ? `${(100 * ratio).toFixed(1)}%` : '-'
  const worse = (metric: string) => {
    const { value, low, high } = of(metric)?.worsening ?? {}
    return [`${percent(value)} (${percent(low)}, ${percent(high)})`, percent(of(metric)?.detectable)]
  }
  const unjudged = judgements.filter((each) => each.outcome === 'unjudged').map(({ metric }) => metric)
  return [
    outcome,
    ...worse('cpu'),
    ...worse('p10'),
    percent(of('p95')?.detectable),
    unjudged.join(' ') || '-',
    seconds.toFixed(0),
  ]
}

function count(results: readonly GateResult[], outcome: GateResult['outcome']): number {
  return results.filter((each) => each.outcome === outcome).length
}

function rowOf(name: string, cells: readonly string[]): string {
  const widths = [13, 22, 10, 22, 10, 10, 26, 4]
  return `  ${name.padEnd(18)}${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('')}`.trimEnd()
}
