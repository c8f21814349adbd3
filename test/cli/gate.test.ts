import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GateResult } from '../../src/gate/gate-result.ts'
import { cloudRun, vm } from '../fixtures/candidates.ts'
import { localProfile } from '../fixtures/profile.ts'
import { runRecord } from '../fixtures/run.ts'
import { isAlive, plimsoll, start, untilGone, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()
const SERVER = resolve('test/cli/busy-server.mjs')
const server = (ms: number, how = '') => `exec "${process.execPath}" "${SERVER}" ${ms} ${how}`
/** Short, and judged by a limit that no noise of a busy machine reaches. */
const SHORT = ['--quads', '5', '--requests', '20', '--startups', '0', '--path', '/']
let running: Server
let url = ''

beforeAll(async () => {
  running = createServer((request, reply) =>
    request.resume().on('end', () => reply.end('{"predictions":[1]}')),
  )
  await new Promise<void>((done) => running.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(running.address() as AddressInfo).port}/`
})

afterAll(() => {
  running.closeAllConnections()
  running.close()
})

const save = (name: string, record: object) => write(name, JSON.stringify(record))

describe('two servers in turns', () => {
  test('of which one takes eight times as long fail with 1, after a second measurement, and every report says so', async () => {
    const report = (ending: string) => join(folder, `gate.${ending}`)
    const reports = ['md', 'json', 'xml', 'txt'].flatMap((ending) => ['--report', report(ending)])
    const allow = ['--allow', 'p50=25%', '--fail-on', 'regression']
    const { code, stdout } = await plimsoll(
      ['gate', '--base', server(1), '--head', server(8), ...SHORT, ...allow, ...reports, '--json'],
      {},
    )
    const result = JSON.parse(stdout) as GateResult
    expect(code).toBe(1)
    expect(result.outcome).toBe('failed')
    expect(result.measured).toMatchObject({ quads: 5, confirmingQuads: 5, freshProcesses: true })
    const p50 = result.judgements.find(({ metric }) => metric === 'p50')
    expect(p50?.outcome).toBe('failed')
    expect(p50?.worsening?.low).toBeGreaterThan(0.25)
    const cpu = result.judgements.find(({ metric }) => metric === 'cpu')
    if (process.platform === 'linux') expect(cpu?.head).toBeGreaterThan(Number(cpu?.base))
    expect(JSON.parse(readFileSync(report('json'), 'utf8'))).toEqual(result)
    expect(readFileSync(report('md'), 'utf8')).toContain('## ❌ The gate failed')
    expect(readFileSync(report('xml'), 'utf8')).toMatch(/<failure type="regression"/)
    expect(readFileSync(report('txt'), 'utf8')).toContain('✗  p50')
  })

  test('that are alike never fail, and the smallest change that they could tell is printed', async () => {
    const allow = ['--allow', 'p50=400%, p95=400%, p99=400%, goodput=400%, errors=20%']
    const { code, stdout } = await plimsoll([
      'gate',
      '--base',
      server(1),
      '--head',
      server(1),
      ...SHORT,
      ...allow,
    ])
    expect(stdout).toMatch(/The gate (passed|is inconclusive)/)
    expect([0, 4]).toContain(code)
    expect(stdout).toContain('can tell')
    expect(stdout).toMatch(/✓ {2}errors/)
  })

  test('of which the head fails requests fail on errors', async () => {
    const { code, stdout } = await plimsoll([
      ...['gate', '--base', server(0), '--head', server(0, 'fail'), ...SHORT, '--json'],
    ])
    const { judgements } = JSON.parse(stdout) as GateResult
    expect(code).toBe(1)
    expect(judgements.find(({ metric }) => metric === 'errors')).toMatchObject({ outcome: 'failed', base: 0 })
  })

  test.each([
    [
      'exits at once',
      'echo no such model >&2; exit 7',
      /head command exited with code 7[\s\S]*no such model/,
    ],
    [
      'ends with a stack',
      `exec "${process.execPath}" nowhere.js`,
      /exited with code 1[\s\S]*\n +Error: Cannot find module/,
    ],
    ['does not listen', server(1, 'never'), /head command was not ready within 1 s: nothing answered/],
  ])(
    'of which the head %s is a failure of the world: exit 3, and it is ended',
    async (name, command, message) => {
      const pidFile = join(folder, `${name}.pid`)
      const head = `echo $$ > "${pidFile}"; ${command}`
      const { code, stderr } = await plimsoll([
        'gate',
        '--base',
        url,
        '--head',
        head,
        ...SHORT,
        '--ready',
        '1s',
      ])
      expect([code, stderr]).toEqual([3, expect.stringMatching(message)])
      expect(isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false)
    },
  )

  test('of which the head fails more than its SLO lets it fails, after a second measurement, and one that nothing decides is extended', async () => {
    const judged = async (slo: string, head: string) => {
      const sides = ['--base', server(0, head === 'fail' ? 'fail' : ''), '--head', server(0, head)]
      const allow = ['--allow', 'errors=99%, p50=900%, p10=900%, cpu=900%', '--fail-on', 'slo']
      const { code, stdout } = await plimsoll(['gate', ...sides, ...SHORT, ...allow, '--slo', slo, '--json'])
      const { judgements, measured } = JSON.parse(stdout) as GateResult
      return { code, measured, slo: judgements.filter(({ metric }) => metric === 'slo') }
    }
    const failing = await judged('errors<1%', 'fail')
    expect(failing).toMatchObject({ code: 1, slo: [{ subject: 'errors ≤ 1%', outcome: 'failed' }] })
    expect(failing.measured?.confirmingQuads).toBeGreaterThan(0)
    const met = await judged('p50<5s', '')
    expect(met).toMatchObject({ code: 0, measured: { confirmingQuads: 0 } })
    // Not asked for, and too few requests to show it.
    expect(met.slo.map(({ outcome }) => outcome)).toEqual(['passed', 'unjudged'])
    const asked = await judged('p50<5s, errors<0.1%', '')
    expect(asked).toMatchObject({ code: 4, slo: [{ outcome: 'passed' }, { outcome: 'inconclusive' }] })
  })

  test('hold a limit of the user on start-up against something, or do not pass', async () => {
    const { code, stdout } = await plimsoll([
      ...['gate', '--base', server(1), '--head', server(1), ...SHORT, '--allow', 'startUp: 5%', '--json'],
    ])
    expect(code).not.toBe(0)
    const { judgements } = JSON.parse(stdout) as GateResult
    expect(judgements.find(({ metric }) => metric === 'startUp')).toMatchObject({
      outcome: 'inconclusive',
      reason: 'no command was started to see',
    })
  })

  test('of which one does not answer is a failure of the world that names it', async () => {
    const { code, stderr } = await plimsoll([
      'gate',
      '--base',
      'http://127.0.0.1:9/',
      '--head',
      url,
      ...SHORT,
    ])
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('base at http://127.0.0.1:9/ does not answer'),
    ])
  })

  test('are ended by Ctrl-C with everything that they started: exit 130', async () => {
    const pidFile = join(folder, 'tree.pid')
    // The server is a grandchild: the shell stays between.
    const command = `"${process.execPath}" "${SERVER}" 1 & echo $! >> "${pidFile}"; wait`
    const { child, said, finished } = start([
      'gate',
      '--base',
      command,
      '--head',
      command,
      '--path',
      '/',
      '--startups',
      '0',
    ])
    await said('in turns')
    child.kill('SIGINT')
    const { code, stderr } = await finished
    expect(code).toBe(130)
    expect(stderr).toContain('nothing was decided')
    const pids = readFileSync(pidFile, 'utf8').trim().split('\n').map(Number)
    expect(pids).toHaveLength(2)
    await untilGone(pids)
  })

  test('are calibrated with one side against itself', async () => {
    const { code, stdout } = await plimsoll(['gate', '--base', server(1), '--calibrate', ...SHORT, '--json'])
    const result = JSON.parse(stdout) as GateResult
    expect([0, 1, 4]).toContain(code)
    expect(result.mode).toBe('calibration')
    expect(result.judgements.find(({ metric }) => metric === 'p50')?.detectable).toBeGreaterThan(0.01)
  })
})

describe('a saved run against a baseline', () => {
  const base = save('base.json', runRecord())
  const gate = (...args: string[]) => plimsoll(['gate', ...args])

  test('that is the same passes, and one that needs more memory fails on cost alone', async () => {
    expect((await gate('--baseline', base, '--head-run', base)).code).toBe(0)
    const candidates = [cloudRun(), vm({ machineType: 'e2-standard-2' })]
    const small = save('small.json', runRecord({}, { candidates, traffic: { rps: 2 } }))
    const profile = localProfile({ peakRssMib: 3000 })
    const head = save('large.json', runRecord({ profile }, { candidates, traffic: { rps: 2 } }))
    const { code, stdout } = await gate('--baseline', small, '--head-run', head, '--json')
    const result = JSON.parse(stdout) as GateResult
    const failed = result.judgements.filter(({ outcome }) => outcome === 'failed')
    expect([code, failed.map(({ concern }) => concern)]).toEqual([1, ['cost', 'cost']])
    expect(result.summary[0]).toContain('what grew most is "E2 Instance Core running in Americas"')
  })

  test('can leave a concern out of what fails', async () => {
    const profile = localProfile({
      startUps: localProfile().startUps.map((each) => ({ ...each, totalMs: each.totalMs * 3 })),
    })
    const head = save('slow-start.json', runRecord({ profile }))
    expect((await gate('--baseline', base, '--head-run', head)).code).toBe(1)
    const { code, stdout } = await gate('--baseline', base, '--head-run', head, '--fail-on', 'cost,slo')
    expect([code, stdout]).toEqual([0, expect.stringContaining('Not counted (--fail-on): start-up')])
  })

  test('without a baseline says how to save one, and saves it', async () => {
    const missing = join(folder, 'kept', 'baseline.json')
    const without = await gate('--baseline', missing, '--head-run', base)
    expect([without.code, without.stderr]).toEqual([
      2,
      expect.stringMatching(/no baseline yet[\s\S]*--save-baseline/),
    ])
    const saved = await gate('--baseline', missing, '--head-run', base, '--save-baseline')
    expect([saved.code, saved.stderr]).toEqual([0, expect.stringContaining('saved as')])
    expect(readFileSync(missing, 'utf8')).toBe(readFileSync(base, 'utf8'))
    expect((await gate('--baseline', missing, '--head-run', base)).code).toBe(0)
  })

  test('keeps a baseline in the folder that it names, and none that was cut short', async () => {
    const kept = join(folder, 'baseline')
    const cut = save('cut.json', { ...runRecord(), finishedAt: null })
    const refused = await gate('--baseline', kept, '--head-run', cut, '--save-baseline')
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('cut short')])
    expect(existsSync(kept)).toBe(false)
    const report = join(folder, 'first.json')
    const first = await gate('--baseline', kept, '--head-run', base, '--save-baseline', '--report', report)
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('There was no baseline')])
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ outcome: 'passed', judgements: [] })
    expect((await gate('--baseline', kept, '--head-run', base, '--save-baseline')).code).toBe(0)
    expect(readdirSync(kept)).toEqual(['run.json'])
  })

  test('takes no option that only sides have, and reads the history before anything else', async () => {
    const { code, stderr } = await gate(
      '--baseline',
      base,
      '--head-run',
      base,
      '--slo',
      'p95<50ms',
      '--rate',
      '5',
    )
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--slo needs --base[\s\S]*--rate needs --base/)])
    const history = join(folder, 'torn')
    mkdirSync(history)
    writeFileSync(join(history, 'entry.json'), '<<<<<<< ours')
    const torn = await gate('--base', url, '--head', url, ...SHORT, '--history', history)
    expect([torn.code, torn.stderr]).toEqual([2, expect.stringContaining('is no entry of a history')])
    expect(torn.stderr).not.toContain('in turns')
  })

  test.each([
    ['corrupt', '{"schemaVersion": 1, "trials', /is not JSON/],
    [
      'of a newer schema',
      JSON.stringify({ ...runRecord(), schemaVersion: 2 }),
      /schema version 2[\s\S]*upgrade plimsoll/,
    ],
    ['cut short', JSON.stringify({ ...runRecord(), finishedAt: null }), /cut short[\s\S]*--resume/],
    [
      'of another traffic',
      JSON.stringify(runRecord({}, { traffic: { rps: 7 } })),
      /traffic\.rps: [\s\S]*7 there, 20 here/,
    ],
    [
      'damaged inside',
      JSON.stringify({ ...runRecord(), profile: { ...localProfile(), settings: [{ threads: 1 }] } }),
      /settings\.0\.measurement: the run is damaged/,
    ],
  ])('that is %s is a user error with exit 2', async (name, content, message) => {
    const file = write(`${name}.json`, content)
    const { code, stdout, stderr } = await gate('--baseline', file, '--head-run', base)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('joins a history, which tells where a level changed', async () => {
    const history = join(folder, 'history')
    expect((await gate('--baseline', base, '--head-run', base, '--history', history)).code).toBe(0)
    const [first = ''] = readdirSync(history)
    const entry = JSON.parse(readFileSync(join(history, first), 'utf8'))
    expect(entry.figures).toMatchObject({ 'USD a month': expect.any(Number), 'start-up': 900 })
    for (let day = 10; day < 30; day++) {
      const figures = { 'start-up': day < 20 ? 900 + (day % 3) : 1200 + (day % 3) }
      const content = { ...entry, at: `2027-01-${day}T00:00:00.000Z`, figures }
      writeFileSync(join(history, `day-${day}.json`), JSON.stringify(content))
    }
    const page = join(folder, 'history.html')
    const { code, stdout } = await gate('--history', history, '--report', page)
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/start-up went from 90\d ms to 120\d ms with the entry of 2027-01-2\d/),
    ])
    expect(readFileSync(page, 'utf8')).toContain('chart-history')
    const told = JSON.parse((await gate('--history', history, '--json')).stdout)
    expect(told).toMatchObject({ changePoints: [{ metric: 'start-up', unit: 'ms' }], history: { others: 0 } })
    expect((await gate('--history', history, '--report', 'a.md')).stderr).toContain(
      'one of .html, .json, .txt',
    )
    expect((await gate('--history', join(folder, 'none'))).stderr).toContain('there is no history')
    writeFileSync(join(history, 'other.json'), '{}')
    expect((await gate('--history', history)).stderr).toContain('other.json: is no entry')
  })
})

test('all that is wrong with the options is told at once', async () => {
  const { code, stderr } = await plimsoll([
    ...[
      'gate',
      '--base',
      'x',
      '--allow',
      'p96: 5%',
      '--fail-on',
      'luck',
      '--report',
      'a.pdf',
      '--quads',
      '1',
    ],
  ])
  expect(code).toBe(2)
  for (const text of ['--head is missing', 'p96', '--fail-on luck', 'a.pdf', '--quads 1', '5 problems'])
    expect(stderr).toContain(text)
  expect((await plimsoll(['gate'])).stderr).toContain('nothing to compare')
  expect(existsSync('a.pdf')).toBe(false)
})
