import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plimsoll, start, useFolder } from './plimsoll.ts'

const { write } = useFolder()
let server: Server
let url = ''
let seen: { method: string | undefined; header: string | undefined; bytes: number }[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    request.on('end', () => {
      seen.push({ method: request.method, header: request.headers['x-probe']?.toString(), bytes })
      setTimeout(() => response.end('{"predictions": []}'), 60)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('plimsoll load', () => {
  test('prints one JSON document in which every request is accounted for', async () => {
    seen = []
    const { code, stdout } = await plimsoll(['load', url, '--rate', '100', '--requests', '50', '--json'])
    expect(code).toBe(0)
    const load = JSON.parse(stdout)
    const { due, ok, error, timeout, dropped } = load.counts
    expect(due).toBe(50)
    expect(ok + error + timeout + dropped).toBe(due)
    expect(load).toMatchObject({ schemaVersion: 1, offeredRps: 100, verdict: null, stoppedEarly: false })
    expect(load.responseMs.p50).toBeGreaterThanOrEqual(59)
    for (const part of ['intervals', 'serviceMs', 'sendLagMs', 'errors', 'invalidReasons', 'windows']) {
      expect(load).toHaveProperty(part)
    }
    expect(seen).toHaveLength(50)
    expect(seen[0]?.method).toBe('GET')
  })

  test('stops as soon as the SLO is decided, and says by what', async () => {
    const slo = 'p50<20ms, errors<50%'
    const { code, stdout } = await plimsoll([
      'load',
      url,
      '--rate',
      '200',
      '--slo',
      slo,
      '--requests',
      '5000',
      '--json',
    ])
    expect(code).toBe(0)
    const load = JSON.parse(stdout)
    // What a busy machine held up has no verdict.
    expect(load).toMatchObject({ verdict: load.valid ? 'misses' : 'undecided', stoppedEarly: true })
    expect(load.counts.due).toBeLessThan(2500)
    expect(load.slo.limits).toHaveLength(2)
  })

  test('sends the method, headers and body that it is given', async () => {
    seen = []
    const args = [
      '--rate',
      '50',
      '-n',
      '5',
      '-X',
      'PUT',
      '-H',
      'X-Probe: a',
      '-H',
      'X-Other: b',
      '--body',
      'package.json',
    ]
    const { code, stdout } = await plimsoll(['load', url, ...args])
    expect(code).toBe(0)
    expect(stdout).toContain('5 due: 5 ok')
    expect(stdout).toMatch(/p99\.9 .*not resolvable/)
    expect(seen).toHaveLength(5)
    expect(seen[0]).toMatchObject({ method: 'PUT', header: 'a' })
    expect(seen[0]?.bytes).toBeGreaterThan(500)
  })

  test('counts a server that is not there instead of failing', async () => {
    const { code, stdout } = await plimsoll([
      'load',
      'http://127.0.0.1:9/',
      '--rate',
      '50',
      '-n',
      '10',
      '--json',
    ])
    expect(code).toBe(0)
    const load = JSON.parse(stdout)
    expect(load).toMatchObject({ valid: false, counts: { due: 10, ok: 0, error: 10 } })
    expect(load.errors.connect.count).toBe(10)
    expect(load.responseMs.p50).toBeNull()
  })

  test('draws from several bodies by their weights', async () => {
    seen = []
    const [small, large] = [write('small.json', '[1]'), write('large.json', '[1, 2, 3, 4]')]
    const args = ['-r', '200', '-n', '200', '--body', small, '--body', `${large}@3`]
    expect((await plimsoll(['load', url, ...args])).stdout).toContain('200 due: 200 ok')
    const heavy = seen.filter(({ bytes }) => bytes === 12).length
    expect(heavy).toBeGreaterThan(120)
    expect(heavy).toBeLessThan(180)
  })

  test('keeps requests in flight in a closed loop, for as long as it is told', async () => {
    seen = []
    const { stdout } = await plimsoll(['load', url, '--closed', '-c', '4', '-d', '1s', '--json'])
    const { arrivals, counts } = JSON.parse(stdout)
    expect(arrivals).toBe('closed')
    expect(counts.ok).toBeGreaterThan(20)
    expect(counts).toMatchObject({ due: counts.ok, error: 0 })
    expect(seen[0]?.method).toBe('GET')
  })

  test('fails a build that does not meet the SLO, when asked to', async () => {
    const args = ['load', url, '--rate', '200', '-n', '4000', '--fail-unmet', '--slo']
    expect((await plimsoll([...args, 'p50<20ms, errors<50%'])).code).toBe(1)
    const met = await plimsoll([...args, 'p50<5s, errors<50%'])
    // A load that a busy machine held up proves nothing, and fails the build too.
    expect(met.code).toBe(/INVALID/.test(met.stdout) ? 1 : 0)
  })

  test('tells what was measured when it is interrupted', async () => {
    const load = start(['load', url, '--rate', '100', '--duration', '10min', '--json'])
    await load.said('[1/1]')
    setTimeout(() => load.child.kill('SIGINT'), 1500)
    const { code, stdout, stderr } = await load.finished
    expect(code).toBe(130)
    expect(stderr).toContain('interrupted by SIGINT')
    const { counts, interrupted, invalidReasons } = JSON.parse(stdout)
    expect(interrupted).toBe(true)
    // A busy machine may have sent late, which is said; being interrupted makes nothing invalid.
    for (const reason of invalidReasons) expect(reason).toMatch(/late|behind|lag|held up/)
    expect(counts.ok).toBeGreaterThan(20)
    expect(counts.ok).toBe(counts.due)
  })

  test('tells everything that is wrong with its options at once', async () => {
    const args = [
      '--duration',
      '5',
      '--slo',
      'p95<5',
      '--workers',
      '0',
      '--header',
      'nonsense',
      '--body',
      '/none',
    ]
    const { code, stderr, stdout } = await plimsoll(['load', 'ftp://host/', ...args])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    for (const part of [
      'not an http',
      '--rate is missing',
      '--duration 5',
      '--slo',
      '--workers 0',
      '--header',
      '--body',
    ]) {
      expect(stderr).toContain(part)
    }
  })

  test.each([
    ['ramp:10-50/1s', 1],
    ['steps:20x500ms,40x500ms', 1],
    ['sine:30+-20/1s', 1],
  ])('follows %s', async (arrivals) => {
    const { code, stdout } = await plimsoll([
      'load',
      url,
      '--arrivals',
      arrivals,
      '--duration',
      '1s',
      '--json',
    ])
    expect(code).toBe(0)
    const load = JSON.parse(stdout)
    expect(load.arrivals).toBe(arrivals.split(':')[0])
    expect(load.counts.due).toBeGreaterThan(10)
    expect(load.counts.due).toBeLessThan(70)
  })
})
