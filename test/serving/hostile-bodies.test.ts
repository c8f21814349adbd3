import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { type LocalServer, startLocalServer } from '../../src/serving/local-server.ts'
import { ROWS, writeTinyModel } from './tiny-model.ts'

const COUNT = 10_000
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-hostile-'))
const agent = new Agent({ keepAlive: true, maxSockets: 16 })
const random = seededRandom(7)
const below = (limit: number) => Math.floor(random() * limit)
const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T

let server: LocalServer
beforeAll(async () => {
  const modelPath = writeTinyModel(folder, 'm', ROWS)
  server = await startLocalServer({
    modelPath,
    threads: 1,
    maxBatch: 4,
    signal: new AbortController().signal,
  })
})
afterAll(async () => {
  agent.destroy()
  await server.stop()
  rmSync(folder, { recursive: true })
})

interface Hostile {
  readonly path: string
  readonly body: Buffer
  readonly headers?: Record<string, string>
}

const ROUTES = { vertex: '/predict', tensorflow: '/v1/models/m:predict', infer: '/v2/models/m/infer' }
const signal = [1, 2, 3, 4, 5]
const sensor = [
  [1, 2],
  [3, 4],
]
const GOOD = {
  [ROUTES.vertex]: JSON.stringify({ instances: [{ signal, sensor }] }),
  [ROUTES.tensorflow]: JSON.stringify({ inputs: { signal: [signal], sensor: [sensor] } }),
  [ROUTES.infer]: JSON.stringify({
    inputs: [
      { name: 'signal', shape: [1, 5], datatype: 'FP32', data: signal },
      { name: 'sensor', shape: [1, 2, 2], datatype: 'FP32', data: sensor.flat() },
    ],
  }),
}
const anyRoute = () => pick(Object.values(ROUTES))

/** A good body with a part of it replaced. */
function spoilt(replace: (body: string) => string | Buffer): Hostile {
  const path = anyRoute()
  return { path, body: Buffer.from(replace(GOOD[path] ?? '')) }
}

function replaceNumber(body: string, by: string): string {
  const numbers = [...body.matchAll(/\d+/g)]
  const { 0: text, index } = pick(numbers)
  return body.slice(0, index) + by + body.slice(index + text.length)
}

const repeat = (text: string, most: number) => text.repeat(1 + below(most))

/** Every way in which a body may be bad. */
const FAMILIES: readonly (() => Hostile)[] = [
  // Truncated, and cut in the middle.
  () => spoilt((body) => body.slice(0, below(body.length))),
  () => spoilt((body) => body.slice(below(body.length))),
  // Nothing but bytes, in part or whole: not UTF-8.
  () => ({ path: anyRoute(), body: Buffer.from(Array.from({ length: below(200) }, () => below(256))) }),
  () =>
    spoilt((body) => {
      const bytes = Buffer.from(body)
      bytes[below(bytes.length)] = 128 + below(128)
      return bytes
    }),
  () =>
    spoilt((body) =>
      body.replace('signal', () => `sig${pick(['\\ud800', '\\u0000', '\\x', '\u0001', '\\'])}nal`),
    ),
  // Deep.
  () => ({ path: anyRoute(), body: Buffer.from(repeat(pick(['[', '{"a":', '[[{"instances":']), 5000)) }),
  () => spoilt((body) => replaceNumber(body, '['.repeat(500) + ']'.repeat(500))),
  () => spoilt((body) => body.replace('{', `{"deep":${'['.repeat(below(200))},`)),
  // Numbers that are none, or not of this type.
  () =>
    spoilt((body) =>
      replaceNumber(body, pick(['NaN', 'Infinity', '-Infinity', 'nan', 'null', 'true', '"1"', '{}', '[]'])),
    ),
  () =>
    spoilt((body) =>
      replaceNumber(
        body,
        pick(['1e999', '-1e39', '01', '1.', '.5', '+1', '1e', '0x10', '1_000', '--1', '9'.repeat(400)]),
      ),
    ),
  // Shapes and types.
  () =>
    spoilt((body) =>
      body.replace(/FP32/, pick(['FP64', 'INT8', 'BYTES', 'fp32', '', 'constructor', '__proto__'])),
    ),
  () =>
    spoilt((body) =>
      body.replace(
        /\[1,5\]/,
        pick([
          '[5,1]',
          '[5]',
          '[]',
          '[-1,5]',
          '[1,5e9]',
          '[1e300,5]',
          '[0,5]',
          '"5"',
          '[1.5,5]',
          '[9007199254740993,5]',
        ]),
      ),
    ),
  () => spoilt((body) => body.replace('1,2', pick(['1', '1,2,3', '[1],2', '1,[2]', '', ',', '1,,2']))),
  // Names, and keys that mean something to JavaScript.
  () =>
    spoilt((body) =>
      body.replace(
        /"(signal|sensor)"/,
        pick(['"__proto__"', '"constructor"', '"toString"', '""', '"signal "']),
      ),
    ),
  () =>
    spoilt((body) =>
      body.replace('{', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},'),
    ),
  () => spoilt((body) => body.replace(/^\{/, `{${body.slice(1, -1)},`)),
  () => spoilt((body) => body.replace(/"signal":/, '"signal":[],"signal":')),
  // Raw tensors of which more or less is said than is there.
  () => {
    const size = pick([0, 4, 19, 20, 21, 1e9, 2 ** 53, -1])
    const inputs = [
      { name: 'signal', shape: [1, 5], datatype: 'FP32', parameters: { binary_data_size: size } },
    ]
    const json = JSON.stringify({ inputs })
    const length = pick([json.length, json.length + 1, json.length - 1, 0, 10 ** 9])
    const headers = { 'inference-header-content-length': pick([String(length), '-1', 'x', '1e3', ' ']) }
    return {
      path: ROUTES.infer,
      body: Buffer.concat([Buffer.from(json), Buffer.alloc(below(40), below(256))]),
      headers,
    }
  },
  // Base64 that is none, or of another length.
  () => {
    const b64 = pick(['', '=', '!!!!', 'AAAA', 'A'.repeat(below(100)), Buffer.alloc(20).toString('base64')])
    const shape = pick([[1, 5], [5], [0], [1e9, 1e9], ['a'], null, {}, [1, 5, 1]])
    return {
      path: ROUTES.vertex,
      body: Buffer.from(JSON.stringify({ instances: [{ signal: { b64, shape }, sensor }] })),
    }
  },
  // Packed bodies that are not, or are far larger than they look.
  () => ({
    path: anyRoute(),
    body: Buffer.alloc(50, below(256)),
    headers: { 'content-encoding': pick(['gzip', 'deflate', 'br', 'x']) },
  }),
  // Many of everything.
  () => ({ path: ROUTES.vertex, body: Buffer.from(`{"instances":[${repeat('{},', 2000)}{}]}`) }),
  () => ({ path: ROUTES.infer, body: Buffer.from(`{"inputs":[${repeat('{"name":"signal"},', 2000)}{}]}`) }),
  () =>
    spoilt((body) =>
      body.replace('{', `{${Array.from({ length: below(500) }, (_, index) => `"k${index}":0,`).join('')}`),
    ),
  () => spoilt((body) => body.replace('signal', 'x'.repeat(below(20_000)))),
]

/** Some are large: a flat list, a long string, much white space. */
function huge(index: number): Hostile {
  const size = 2_000_000
  const texts = [
    '1,'.repeat(size / 2),
    `"${'x'.repeat(size)}"`,
    ' '.repeat(size),
    `${'[1],'.repeat(size / 4)}1`,
  ]
  return { path: anyRoute(), body: Buffer.from(`{"instances":[${texts[index % texts.length]}]}`) }
}

interface Reply {
  readonly status: number
  readonly text: string
}

function post({ path, body, headers = {} }: Hostile): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      port: server.port,
      host: '127.0.0.1',
      path,
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': body.length },
    }
    const sent = request(options, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('error', reject)
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

it('ten thousand hostile bodies are each answered, and leave the server as it was', async () => {
  const statuses = new Map<number, number>()
  const expected = new Map<string, string>()
  for (const [path, body] of Object.entries(GOOD)) {
    expected.set(path, (await post({ path, body: Buffer.from(body) })).text)
  }
  let sent = 0
  const sendUpTo = async (count: number) => {
    while (sent < count) {
      const index = sent++
      const family = FAMILIES[index % FAMILIES.length]
      const hostile = index % 500 === 7 || !family ? huge(Math.floor(index / 500)) : family()
      const { status, text } = await post(hostile)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const refused = status >= 400 && status < 500 && typeof JSON.parse(text).error === 'string'
      if (status !== 200 && !refused) {
        throw new Error(`${status} ${text.slice(0, 200)} to ${hostile.body.toString('latin1').slice(0, 300)}`)
      }
      if (index % 50 > 0) continue
      const path = anyRoute()
      expect((await post({ path, body: Buffer.from(GOOD[path] ?? '') })).text).toBe(expected.get(path))
    }
  }
  const send = (count: number) => Promise.all(Array.from({ length: 16 }, () => sendUpTo(count)))
  await send(COUNT / 2)
  const halfwayMib = await server.rssMib()
  await send(COUNT)
  // The largest resident set so far, in which the second half finds room where the first half did.
  expect(await server.rssMib()).toBeLessThan(halfwayMib + 48)
  expect([...statuses.keys()].sort()).toEqual([200, 400, 415])
  expect(statuses.get(400)).toBeGreaterThan(COUNT * 0.8)
})
