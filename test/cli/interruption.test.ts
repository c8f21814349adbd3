import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Advice } from '../../src/core/advice.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import {
  isAlive,
  plimsoll,
  readJson,
  smallScenario,
  start,
  untilGone,
  untilServing,
  useFolder,
} from './plimsoll.ts'

const { folder, write } = useFolder()
/** Long enough that no machine is through with a step before the signal reaches it. */
const REQUESTS = 600
const scenario = write('long.yaml', smallScenario({ load: `requests: ${REQUESTS}, warmup: 5, startups: 2` }))

/** Starts a run and ends it with the signal once its second step is under way. */
async function interrupt(out: string, signal: NodeJS.Signals, args: readonly string[] = []) {
  const { child, said, finished } = start(['run', scenario, '--out', out, ...args])
  await said('[2/')
  const children = await untilServing(child.pid ?? 0)
  child.kill(signal)
  return { ...(await finished), children }
}

/** Waits until the server has been asked so often. */
function untilRequests(server: Server, count: number): Promise<void> {
  let seen = 0
  return new Promise((resolve) => {
    server.on('request', () => {
      seen += 1
      if (seen === count) resolve()
    })
  })
}

describe('a run that is interrupted half way', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s exits 130, leaves a valid run and no process, and is finished by --resume',
    async (signal) => {
      const out = join(folder, signal)
      const { code, stdout, stderr, children } = await interrupt(out, signal)
      expect([code, stdout]).toEqual([130, ''])
      expect(stderr).toContain(`interrupted by ${signal}; what was measured is in ${join(out, 'run.json')}`)
      expect(stderr).toContain(`plimsoll run ${scenario} --out ${out} --resume`)
      expect(stderr).not.toMatch(/^\s+at /m)
      expect(children.filter(isAlive)).toEqual([])

      const before = readJson<RunRecord>(out, 'run.json')
      expect(before.finishedAt).toBeNull()
      expect(before.profile?.startUps).toHaveLength(2)
      expect(before.profile?.settings).toEqual([])
      expect(before.trials.map(({ status }) => status)).toEqual(['refused'])

      const resumed = await plimsoll(['run', scenario, '--out', out, '--resume', '--json'])
      expect(resumed.code).toBe(0)
      expect(resumed.stderr).not.toContain('start-up of the local server')
      const after = readJson<RunRecord>(out, 'run.json')
      expect(after).toMatchObject({
        id: before.id,
        startedAt: before.startedAt,
        finishedAt: expect.any(String),
      })
      expect(JSON.stringify(after.profile?.startUps)).toBe(JSON.stringify(before.profile?.startUps))
      expect(after.trials.slice(0, 1)).toEqual(before.trials)
      expect(after.trials).toHaveLength(6)
      expect((JSON.parse(resumed.stdout) as Advice).run.complete).toBe(true)
    },
  )

  test('keeps a finished measurement to the byte when it is resumed twice', async () => {
    const out = join(folder, 'twice')
    await interrupt(out, 'SIGINT')
    const { child, said, finished } = start(['run', scenario, '--out', out, '--resume'])
    await said(` over ${REQUESTS} requests`)
    child.kill('SIGINT')
    const second = await finished
    const between = readJson<RunRecord>(out, 'run.json')
    const measured = JSON.stringify(between.profile?.settings[0])
    expect(between.profile?.settings[0]?.measurement.startedAt).toMatch(/^\d{4}-/)
    if (between.profile?.settings.length === 1 && between.finishedAt === null) expect(second.code).toBe(130)
    expect((await plimsoll(['run', scenario, '--out', out, '--resume'])).code).toBe(0)
    expect(JSON.stringify(readJson<RunRecord>(out, 'run.json').profile?.settings[0])).toBe(measured)
  })

  test('while a url is loaded keeps the whole profile and repeats only that url', async () => {
    const out = join(folder, 'url')
    const server = createServer((request, reply) => {
      request.resume().on('end', () => reply.end('{"predictions":[[0.1,0.9]]}'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`
      const more = [`platform: cloud-run, cpu: 2, memory: 2Gi, url: "${url}"`]
      const load = 'requests: 60, warmup: 5, startups: 1'
      const file = write('url.yaml', smallScenario({ more, load, rate: '60 rps' }))
      const { child, finished } = start(['run', file, '--out', out])
      await untilRequests(server, 3)
      child.kill('SIGINT')
      expect((await finished).code).toBe(130)
      const before = readJson<RunRecord>(out, 'run.json')
      expect(before.finishedAt).toBeNull()
      expect(before.profile?.settings.length).toBeGreaterThan(0)

      const resumed = await plimsoll(['run', file, '--out', out, '--resume'])
      expect(resumed.code).toBe(0)
      expect(resumed.stderr).toMatch(/^\[1\/1\] cloud-run 2cpu/)
      const after = readJson<RunRecord>(out, 'run.json')
      expect(JSON.stringify(after.profile)).toBe(JSON.stringify(before.profile))
      expect(after.trials.filter(({ status }) => status === 'measured')).toHaveLength(1)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  test('is advised as far as it came, with a warning, and nothing untested is called cheapest', async () => {
    const out = join(folder, 'partial')
    await interrupt(out, 'SIGINT')
    const { code, stdout } = await plimsoll(['advise', out, '--json'])
    expect(code).toBe(0)
    const advice = JSON.parse(stdout) as Advice
    expect(advice.run.complete).toBe(false)
    expect(advice.cheapest).toBeNull()
    expect(advice.verdicts.map(({ outcome }) => outcome).sort()).toEqual([
      'refused',
      ...Array(5).fill('untested'),
    ])
    expect(advice.warnings.join()).toContain('interrupted')
    expect((await plimsoll(['advise', out])).code).toBe(0)
  })

  test('leaves no server behind when it is killed outright, and its run can be resumed', async () => {
    const out = join(folder, 'killed')
    const { child, said, finished } = start(['run', scenario, '--out', out])
    await said('[2/')
    const children = await untilServing(child.pid ?? 0)
    child.kill('SIGKILL')
    await finished
    await untilGone(children)
    expect(readJson<RunRecord>(out, 'run.json').finishedAt).toBeNull()
    expect((await plimsoll(['run', scenario, '--out', out, '--resume'])).code).toBe(0)
  })
})

describe('--resume', () => {
  test('without a run to resume is a user error', async () => {
    const out = join(folder, 'nothing')
    const { code, stderr } = await plimsoll(['run', scenario, '--out', out, '--resume'])
    expect([code, stderr]).toEqual([2, expect.stringContaining(`there is no run to resume in ${out}`)])
    expect(existsSync(out)).toBe(false)
    const unnamed = await plimsoll(['run', scenario, '--resume'], { cwd: folder })
    expect([unnamed.code, unnamed.stderr]).toEqual([
      2,
      expect.stringContaining('no run to resume in reports/'),
    ])
  })

  test('of a scenario that has changed since is a user error and leaves the run as it was', async () => {
    const changing = write('changing.yaml', readFileSync(scenario, 'utf8'))
    const out = join(folder, 'changed')
    const { child, said, finished } = start(['run', changing, '--out', out])
    await said('[1/')
    child.kill('SIGINT')
    expect((await finished).code).toBe(130)
    const before = readFileSync(join(out, 'run.json'), 'utf8')
    writeFileSync(changing, readFileSync(changing, 'utf8').replace('p95: 500ms', 'p95: 400ms'))
    const { code, stderr } = await plimsoll(['run', changing, '--out', out, '--resume'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`${changing} has changed since the run in ${out}`),
    ])
    expect(readFileSync(join(out, 'run.json'), 'utf8')).toBe(before)
  })

  test('finds the newest run of the scenario by itself', async () => {
    const { child, said, finished } = start(['run', scenario], { cwd: folder })
    await said('[2/')
    child.kill('SIGINT')
    const { stderr } = await finished
    expect(stderr).toContain(`finish it with: plimsoll run ${scenario} --resume`)
    const resumed = await plimsoll(['run', scenario, '--resume', '--json'], { cwd: folder })
    expect(resumed.code).toBe(0)
    const { run } = JSON.parse(resumed.stdout) as Advice
    expect(stderr).toContain(join('reports', run.id, 'run.json'))
  })
})
