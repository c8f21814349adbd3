import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { JOURNAL_FILE } from '../../src/cloud/journal.ts'
import { openCloud } from '../../src/cloud/open-cloud.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { probeModel } from '../../src/run/probe-model.ts'
import { readScenario } from '../../src/scenario/read-scenario.ts'
import { plimsoll, start } from '../cli/plimsoll.ts'
import type { Call, Fault } from './fake/fault.ts'
import { isSame, SWEEP_FAULTS, SweepCounter, type SweepPoint } from './fake/sweep-points.ts'
import { type Swept, sweepClean, sweepRun } from './fake/sweep-run.ts'
import { ONE_OF_EACH, startSweptCloud, type WholeCloud } from './fake/whole-cloud.ts'

/**
 * `SWEEP=full` (npm run sweep) tries every fault and a kill at every call. Else each call has one of the faults, in
 * turn, and the program is killed at a few, spread over the run.
 */
const FULL = process.env.SWEEP === 'full'
const KILLS = 6
const LONG_MS = 1_800_000

let cloud: WholeCloud
let close: () => Promise<void>
/** With all the time that a call needs; and with little, for calls that are never answered. */
let patient: Swept
let swept: Swept
let points: readonly SweepPoint[]
let runs = 0

const LIGHT = { load: 'requests: 20, warmup: 0, startups: 1, timeout: 2s', rate: '400 rps' }

beforeAll(async () => {
  const started = await startSweptCloud()
  cloud = started.cloud
  close = started.close
  cloud.project.behaviour.operationMs = 0
  const { scenario, source } = readScenario(cloud.scenario(ONE_OF_EACH, LIGHT))
  if (!scenario.deploy) throw new Error('a scenario without deploy')
  const settings = { ...scenario.deploy, readyTimeoutMs: 5000, pollMs: 2, parallel: 1 }
  const model = await probeModel(scenario, source.problem.bind(source), new AbortController().signal)
  const book = await loadPriceBook()
  const withTimeout = (callTimeoutMs: number): Swept => {
    const deploy = { ...settings, callTimeoutMs }
    const opened = openCloud(deploy, cloud.tokens.credentials())
    return { cloud: opened, scenario: { ...scenario, deploy }, model: model.facts, book }
  }
  // Loading the clients takes longer than a call may: once with time enough, then once with the time of the sweep.
  patient = withTimeout(30_000)
  swept = withTimeout(600)
  for (const each of [patient, swept]) await sweepClean(each.cloud, await sweepRun(each, ++runs))
})
afterAll(async () => {
  await patient?.cloud.close()
  await swept?.cloud.close()
  await close?.()
})

/** Lets one run count its calls, and do something at one of them. */
function count(at: (point: SweepPoint, call: Call) => Fault | undefined): SweepCounter {
  const counter = new SweepCounter()
  cloud.project.calls.length = 0
  cloud.project.behaviour.fault = (call) => at(counter.arrive(call), call)
  return counter
}

function quiet(): void {
  cloud.project.behaviour.fault = () => undefined
}

/** Resources that a run names as left, and those of the inventory that nobody would find out about. */
function unnamed(record: RunRecord | null): string[] {
  const left = (record?.cloud?.deployments ?? []).flatMap((each) => each.left)
  for (const each of left) expect(each.usdPerDay.high).toMatch(/^[\d.]+$/)
  const named = new Set(left.map(({ name }) => name))
  const own = cloud.project.inventory.list().filter(({ partOf }) => partOf === undefined)
  const names = own.map(({ name }) => name.replace(/\/zones\/([^/]+)-[a-z]\//, '/regions/$1/'))
  return names.filter((name) => !named.has(name))
}

/** A fault at one call: what may have become of the run. */
async function sweepPoint(point: SweepPoint, fault: Fault): Promise<'reached' | 'missed'> {
  let reached = false
  count((each) => {
    if (reached || !isSame(each, point)) return undefined
    reached = true
    return fault
  })
  const within = fault.kind === 'time-out' ? swept : patient
  const run = await sweepRun(within, ++runs)
  quiet()
  expect(unnamed(run.record)).toEqual([])
  if (run.record) {
    const tried = new Map(run.record.trials.map((trial) => [trial.candidate, trial]))
    expect([...tried.keys()].toSorted()).toEqual(
      within.scenario.candidates.map(({ name }) => name).toSorted(),
    )
    const failed = run.record.trials.filter(({ status }) => status !== 'measured')
    // One fault is one candidate's at most, and says why.
    expect(failed.length).toBeLessThanOrEqual(1)
    for (const trial of failed)
      expect(trial).toMatchObject({ status: 'failed', error: expect.stringMatching(/.{20}/) })
  } else expect(run.refused.length).toBeGreaterThan(0)
  expect(await sweepClean(patient.cloud, run)).toEqual([])
  expect(cloud.project.inventory.names).toEqual([])
  return reached ? 'reached' : 'missed'
}

describe('the fault sweep', () => {
  test('a run without a fault measures every candidate and leaves nothing', async () => {
    const counter = count(() => undefined)
    const run = await sweepRun(patient, ++runs)
    quiet()
    expect(run.refused).toEqual([])
    expect(run.record?.trials.map(({ status }) => status)).toEqual(ONE_OF_EACH.map(() => 'measured'))
    expect(cloud.project.inventory.names).toEqual([])
    points = counter.points
    expect(points.length).toBeGreaterThan(20 * ONE_OF_EACH.length - 20)
    expect(await sweepClean(patient.cloud, run)).toEqual([])
  })

  test.each(SWEEP_FAULTS.map((fault, index) => [fault.kind, fault, index] as const))(
    'at every call in turn, %s: nothing is left that is not named with its daily cost, nothing measured is lost',
    async (kind, fault, turn) => {
      const chosen = FULL ? points : points.filter((_, index) => index % SWEEP_FAULTS.length === turn)
      let reached = 0
      const wrong: string[] = []
      const missed: string[] = []
      for (const point of chosen) {
        try {
          if ((await sweepPoint(point, fault)) === 'reached') reached++
          else missed.push(`${point.what} (${point.nth})`)
        } catch (error) {
          wrong.push(`${kind} at ${point.what} (${point.nth}): ${(error as Error).message}`)
          await cloud.project.inventory.clear()
        }
      }
      console.log(`fault sweep: ${kind} at ${reached} of ${points.length} calls of the run`)
      expect(wrong).toEqual([])
      // How often an operation is looked at depends on the machine; nearly all calls come in every run.
      expect(reached, missed.join('\n')).toBeGreaterThan(chosen.length * 0.8)
    },
    LONG_MS,
  )

  test(
    'SIGKILL at a call, then plimsoll clean: nothing is left, and nothing that was measured is lost',
    async () => {
      const scenario = cloud.scenario(ONE_OF_EACH, { ...LIGHT, deploy: { parallel: 1 } })
      const chosen = FULL ? points : spread(points, KILLS)
      let reached = 0
      for (const [index, point] of chosen.entries())
        if (await killAt(point, scenario, `kill-${index}`)) reached++
      console.log(`fault sweep: SIGKILL at ${reached} of ${points.length} calls of the run`)
      expect(reached).toBeGreaterThan(chosen.length * 0.8)
    },
    LONG_MS,
  )
})

function spread<T>(all: readonly T[], wanted: number): T[] {
  return all.filter(
    (_, index) => index % Math.ceil(all.length / wanted) === Math.ceil(all.length / wanted / 2),
  )
}

/** @returns whether the run came to the call */
async function killAt(point: SweepPoint, scenario: string, name: string): Promise<boolean> {
  const folder = join(cloud.folder, name, 'out')
  const args = ['run', scenario, '--out', folder, '--json', '--max-spend', '20']
  const program = start(args, { cwd: cloud.folder, env: cloud.env })
  const takenDown = new Set<string>()
  let reached = false
  count((each, { what, request }) => {
    if (reached) return undefined
    if (/delete/i.test(what.split(' ')[0] ?? '') || /DeleteService$/.test(what)) {
      const candidate = /-(c\d+)\b/.exec(
        `${what} ${JSON.stringify((request as { name?: string }).name ?? '')}`,
      )?.[1]
      if (candidate) takenDown.add(candidate)
    }
    if (!isSame(each, point)) return undefined
    reached = true
    program.child.kill('SIGKILL')
    return undefined
  })
  await program.finished
  quiet()
  // What was taken down had been measured, and is on disk.
  const file = join(folder, 'run.json')
  if (takenDown.size > 0) {
    const { trials } = JSON.parse(readFileSync(file, 'utf8')) as RunRecord
    expect(trials.filter(({ status }) => status === 'measured').length).toBeGreaterThanOrEqual(takenDown.size)
  }
  if (existsSync(join(folder, JOURNAL_FILE))) {
    const left = cloud.project.inventory.names.length
    const reports = join(cloud.folder, name)
    const clean = await plimsoll(['clean', scenario, '--reports', reports, '--yes'], {
      cwd: cloud.folder,
      env: cloud.env,
    })
    expect(clean).toMatchObject({ code: 0 })
    if (left > 0) expect(clean.stdout).toMatch(/\$[\d.]+ a day/)
  }
  expect(cloud.project.inventory.names).toEqual([])
  return reached
}
