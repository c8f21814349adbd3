import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { status } from '@grpc/grpc-js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { UserError, WorldError } from '../../../src/core/errors.ts'
import { type FetchEvent, fetchSkus } from '../../../src/pricing/catalog/fetch-skus.ts'
import { type Catalog, openCatalog } from '../../../src/pricing/catalog/open-catalog.ts'
import { type Fault, startFakeCatalog } from './fake-catalog.ts'
import { rawSku } from './skus.ts'

const SKUS = Array.from({ length: 12 }, (_, index) =>
  rawSku({ id: `SKU-${index}`, description: `E2 Instance Core running in place ${index}`, usd: '0.02' }),
)
const INTERNAL: Fault = { code: status.INTERNAL, details: 'backend error' }
const UNAVAILABLE: Fault = { code: status.UNAVAILABLE, details: '502 bad gateway' }
const QUOTA: Fault = { code: status.RESOURCE_EXHAUSTED, details: 'requests per minute' }

type Faults = (count: number) => Fault | undefined

/** Pages of five from a server that fails as `fault` says; nothing is waited for, the delays are kept. */
async function fetching(fault: Faults = () => undefined, skus = SKUS, retries = 4) {
  const server = await startFakeCatalog({ listed: { 'compute-engine': skus }, pageSize: 5, fault })
  const catalog = await openCatalog({ endpoint: `http://127.0.0.1:${server.port}` })
  onTestFinished(async () => {
    await catalog.close()
    await server.close()
  })
  const events: FetchEvent[] = []
  const delays: number[] = []
  const controller = new AbortController()
  const patience = {
    retries,
    random: () => 0.5,
    sleep: async (ms: number) => {
      delays.push(ms)
    },
  }
  const run = () =>
    fetchSkus(catalog, 'compute-engine', patience, controller.signal, (event) => events.push(event))
  return { server, events, delays, controller, run }
}

describe('fetching the SKUs of a service', () => {
  test('reads every page once, in order, and tells of each', async () => {
    const { server, events, run } = await fetching()
    expect((await run()).map(({ skuId }) => skuId)).toEqual(SKUS.map(({ skuId }) => skuId))
    expect(server.requests.map(({ pageToken }) => pageToken)).toEqual(['', '5', '10'])
    expect(server.requests[0]).toMatchObject({
      parent: 'services/6F81-5844-456A',
      currencyCode: 'USD',
      pageSize: 5000,
    })
    expect(events).toEqual([
      { kind: 'page', service: 'Compute Engine', pages: 1, skus: 5 },
      { kind: 'page', service: 'Compute Engine', pages: 2, skus: 10 },
      { kind: 'page', service: 'Compute Engine', pages: 3, skus: 12 },
    ])
  })

  test.each([
    ['INTERNAL', INTERNAL],
    ['UNAVAILABLE', UNAVAILABLE],
    ['a cut connection in the middle of the page', 'cut'],
  ] as const)('tries a page in the middle again after %s, and only that page', async (_name, fault) => {
    const { server, delays, run } = await fetching((count) =>
      count === 2 || count === 3 ? fault : undefined,
    )
    expect(await run()).toHaveLength(12)
    expect(server.requests.map(({ pageToken }) => pageToken)).toEqual(['', '5', '5', '5', '10'])
    expect(delays).toEqual([750, 1500])
  })

  test('waits longer when the quota is spent, and as long as the server asks', async () => {
    const faults = [QUOTA, { ...QUOTA, retryAfterS: 37 }, { ...QUOTA, retryAfterS: 120 }]
    const { delays, events, run } = await fetching((count) => faults[count - 1])
    expect(await run()).toHaveLength(12)
    expect(delays).toEqual([6000, 37_000, 60_000])
    expect(events[0]).toEqual({
      kind: 'retry',
      reading: 'page 1 of Compute Engine',
      words: 'requests per minute',
      delayMs: 6000,
      left: 4,
    })
  })

  test('gives up after so many tries, and says what it was reading and what to do', async () => {
    const { server, delays, run } = await fetching((count) => (count > 1 ? UNAVAILABLE : undefined))
    const error = await run().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WorldError)
    expect(error).toMatchObject({
      message: 'the Cloud Billing Catalog could not be read (page 2 of Compute Engine): 502 bad gateway',
      hint: expect.stringContaining('the price book in force is unchanged'),
    })
    expect(server.requests).toHaveLength(6)
    expect(delays).toEqual([750, 1500, 3000, 6000])
  })

  test.each([
    [status.UNAUTHENTICATED, 'no credentials'],
    [status.PERMISSION_DENIED, 'Cloud Billing API has not been used in project 1 before'],
    [status.INVALID_ARGUMENT, 'API key not valid. Please pass a valid API key.'],
    [status.UNKNOWN, 'Getting metadata from plugin failed with error: invalid_grant'],
  ])('does not try again what the user has to mend: status %i, %s', async (code, details) => {
    const { server, run } = await fetching(() => ({ code, details }))
    const error = await run().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).problems[0]).toMatchObject({
      message: expect.stringContaining(details),
      hint: expect.stringContaining('GOOGLE_API_KEY'),
    })
    expect(server.requests).toHaveLength(1)
  })

  test('takes an empty list for an error: a wrong service id is answered with one', async () => {
    const { run } = await fetching(undefined, [])
    await expect(run()).rejects.toThrow('lists no SKU of Compute Engine (services/6F81-5844-456A)')
  })

  test('ends a request under way when it is interrupted', async () => {
    const { server, controller, run } = await fetching((count) => (count === 2 ? 'hang' : undefined))
    const running = run()
    await server.untilRequests(2)
    controller.abort(new Error('Ctrl-C'))
    await expect(running).rejects.toThrow('Ctrl-C')
  })

  test('bears the 502 of a proxy, which is no gRPC at all, as long as it may', async () => {
    const proxy = createServer((_request, reply) => {
      reply.writeHead(502, { 'content-type': 'text/html' }).end('<html>bad gateway</html>')
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const catalog = await openCatalog({
      endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    })
    onTestFinished(async () => {
      await catalog.close()
      proxy.close()
    })
    const patience = { retries: 2, random: () => 0, sleep: async () => undefined }
    const events: FetchEvent[] = []
    const { signal } = new AbortController()
    await expect(
      fetchSkus(catalog, 'compute-engine', patience, signal, (event) => events.push(event)),
    ).rejects.toThrow('502')
    expect(events.map(({ kind }) => kind)).toEqual(['retry', 'retry'])
  })

  test('does not take a mistake of this program for a failure of the network', async () => {
    const page = async () => {
      throw new TypeError('x is not a function')
    }
    const catalog: Catalog = { page, close: async () => undefined }
    const patience = { retries: 3, random: () => 0, sleep: async () => undefined }
    const { signal } = new AbortController()
    await expect(fetchSkus(catalog, 'vertex', patience, signal, () => undefined)).rejects.toThrow(TypeError)
  })

  test('does not go round for ever when the tokens do', async () => {
    const catalog: Catalog = {
      page: async (_service, token) => ({ skus: SKUS, next: token === 'a' ? 'b' : 'a' }),
      close: async () => undefined,
    }
    const patience = { retries: 0, random: () => 0, sleep: async () => undefined }
    const { signal } = new AbortController()
    await expect(fetchSkus(catalog, 'vertex', patience, signal, () => undefined)).rejects.toThrow(
      'repeats itself',
    )
  })
})

describe('the endpoint', () => {
  test.each(['http://cloudbilling.googleapis.com:443', 'http://10.0.0.1:80'])(
    'is not read in plain text over a network: %s',
    async (endpoint) => {
      await expect(openCatalog({ endpoint })).rejects.toThrow('is not encrypted')
    },
  )

  test.each(['', 'a b', 'ftp://host:1', 'host:99999', 'host:0', 'user@host:1'])(
    'is a host and a port, not %j',
    async (endpoint) => {
      await expect(openCatalog({ endpoint })).rejects.toThrow('is no place of an API')
    },
  )
})
