import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Credentials } from '../../src/cloud/credentials.ts'
import { openHeaders } from '../../src/cloud/url-headers.ts'
import { UserError } from '../../src/core/errors.ts'
import type { UrlAuth } from '../../src/core/url-auth.ts'
import { loadOpen } from '../../src/load/open-loop.ts'
import { measureUrl } from '../../src/run/measure-url.ts'
import { cloudRun } from '../fixtures/candidates.ts'
import { scenario } from '../fixtures/run.ts'
import { CANARY, FakeTokens } from './fake/fake-tokens.ts'

/** A deployment that looks at tokens and predicts. */
async function deployment(tokens: FakeTokens, audience: string | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const refused = tokens.refuse(request.headers.authorization, audience)
    request.resume().on('end', () => {
      response.writeHead(refused?.status ?? 200, { 'content-type': 'application/json' })
      response.end(refused ? refused.message : '{"predictions":[1]}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`
}

const ACCESS: UrlAuth = { kind: 'access-token' }
const payloads = [{ body: Buffer.from('{"instances":[1]}') }]

describe('tokens that expire in mid-load', () => {
  test.each([1, 2])('fail no request, with %i threads that send', async (workers) => {
    const tokens = new FakeTokens()
    // Two threads hear of a new token within a second.
    tokens.lifetimeMs = workers === 1 ? 1000 : 4000
    const url = await deployment(tokens, undefined)
    const live = await openHeaders(ACCESS, () => tokens.credentials())
    const durationS = workers === 1 ? 4 : 9
    const measurement = await loadOpen({
      ...{ url, payloads, workers, headers: live.now, durationS, connections: 50, timeoutMs: 5000, seed: 1 },
      arrival: { kind: 'constant', rps: 50 },
      signal: new AbortController().signal,
    })
    live.close()
    expect(tokens.minted.length).toBeGreaterThan(2)
    expect(measurement.counts.error).toBe(0)
    expect(measurement.counts.ok).toBe(measurement.counts.due)
  })
})

describe('a token that is revoked in mid-load', () => {
  test('ends the candidate with what is wrong, and no secret in it', async () => {
    const tokens = new FakeTokens()
    const url = await deployment(tokens, undefined)
    const live = await openHeaders(ACCESS, () => tokens.credentials())
    const trial = await measureUrl({
      candidate: { ...cloudRun(), url },
      scenario: scenario({ traffic: { rps: 200 } }),
      model: { inputs: [{ name: 'x', type: 'float32', shape: [1, 3] }] },
      signal: new AbortController().signal,
      notify: (event) => {
        if (event.kind === 'progress' && event.finished > 20) tokens.revoked = true
      },
      live,
    })
    live.close()
    expect(trial).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('refused in mid-load (401)'),
    })
    expect(JSON.stringify(trial)).not.toContain(CANARY)
  })
})

describe('what lets requests in', () => {
  const none = () => {
    throw new Error('no credentials are needed')
  }
  const headersOf = async (
    auth: UrlAuth,
    env: NodeJS.ProcessEnv = {},
    credentials: () => Credentials = none,
  ) => {
    const live = await openHeaders(auth, credentials, env)
    live.close()
    return live.now()
  }

  test('comes from an environment variable, a command, or nowhere', async () => {
    expect(await headersOf({ kind: 'none' })).toEqual({})
    expect(await headersOf({ kind: 'api-key', env: 'KEY' }, { KEY: 'k' })).toEqual({ 'x-goog-api-key': 'k' })
    expect(await headersOf({ kind: 'bearer', env: 'KEY' }, { KEY: 'k' })).toEqual({
      authorization: 'Bearer k',
    })
    const header = 'X-Key'
    expect(await headersOf({ kind: 'header', header, env: 'KEY' }, { KEY: 'k' })).toEqual({ 'x-key': 'k' })
    expect(await headersOf({ kind: 'header', header, command: 'echo k; echo more' })).toEqual({
      'x-key': 'k',
    })
  })

  test('is missed with what to do, and what a failing command says is not repeated', async () => {
    await expect(headersOf({ kind: 'api-key', env: 'KEY' })).rejects.toThrow(
      'environment variable KEY is not set',
    )
    const error = await headersOf({
      kind: 'header',
      header: 'x',
      command: `echo ${CANARY} >&2; exit 3`,
    }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UserError)
    expect(JSON.stringify(error)).not.toContain(CANARY)
    expect((error as Error).message).toBe('the command of headerCommand failed with 3')
  })
})
