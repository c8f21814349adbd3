import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localProfile } from '../fixtures/profile.ts'
import { runRecord } from '../fixtures/run.ts'
import { runAction } from './run-action.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-action-'))
const save = (name: string, content: object) => {
  writeFileSync(join(folder, name), JSON.stringify(content))
  return join(folder, name)
}
const base = save('base.json', runRecord())
const startUps = localProfile().startUps.map((each) => ({ ...each, totalMs: 4 * each.totalMs }))
const slow = save('slow.json', runRecord({ profile: localProfile({ startUps }) }))

let github: Server
let api = ''
const comments: { id: number; body: string }[] = []
const calls: string[] = []

beforeAll(async () => {
  github = createServer((request, reply) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text) => (body += text))
    request.on('end', () => {
      calls.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      if (request.method === 'POST') comments.push({ id: 7, body: JSON.parse(body).body })
      if (request.method === 'PATCH') Object.assign(comments[0] ?? {}, JSON.parse(body))
      reply.end(JSON.stringify(request.method === 'GET' ? comments : {}))
    })
  })
  await new Promise<void>((done) => github.listen(0, '127.0.0.1', done))
  api = `http://127.0.0.1:${(github.address() as AddressInfo).port}`
})

afterAll(() => {
  github.closeAllConnections()
  github.close()
  rmSync(folder, { recursive: true })
})

describe('the action', () => {
  test('fails the job on a regression, with the summary, the outputs, annotations and one comment', async () => {
    const inputs = { baseline: base, 'head-run': slow, comment: 'true' }
    const pull = { event: { pull_request: { number: 12 } }, api }
    const first = await runAction(join(folder, 'failed'), inputs, pull)
    expect(first.code).toBe(1)
    expect(first.outputs).toMatchObject({ outcome: 'failed', 'exit-code': '1' })
    expect(first.summary).toContain('## ❌ The gate failed')
    expect(first.log).toMatch(/^::error title=plimsoll gate%3A start-up failed::/m)
    expect(JSON.parse(readFileSync(first.outputs.report ?? '', 'utf8')).outcome).toBe('failed')
    for (const file of ['gate.xml', 'gate.html'])
      expect(existsSync(join(folder, 'failed/plimsoll-gate', file))).toBe(true)
    expect(comments).toEqual([{ id: 7, body: expect.stringContaining('The gate failed') }])

    const second = await runAction(join(folder, 'again'), { ...inputs, 'head-run': base }, pull)
    expect([second.code, second.outputs.outcome]).toEqual([0, 'passed'])
    expect(comments).toEqual([{ id: 7, body: expect.stringContaining('The gate passed') }])
    expect(calls.map((call) => call.split('?')[0]?.split(' Bearer')[0])).toEqual([
      'GET /repos/harbour/model/issues/12/comments',
      'POST /repos/harbour/model/issues/12/comments',
      'GET /repos/harbour/model/issues/12/comments',
      'PATCH /repos/harbour/model/issues/comments/7',
    ])
    expect(calls.every((call) => call.endsWith('Bearer token-of-the-run'))).toBe(true)
    expect(first.log).not.toContain('token-of-the-run')
  })

  test('leaves the job alone on what fail-on leaves out, and on what is inconclusive unless it says so', async () => {
    const excluded = await runAction(join(folder, 'cost'), {
      baseline: base,
      'head-run': slow,
      'fail-on': 'slo,cost',
    })
    expect([excluded.code, excluded.outputs.outcome]).toEqual([0, 'passed'])
    const unclear = { baseline: base, 'head-run': base, allow: 'p99: 1%' }
    const lenient = await runAction(join(folder, 'unclear'), unclear)
    expect([lenient.code, lenient.outputs.outcome]).toEqual([0, 'inconclusive'])
    expect(lenient.log).toContain('::warning title=plimsoll gate')
    const strict = await runAction(join(folder, 'strict'), {
      ...unclear,
      'fail-on': 'regression,inconclusive',
    })
    expect([strict.code, strict.outputs.outcome]).toEqual([1, 'failed'])
  })

  test('fails with the reason in the summary when nothing could be judged', async () => {
    const missing = { baseline: join(folder, 'none.json'), 'head-run': base, comment: 'true' }
    const { code, summary, outputs, log } = await runAction(join(folder, 'missing'), missing, { api })
    expect([code, outputs.outcome]).toEqual([2, 'error'])
    expect(summary).toContain('there is no baseline yet')
    expect(log).toContain('::error title=plimsoll gate::nothing was judged')
    expect(log).toContain('no comment: this run is of no pull request')
  })

  test('takes arguments on several lines, quoted where they hold spaces, and keeps gates of two names apart', async () => {
    const history = join(folder, 'a history')
    const inputs = {
      ...{ baseline: base, 'head-run': base, name: 'ocr-1', comment: 'true' },
      args: `--allow 'p50: 30%'\n--history "${history}"\n`,
    }
    const pull = { event: { pull_request: { number: 12 } }, api }
    comments.length = 0
    const { code, outputs, log } = await runAction(join(folder, 'named'), inputs, pull)
    expect([code, outputs.report]).toEqual([0, join(folder, 'named/plimsoll-gate-ocr-1/gate.json')])
    const { judgements } = JSON.parse(readFileSync(outputs.report ?? '', 'utf8'))
    expect(judgements).toContainEqual(expect.objectContaining({ metric: 'p50', allowed: 0.3 }))
    expect(readdirSync(history)).toHaveLength(1)
    expect(comments[0]?.body).toMatch(/^<!-- plimsoll gate ocr-1 -->\s+## ocr-1: /)
    expect(log).not.toContain('::error')
    for (const bad of [{ name: '../x' }, { args: "--allow 'p50" }]) {
      const refused = await runAction(join(folder, 'refused'), { ...inputs, ...bad })
      expect([refused.code, refused.log]).toEqual([
        2,
        expect.stringContaining('::error title=plimsoll gate::'),
      ])
    }
  })

  test('lets nothing that a server prints, or is called, be a command to the runner', async () => {
    const base = 'echo "::error::from the server" >&2; exit 7 # ::error::from the name'
    const { code, log } = await runAction(join(folder, 'commands'), { base, head: base })
    expect(code).toBe(3)
    const lines = log.split('\n')
    const token = lines.map((line) => /^::stop-commands::(.+)$/.exec(line)?.[1]).find(Boolean)
    const [from, to] = [lines.indexOf(`::stop-commands::${token}`), lines.indexOf(`::${token}::`)]
    const outside = [...lines.slice(0, from), ...lines.slice(to)].join('\n')
    expect(lines.slice(from, to).join('\n')).toContain('::error::from the server')
    expect(outside).not.toContain('from the')
  })

  test('passes where there was no baseline and one is kept, and says so in the summary and the report', async () => {
    const kept = join(folder, 'kept')
    const inputs = { baseline: kept, 'head-run': base, args: '--save-baseline' }
    const { code, outputs, summary } = await runAction(join(folder, 'first'), inputs)
    expect([code, outputs.outcome]).toEqual([0, 'passed'])
    expect(summary).toContain('There was no baseline')
    expect(JSON.parse(readFileSync(outputs.report ?? '', 'utf8'))).toMatchObject({ judgements: [] })
    expect(readFileSync(join(kept, 'run.json'), 'utf8')).toBe(readFileSync(base, 'utf8'))
  })
})
