import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { ServerCredentials, status } from '@grpc/grpc-js'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { PriceBook } from '../../src/core/bill.ts'
import type { RawSku } from '../../src/pricing/catalog/read-sku.ts'
import type { ServiceKey } from '../../src/pricing/catalog/services.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { selfSigned } from '../load/self-signed.ts'
import { catalogOf } from '../pricing/catalog/catalog-of-book.ts'
import { type Fault, startFakeCatalog } from '../pricing/catalog/fake-catalog.ts'
import { rawSku } from '../pricing/catalog/skus.ts'
import { plimsoll, readJson, start } from './plimsoll.ts'

let builtIn: PriceBook
let listed: Record<ServiceKey, RawSku[]>

beforeAll(async () => {
  builtIn = await loadPriceBook()
  listed = catalogOf(builtIn)
})

/** A fake catalogue, a data directory of its own, and the program told of both. */
async function setUp(
  { skus = listed, fault = (): Fault | undefined => undefined } = {} as {
    skus?: Partial<Record<ServiceKey, readonly RawSku[]>>
    fault?: (count: number) => Fault | undefined
  },
) {
  const server = await startFakeCatalog({ listed: skus, pageSize: 400, fault })
  onTestFinished(server.close)
  const home = temporaryFolder()
  const env = { XDG_DATA_HOME: home, GOOGLE_API_KEY: '' }
  const file = join(home, 'plimsoll', 'prices', 'google-cloud.json')
  const args = ['prices', 'sync', '--endpoint', `http://127.0.0.1:${server.port}`]
  const writeOld = () => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify({ ...builtIn, date: '2026-10-01' }))
    return readFileSync(file, 'utf8')
  }
  return {
    server,
    env,
    file,
    args,
    writeOld,
    sync: (...more: string[]) => plimsoll([...args, ...more], { env }),
  }
}

/** The catalogue with another price for one SKU. */
function repriced(usd: string): Partial<Record<ServiceKey, readonly RawSku[]>> {
  const dear = rawSku({
    id: '88B8-C3ED-03F0',
    description: 'Nvidia Tesla T4 GPU running in Americas',
    usd,
    regions: ['us-central1'],
  })
  return {
    ...listed,
    'compute-engine': listed['compute-engine'].map((sku) => (sku.skuId === dear.skuId ? dear : sku)),
  }
}

describe('plimsoll prices sync', () => {
  test('writes a dated book into the data directory, shows its progress, and says what it found', async () => {
    const { file, sync } = await setUp()
    const { code, stdout, stderr } = await sync()
    expect([code, stderr]).toEqual([0, expect.stringContaining('reading Compute Engine: 1 page, 400 SKUs\n')])
    const book = readJson<PriceBook>(file)
    expect(book.date).toMatch(/^2\d{3}-\d\d-\d\d$/)
    expect(stdout).toContain(`Cloud Billing Catalog, read ${book.date}`)
    expect(stdout).toContain(`written: ${file}`)
    expect(stdout).toMatch(/^ +1,\d{3} {2}prices found$/m)
    expect(stdout).toContain('kept with their old date')
    expect(await loadPriceBook(file)).toEqual(book)
    expect(readdirSync(dirname(file))).toEqual(['google-cloud.json'])
  })

  test('prints one JSON document with every figure', async () => {
    const { file, sync } = await setUp()
    const { code, stdout } = await sync('--json')
    const report = JSON.parse(stdout) as Record<string, unknown>
    expect(code).toBe(0)
    expect(report).toMatchObject({
      schemaVersion: 1,
      written: true,
      file,
      before: { origin: 'built-in', date: builtIn.date },
      refused: [],
      unknown: [],
    })
    expect(report.matched).toBeGreaterThan(1000)
    expect(report.skus).toHaveLength(6)
  })

  test('carries on from page to page when the server stumbles, without an API key in sight', async () => {
    const fault = (count: number): Fault | undefined =>
      count === 2 ? { code: status.UNAVAILABLE, details: 'try later' } : undefined
    const { server, sync } = await setUp({ fault })
    const { code, stderr } = await sync()
    expect(code).toBe(0)
    expect(stderr).toMatch(/page 2 of Compute Engine: try later; again in \d\.\d s, 4 tries left/)
    expect(server.requests.slice(0, 3).map(({ pageToken }) => pageToken)).toEqual(['', '400', '400'])
  })

  test('asks for a yes when a price changed by more than a quarter, and leaves the old book without one', async () => {
    const { file, sync, writeOld } = await setUp({ skus: repriced('0.7') })
    const old = writeOld()
    const refused = await sync()
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('changed by more than 25%; nothing was written'),
    ])
    expect(refused.stderr).toContain('plimsoll prices sync --yes')
    expect(refused.stdout).toContain(
      'gce/gpu/nvidia-tesla-t4 in us-central1: 0.35 to 0.7 USD per GPU-hour (+100.0%)',
    )
    expect(refused.stdout).toContain(`not written: ${file}`)
    expect(readFileSync(file, 'utf8')).toBe(old)

    expect((await sync('--yes')).code).toBe(0)
    const price = readJson<PriceBook>(file).prices.find((each) => each.sku.id === '88B8-C3ED-03F0')
    expect(price?.tiers).toEqual([{ from: '0', usd: '0.7' }])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'half way interrupted by %s exits 130 and leaves the old book',
    async (signal) => {
      const { server, env, file, args, writeOld } = await setUp({
        fault: (count) => (count === 3 ? 'hang' : undefined),
      })
      const old = writeOld()
      const { child, finished } = start(args, { env })
      await server.untilRequests(3)
      child.kill(signal)
      const { code, stdout, stderr } = await finished
      expect([code, stdout]).toEqual([130, ''])
      expect(stderr).toContain(`interrupted by ${signal}; the price book in force is unchanged`)
      expect(readFileSync(file, 'utf8')).toBe(old)
      expect(readdirSync(dirname(file))).toEqual(['google-cloud.json'])
    },
  )

  test('is interrupted while it waits to try again, too', async () => {
    const { env, args } = await setUp({
      fault: () => ({ code: status.RESOURCE_EXHAUSTED, details: 'quota' }),
    })
    const { child, said, finished } = start(args, { env })
    await said('again in')
    child.kill('SIGINT')
    expect((await finished).code).toBe(130)
  })

  test('without a network says what failed and what to do, and leaves the old book', async () => {
    const { file, env, writeOld } = await setUp()
    const old = writeOld()
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const args = ['prices', 'sync', '--endpoint', `http://127.0.0.1:${port}`, '--retries', '0']
    const { code, stdout, stderr } = await plimsoll(args, { env })
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(
      /^failed: the Cloud Billing Catalog could not be read \(page 1 of Compute Engine\): .*ECONNREFUSED/,
    )
    expect(stderr).toContain('check the network and the proxy')
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(readFileSync(file, 'utf8')).toBe(old)
  })

  test('without credentials says how to get some', async () => {
    const home = temporaryFolder()
    const env = {
      HOME: home,
      XDG_DATA_HOME: home,
      CLOUDSDK_CONFIG: home,
      GOOGLE_API_KEY: '',
      GOOGLE_APPLICATION_CREDENTIALS: '',
      // Nobody to ask for the credentials of a machine, either.
      METADATA_SERVER_DETECTION: 'none',
    }
    const { code, stderr } = await plimsoll(['prices', 'sync', '--endpoint', '127.0.0.1:1'], { env })
    expect([code, stderr]).toEqual([2, expect.stringContaining('gcloud auth application-default login')])
    expect(stderr).toContain('GOOGLE_API_KEY')
  })

  test.each([
    [['--api-key-env', 'NO_SUCH_KEY'], 'the environment variable NO_SUCH_KEY holds no API key'],
    [['--retries', 'many'], '--retries many is no count'],
    [['--endpoint', 'http://10.1.2.3:80'], 'is not encrypted'],
  ])('refuses %j', async (more, message) => {
    const { code, stderr } = await plimsoll(['prices', 'sync', ...more], {
      env: { XDG_DATA_HOME: temporaryFolder() },
    })
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('over TLS', () => {
  const KEY = 'AIza-not-a-real-key'

  async function secured(fault: () => Fault | undefined) {
    const { key, cert } = selfSigned
    const credentials = ServerCredentials.createSsl(null, [
      { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) },
    ])
    const server = await startFakeCatalog({ listed, credentials, fault })
    onTestFinished(server.close)
    const home = temporaryFolder()
    const ca = join(home, 'ca.pem')
    writeFileSync(ca, cert)
    const args = [
      'prices',
      'sync',
      '--endpoint',
      `localhost:${server.port}`,
      '--api-key-env',
      'MY_KEY',
      '--retries',
      '0',
    ]
    const env = { XDG_DATA_HOME: home, MY_KEY: KEY, no_proxy: 'localhost' }
    return { server, args, env, ca }
  }

  test('the API key reaches the catalogue, and nothing else', async () => {
    const { server, args, env, ca } = await secured(() => undefined)
    const { code, stdout, stderr } = await plimsoll(args, {
      env: { ...env, NODE_EXTRA_CA_CERTS: ca, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: '' },
    })
    expect(code).toBe(0)
    expect(server.headers('x-goog-api-key')[0]).toBe(KEY)
    expect(
      stdout + stderr + readFileSync(join(env.XDG_DATA_HOME, 'plimsoll/prices/google-cloud.json'), 'utf8'),
    ).not.toContain(KEY)
  })

  test('an error that repeats the key is shown without it', async () => {
    const fault = () => ({ code: status.INVALID_ARGUMENT, details: `API key not valid: ${KEY}` })
    const { args, env, ca } = await secured(fault)
    const { code, stdout, stderr } = await plimsoll(args, {
      env: { ...env, NODE_EXTRA_CA_CERTS: ca, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: '' },
    })
    expect([code, stderr]).toEqual([2, expect.stringContaining('API key not valid: (secret)')])
    expect(stdout + stderr).not.toContain(KEY)
  })

  test('a certificate that nobody vouches for ends it, and the key never leaves', async () => {
    const { server, args, env } = await secured(() => undefined)
    const { code, stderr } = await plimsoll(args, { env })
    expect([code, stderr]).toEqual([3, expect.stringContaining('NODE_EXTRA_CA_CERTS')])
    expect(server.requests).toEqual([])
  })
})
