import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Advice, Verdict } from '../../src/core/advice.ts'
import type { PriceBook } from '../../src/core/bill.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import { type Finished, plimsoll, readJson, smallScenario, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()
const scenario = write('small.yaml', smallScenario())
const out = join(folder, 'out')
const DECIMAL = /^\d+(\.\d+)?$/

describe('a run from end to end', () => {
  let run: Finished
  let advice: Advice

  beforeAll(async () => {
    run = await plimsoll(['run', scenario, '--out', out, '--json'])
    advice = JSON.parse(run.stdout) as Advice
  })

  test('exits 0 with one JSON document on stdout and its progress, step by step, on stderr', () => {
    expect(run.code).toBe(0)
    expect(advice.schemaVersion).toBe(1)
    expect(run.stderr).toMatch(/^\[1\/\d\] start-up of the local server \.\.\.\n/)
    expect(run.stderr).toContain(
      `saved: ${join(out, 'run.json')}, ${join(out, 'report.md')}, ${join(out, 'report.html')}`,
    )
  })

  test('prints advice and saves a run as the published schemas have them', async () => {
    for (const [of, value] of [
      ['advice', advice],
      ['run', readJson(out, 'run.json')],
    ] as const) {
      const { stdout } = await plimsoll(['schema', '--of', of])
      const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(stdout))
      expect(validate(value) ? [] : validate.errors).toEqual([])
    }
  })

  test('has a verdict on each candidate, with its name, platform, region, outcome, evidence and reasons', () => {
    expect(advice.verdicts).toHaveLength(6)
    for (const { candidate, outcome, evidence, reasons } of advice.verdicts) {
      expect(candidate).toMatchObject({ region: 'us-central1', name: expect.stringContaining('us-central1') })
      expect(['vertex', 'cloud-run', 'functions', 'gce']).toContain(candidate.platform)
      expect(['meets', 'misses', 'undecided', 'unpriced', 'refused', 'untested']).toContain(outcome)
      expect(evidence).toBe('modelled')
      expect(reasons.length).toBeGreaterThan(0)
      for (const reason of reasons) expect(reason).not.toBe('')
    }
  })

  test('has a month as exact decimal strings in order and a latency range for each that could be assessed', () => {
    const assessed = advice.verdicts.filter(({ outcome }) => outcome !== 'refused')
    expect(assessed).toHaveLength(5)
    for (const { usdPerMonth, latencyMs } of assessed) {
      const { low, value, high } = usdPerMonth ?? { low: '', value: '', high: '' }
      for (const amount of [low, value, high]) expect(amount).toMatch(DECIMAL)
      expect(Number(low)).toBeLessThanOrEqual(Number(value))
      expect(Number(value)).toBeLessThanOrEqual(Number(high))
      expect(Number(low)).toBeGreaterThan(0)
      const p95 = latencyMs?.p95 ?? { low: 0, value: 0, high: 0 }
      expect(p95.low).toBeGreaterThan(0)
      expect(p95.high).toBeGreaterThan(p95.low)
    }
  })

  test('refuses what the platform does not offer with its rule, without a price', () => {
    const refused = advice.verdicts.filter(({ outcome }) => outcome === 'refused')
    expect(refused.map(({ candidate }) => candidate.name)).toEqual(['cloud-run 1cpu 6Gi c4 us-central1'])
    expect(refused[0]).toMatchObject({ usdPerMonth: null, latencyMs: null })
    expect(refused[0]?.reasons.join()).toContain('6 GiB needs 2 vCPU')
  })

  test('names the cheapest of those that meet the SLO, and ties that meet it too', () => {
    const meeting = advice.verdicts.filter(({ outcome }) => outcome === 'meets')
    const least = Math.min(...meeting.map(({ usdPerMonth }) => Number(usdPerMonth?.value)))
    const cheapest = meeting.find(({ candidate }) => candidate.name === advice.cheapest)
    expect(Number(cheapest?.usdPerMonth?.value)).toBe(least)
    const names = meeting.map(({ candidate }) => candidate.name)
    for (const tie of advice.ties) expect(names).toContain(tie)
    expect(advice.recommendation.length).toBeGreaterThan(0)
  })

  test('leaves the finished run and a report that names every candidate', () => {
    const record = readJson<RunRecord>(out, 'run.json')
    expect(record).toMatchObject({ schemaVersion: 1, finishedAt: expect.any(String) })
    expect(record.trials).toHaveLength(6)
    const report = readFileSync(join(out, 'report.md'), 'utf8')
    for (const { candidate } of advice.verdicts) expect(report).toContain(candidate.name)
  })

  test('says the same to the byte when it is advised again, from the folder or the file', async () => {
    const again = await Promise.all([
      plimsoll(['advise', out, '--json']),
      plimsoll(['advise', join(out, 'run.json'), '--json']),
    ])
    for (const { code, stdout, stderr } of again) {
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toBe(run.stdout)
    }
  })

  test('is a table within 80 columns without --json', async () => {
    const { code, stdout } = await plimsoll(['advise', join(out, 'run.json')])
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([])
    expect(stdout).toContain('cloud-run 1cpu 2Gi c4')
    expect(stdout).not.toContain('\x1b[')
  })

  test('has exactly the candidates that use a price become unpriced when that row is removed', async () => {
    const book = readJson<PriceBook>('src/pricing/books/google-cloud.json')
    const isGone = ({ resource, region, purchase }: PriceBook['prices'][number]) =>
      resource === 'gce/e2/memory' && region === 'us-central1' && purchase === 'on-demand'
    expect(book.prices.filter(isGone)).toHaveLength(1)
    const file = write(
      'book.json',
      JSON.stringify({ ...book, prices: book.prices.filter((price) => !isGone(price)) }),
    )
    const { code, stdout } = await plimsoll(['advise', out, '--json', '--book', file])
    expect(code).toBe(0)
    const less = JSON.parse(stdout) as Advice
    const uses = ({ bill }: Verdict) =>
      bill?.lines.some(({ resource }) => resource === 'gce/e2/memory') ?? false
    expect(advice.verdicts.filter(uses).map(({ candidate }) => candidate.name)).toEqual([
      'gce vm e2-standard-2 us-central1',
    ])
    for (const before of advice.verdicts) {
      const after = less.verdicts.find(({ candidate }) => candidate.name === before.candidate.name)
      if (!uses(before)) expect(after).toEqual(before)
      else {
        expect(after).toMatchObject({ outcome: 'unpriced', usdPerMonth: null, latencyMs: before.latencyMs })
        expect(after?.reasons.join()).toContain('gce/e2/memory')
        expect(after?.bill?.missing.map(({ resource }) => resource)).toEqual(['gce/e2/memory'])
      }
    }
    expect(less.cheapest).toBe(advice.cheapest)
  })

  test('makes the cheapest unpriced, and another one cheapest, when the price of the cheapest is removed', async () => {
    const book = readJson<PriceBook>('src/pricing/books/google-cloud.json')
    const cheapest = advice.verdicts.find(({ candidate }) => candidate.name === advice.cheapest)
    const used = new Set(cheapest?.bill?.lines.map(({ resource }) => resource))
    const prices = book.prices.filter(({ resource }) => !used.has(resource))
    const file = write('less.json', JSON.stringify({ ...book, prices }))
    const { stdout } = await plimsoll(['advise', out, '--json', '--book', file])
    const less = JSON.parse(stdout) as Advice
    expect(less.cheapest).not.toBe(advice.cheapest)
    expect(less.verdicts.find(({ candidate }) => candidate.name === advice.cheapest)).toMatchObject({
      outcome: 'unpriced',
      usdPerMonth: null,
    })
  })

  test('keeps the run that was in its folder under another name', async () => {
    const before = readFileSync(join(out, 'run.json'), 'utf8')
    const { code, stderr } = await plimsoll(['run', scenario, '--out', out])
    expect(code).toBe(0)
    const kept = readdirSync(out).filter((name) => /^run-.*\.json$/.test(name))
    expect(kept).toHaveLength(1)
    expect(stderr).toContain(`the run that was in ${out} is now ${kept[0]}`)
    expect(readFileSync(join(out, kept[0] ?? ''), 'utf8')).toBe(before)
    expect(readdirSync(out).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('is finished already for --resume, which loads nothing again', async () => {
    const before = readFileSync(join(out, 'run.json'), 'utf8')
    const { code, stderr } = await plimsoll(['run', scenario, '--out', out, '--resume'])
    expect(code).toBe(0)
    expect(stderr).not.toContain('[1/')
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toEqual(JSON.parse(before))
  })

  test('goes to reports/<scenario>-<time> unless told otherwise', async () => {
    const { code } = await plimsoll(['run', scenario], { cwd: folder })
    expect(code).toBe(0)
    const [name = ''] = readdirSync(join(folder, 'reports'))
    expect(name).toMatch(/^small-\d{8}-\d{6}$/)
    expect(readdirSync(join(folder, 'reports', name)).sort()).toEqual([
      'report.html',
      'report.md',
      'run.json',
    ])
  })
})

describe('a scenario that no candidate can meet', () => {
  test('exits 0, or 1 with --fail-unmet, and names no cheapest', async () => {
    const impossible = write('impossible.yaml', smallScenario({ slo: 'p50: 1us' }))
    const place = join(folder, 'impossible')
    const run = await plimsoll(['run', impossible, '--out', place, '--json', '--fail-unmet'])
    expect(run.code).toBe(1)
    const advice = JSON.parse(run.stdout) as Advice
    expect([advice.cheapest, advice.ties]).toEqual([null, []])
    expect(advice.verdicts.every(({ outcome }) => outcome === 'misses' || outcome === 'refused')).toBe(true)
    const [unasked, asked] = await Promise.all(
      [[], ['--fail-unmet']].map((more) => plimsoll(['advise', place, ...more])),
    )
    expect([unasked?.code, asked?.code]).toEqual([0, 1])
  })
})

describe('deployments that already run', () => {
  const seen: (string | undefined)[] = []
  let server: Server
  let open = ''
  let closed = ''

  beforeAll(async () => {
    server = createServer((request, reply) => {
      seen.push(request.headers.authorization)
      request.resume().on('end', () => setTimeout(() => reply.end('{"predictions":[[0.1,0.9]]}'), 5))
    })
    const gone = createServer()
    for (const each of [server, gone])
      await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))
    const urlOf = (each: Server) => `http://127.0.0.1:${(each.address() as AddressInfo).port}/predict`
    open = urlOf(server)
    closed = urlOf(gone)
    await new Promise((resolve) => gone.close(resolve))
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const entry = (url: string, cpu: number) =>
    `platform: cloud-run, cpu: ${cpu}, memory: 2Gi, url: "${url}", tokenEnv: PLIMSOLL_TEST_TOKEN`
  const token = 'tok-3f9a2c-not-to-be-seen'

  test('need their token before anything is loaded', async () => {
    const file = write('token.yaml', smallScenario({ more: [entry(open, 1)] }))
    const { code, stdout, stderr } = await plimsoll(['run', file, '--out', join(folder, 'token')], {
      env: { PLIMSOLL_TEST_TOKEN: '' },
    })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('environment variable PLIMSOLL_TEST_TOKEN is not set')
    expect(stderr).not.toContain('[1/')
    expect(seen).toEqual([])
  })

  test('are measured through their url, or untested with the reason, and their token is never shown', async () => {
    const place = join(folder, 'urls')
    const file = write(
      'urls.yaml',
      smallScenario({ more: [entry(open, 1), entry(closed, 2)], rate: '60 rps' }),
    )
    const run = await plimsoll(['run', file, '--out', place, '--json'], {
      env: { PLIMSOLL_TEST_TOKEN: token },
    })
    expect(run.code).toBe(0)
    const record = readJson<RunRecord>(place, 'run.json')
    const trials = new Map(record.trials.map((trial) => [trial.candidate, trial]))
    const { verdicts } = JSON.parse(run.stdout) as Advice
    const of = (url: string) => verdicts.find(({ candidate }) => candidate.url === url)

    const measured = of(open)
    const trial = trials.get(measured?.candidate.name ?? '')
    expect(measured?.evidence).toBe('measured')
    expect(measured?.candidate.name).toContain(`@${new URL(open).host}/predict`)
    expect(trial).toMatchObject({ status: 'measured', measurement: { counts: { due: 368, ok: 368 } } })
    if (trial?.status === 'measured') expect(trial.measurement.serviceMs.p50).toBeGreaterThanOrEqual(4)
    // The proof, the warm-up, and as many as none failing takes to show that errors stay under 1%.
    expect(seen).toHaveLength(1 + 5 + 368)
    expect(new Set(seen)).toEqual(new Set([`Bearer ${token}`]))

    const failed = of(closed)
    expect(failed).toMatchObject({ outcome: 'untested', usdPerMonth: null, latencyMs: null })
    expect(failed?.reasons.join()).toContain('ECONNREFUSED')
    expect(trials.get(failed?.candidate.name ?? '')?.status).toBe('failed')

    const table = await plimsoll(['advise', place])
    const files = readdirSync(place).map((name) => readFileSync(join(place, name), 'utf8'))
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const text of [run.stdout, run.stderr, table.stdout, ...files]) expect(text).not.toContain(token)
  })

  test('keep a token secret that no header can hold', async () => {
    const place = join(folder, 'odd-token')
    const file = write('odd.yaml', smallScenario({ more: [entry(open, 1)], rate: '60 rps' }))
    const run = await plimsoll(['run', file, '--out', place, '--json'], {
      env: { PLIMSOLL_TEST_TOKEN: `${token}\nodd` },
    })
    expect(run.code).toBe(0)
    const { verdicts } = JSON.parse(run.stdout) as Advice
    expect(verdicts.find(({ candidate }) => candidate.url === open)?.outcome).toBe('untested')
    const files = readdirSync(place).map((name) => readFileSync(join(place, name), 'utf8'))
    for (const text of [run.stdout, run.stderr, ...files]) expect(text).not.toContain(token)
  })
})

describe('files that cannot be used', () => {
  test('a file in place of the output folder fails the run with one line and exit 3', async () => {
    const taken = write('taken', 'a file')
    const { code, stdout, stderr } = await plimsoll(['run', scenario, '--out', taken])
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/^failed: cannot write .*taken/)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(readFileSync(taken, 'utf8')).toBe('a file')
  })

  test.each([
    ['not JSON', '{"schemaVersion": 1,', 'is not JSON'],
    ['of a later version', '{"schemaVersion": 2}', 'schema version 2'],
    ['no run', '{"schemaVersion": 1}', 'not a saved run'],
    ['null', 'null', 'not a saved run'],
  ])('a run.json that is %s is a user error', async (_, content, message) => {
    const file = write('odd.json', content)
    const { code, stdout, stderr } = await plimsoll(['advise', file])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('a run or a price book that is not there is a user error', async () => {
    const run = await plimsoll(['advise', join(folder, 'nowhere')])
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('does not exist')])
    const book = await plimsoll([
      'run',
      scenario,
      '--out',
      join(folder, 'no-book'),
      '--book',
      join(folder, 'none.json'),
    ])
    expect([book.code, book.stderr]).toEqual([2, expect.stringContaining('no such price book')])
    expect(existsSync(join(folder, 'no-book'))).toBe(false)
  })
})
