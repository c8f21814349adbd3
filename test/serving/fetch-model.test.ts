import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloudStorage } from '../../src/serving/cloud-storage.ts'
import { fetchModel } from '../../src/serving/fetch-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fetch-'))
/** A model that names a file beside it, as far as those who look for one care. */
const outside = Buffer.concat([
  Buffer.from([0x0a, 8]),
  Buffer.from('location'),
  Buffer.from([0x12, 9]),
  Buffer.from('big.bytes'),
])
const objects = new Map([
  ['one/net.onnx', Buffer.from('a model')],
  ['two/net.onnx', outside],
  ['two/big.bytes', Buffer.from('its tensors')],
  ['many/a.onnx', Buffer.from('a')],
  ['many/b.onnx', Buffer.from('b')],
  ['bad/net.onnx', Buffer.from('x')],
  ['bad/../../etc/passwd', Buffer.from('x')],
])
const asked: string[] = []
let failures = 0

/** Cloud Storage and the metadata server, as far as a model's way needs them. */
const fake = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://fake')
  asked.push(`${url.pathname} ${request.headers.authorization ?? ''}`)
  if (url.pathname.startsWith('/computeMetadata')) return response.end('{"access_token":"secret"}')
  if (failures-- > 0) return response.writeHead(503).end()
  const name = decodeURIComponent(url.pathname.split('/o/')[1] ?? '')
  if (name === '') {
    const found = [...objects.keys()].filter((each) => each.startsWith(url.searchParams.get('prefix') ?? ''))
    const first = Number(url.searchParams.get('pageToken') ?? 0)
    const items = found.slice(first, first + 1).map((each) => ({ name: each }))
    return response.end(
      JSON.stringify({ items, ...(first + 1 < found.length && { nextPageToken: String(first + 1) }) }),
    )
  }
  if (name === 'secret.onnx') return response.writeHead(403).end()
  const bytes = objects.get(name)
  return bytes ? response.end(bytes) : response.writeHead(404).end()
})
let env: Record<string, string>
beforeAll(async () => {
  await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve))
  env = { STORAGE_EMULATOR_HOST: `http://127.0.0.1:${(fake.address() as AddressInfo).port}` }
})
afterAll(() => {
  fake.close()
  rmSync(folder, { recursive: true })
})
const fetched = (uri: string) => fetchModel(uri, mkdtempSync(join(folder, 'm-')), cloudStorage(env))

describe('a model in Cloud Storage', () => {
  it('is fetched by its name, with the files that it names', async () => {
    expect(readFileSync(await fetched('gs://b/one/net.onnx'), 'utf8')).toBe('a model')
    const path = await fetched('gs://b/two/net.onnx')
    expect(readFileSync(join(path, '../big.bytes'), 'utf8')).toBe('its tensors')
  })

  it('is found in a folder, over as many pages as it takes', async () => {
    for (const uri of ['gs://b/two/', 'gs://b/two']) {
      const path = await fetched(uri)
      expect(readFileSync(path)).toEqual(outside)
      expect(readFileSync(join(path, '../big.bytes'), 'utf8')).toBe('its tensors')
    }
  })

  it('is tried for again when the other side stumbles, and not for ever', async () => {
    failures = 2
    expect(readFileSync(await fetched('gs://b/one/net.onnx'), 'utf8')).toBe('a model')
    failures = 100
    await expect(fetched('gs://b/one/net.onnx')).rejects.toThrow(
      'gs://b/one/net.onnx cannot be fetched: HTTP 503',
    )
    failures = 0
  })

  it.each([
    ['gs://b/none/', 'there is no ONNX model at gs://b/none/'],
    ['gs://b/none.onnx', 'gs://b/none.onnx cannot be fetched: HTTP 404'],
    ['gs://b/secret.onnx', 'HTTP 403'],
    ['gs://b/many/', 'has 2 .onnx files'],
    ['gs://b/bad/', 'which is no name of a file'],
    ['gs:///x', 'is no gs://bucket/path'],
  ])('is not had from %s, and it says why', async (uri, message) => {
    await expect(fetched(uri)).rejects.toThrow(message)
  })

  it('is asked for with the token of the machine, which an emulator does not need', async () => {
    expect(asked.every((each) => each.endsWith(' '))).toBe(true)
    const host = new URL(env.STORAGE_EMULATOR_HOST ?? '').host
    const send: typeof fetch = (url, init) =>
      fetch(String(url).replace('https://storage.googleapis.com', `http://${host}`), init)
    for (const machine of [{ GCE_METADATA_HOST: host }, { CLOUDSDK_AUTH_ACCESS_TOKEN: 'mine' }]) {
      await fetchModel('gs://b/one/net.onnx', mkdtempSync(join(folder, 'm-')), cloudStorage(machine, send))
    }
    expect(asked.slice(-3)).toEqual([
      '/computeMetadata/v1/instance/service-accounts/default/token ',
      '/storage/v1/b/b/o/one%2Fnet.onnx Bearer secret',
      '/storage/v1/b/b/o/one%2Fnet.onnx Bearer mine',
    ])
  })
})
