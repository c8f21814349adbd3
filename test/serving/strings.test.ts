import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packStrings, unpackStrings } from '../../src/serving/string-elements.ts'
import { jsonOf, type Served, useServing } from './serving.ts'
import { ECHO_STRINGS, MIXED_STRINGS, writeTinyModel } from './tiny-model.ts'

const { folder, serve } = useServing()
const texts = ['héllo', '', '"\\\n', '日本語 🚢']
const echo = await serve(writeTinyModel(folder, 'echo-strings', ECHO_STRINGS), { maxBatch: 8, maxDelayMs: 2 })
const mixed = await serve(writeTinyModel(folder, 'mixed-strings', MIXED_STRINGS))
const [INFER, TENSORFLOW] = ['/v2/models/m/infer', '/v1/models/m:predict']
const post = (path: string, body: unknown, served: Served = echo) => served.post(path, JSON.stringify(body))
const encoded = (text: string) => ({ b64: Buffer.from(text).toString('base64') })
const kept = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'))

async function inferBinary(strings: Uint8Array, count: number) {
  const input = { name: 'x', shape: [count / 2, 2], datatype: 'BYTES' }
  const parameters = { binary_data_size: strings.length }
  const json = Buffer.from(
    JSON.stringify({ inputs: [{ ...input, parameters }], parameters: { binary_data_output: true } }),
  )
  const reply = await echo.post(INFER, new Uint8Array(Buffer.concat([json, strings])), {
    'inference-header-content-length': String(json.length),
  })
  const body = new Uint8Array(await reply.arrayBuffer())
  return { reply, body, raw: body.subarray(Number(reply.headers.get('inference-header-content-length'))) }
}

describe('strings in a real model', () => {
  it('are told as BYTES and DT_STRING', async () => {
    const served = await jsonOf(await fetch(echo.url('/v2/models/m')))
    expect(served.inputs).toEqual([{ name: 'x', datatype: 'BYTES', shape: [-1, 2] }])
    const { metadata } = await jsonOf(await fetch(echo.url('/v1/models/m/metadata')))
    expect(metadata.signature_def.signature_def.serving_default.inputs.x.dtype).toBe('DT_STRING')
  })

  it('come back from the Open Inference Protocol as JSON', async () => {
    const inputs = [{ name: 'x', shape: [2, 2], datatype: 'BYTES', data: texts }]
    const { outputs } = await jsonOf(await post(INFER, { inputs }))
    expect(outputs).toEqual([{ name: 'y', datatype: 'BYTES', shape: [2, 2], data: texts }])
  })

  it('come back in binary with their lengths before them', async () => {
    const strings = packStrings(texts)
    expect(strings.subarray(0, 4)).toEqual(Buffer.from([6, 0, 0, 0]))
    const { reply, raw } = await inferBinary(strings, 4)
    expect(reply.status).toBe(200)
    expect(Buffer.from(raw)).toEqual(strings)
  })

  it('of any content come back the same in binary and in rows', async () => {
    const property = fc.asyncProperty(fc.tuple(kept, kept), async (pair) => {
      const { raw } = await inferBinary(packStrings(pair), 2)
      expect([...unpackStrings(raw)]).toEqual(pair)
      expect(await jsonOf(await post('/predict', { instances: [pair] }))).toEqual({ predictions: [pair] })
    })
    await fc.assert(property, { numRuns: 50 })
  })

  it.each(['/predict', TENSORFLOW])('come as JSON or each in base64 at %s', async (path) => {
    const [first = '', second = '', ...others] = texts
    const instances = [[encoded(first), second], others.map(encoded)]
    const expected = { predictions: [texts.slice(0, 2), others] }
    expect(await jsonOf(await post(path, { instances }))).toEqual(expected)
    expect(await jsonOf(await post(path, { instances: [{ x: texts.slice(0, 2) }, { x: others }] }))).toEqual(
      expected,
    )
  })

  it('come in columns', async () => {
    const inputs = [texts.slice(0, 2), texts.slice(2).map(encoded)]
    const { outputs } = await jsonOf(await post(TENSORFLOW, { inputs }))
    expect(outputs).toEqual([texts.slice(0, 2), texts.slice(2)])
  })

  it('stand beside numbers in an instance, a base64 object for one of them', async () => {
    const instances = [
      { text: encoded('ship'), number: 7 },
      { text: 'line', number: 8 },
    ]
    expect(await jsonOf(await post('/predict', { instances }, mixed))).toEqual({
      predictions: [
        { said: 'ship', written: '7' },
        { said: 'line', written: '8' },
      ],
    })
  })

  it('that share a batch go back to the request that sent them', async () => {
    const replies = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const pair = [`request ${index}`, 'x'.repeat(index)]
        return { pair, got: await jsonOf(await post('/predict', { instances: [pair] })) }
      }),
    )
    for (const { pair, got } of replies) expect(got).toEqual({ predictions: [pair] })
  })
})

describe('what is no string', () => {
  it.each([
    ['a number', [['a', 1]], 'holds 1 where a string belongs'],
    ['a null', [['a', null]], 'holds null where a string belongs'],
    ['a zero character, which ONNX Runtime ends strings at', [['a', 'b\0c']], 'U+0000'],
    ['half a surrogate pair', [['a', '\ud800']], 'half a surrogate pair'],
    ['base64 that is not UTF-8', [['a', { b64: '/w==' }]], 'not UTF-8'],
    ['an object without b64', [['a', {}]], 'without \\"b64\\"'],
    [
      'an object with more than b64',
      [['a', { b64: 'YQ==', shape: [1] }]],
      'holds an object with \\"shape\\"',
    ],
    ['one string too many', [['a', 'b', 'c']], 'has shape [1, 3], but the model takes [?, 2]'],
  ])('is refused: %s', async (_, instances, reason) => {
    const reply = await post('/predict', { instances })
    expect(reply.status).toBe(400)
    expect(await reply.text()).toContain(reason)
  })

  it.each([
    ['a length beyond the end', Buffer.from([9, 0, 0, 0, 97]), 2, 'string 0 is 9 bytes long, but 1 are left'],
    ['a length of 4 GiB', Buffer.from([255, 255, 255, 255]), 2, 'but 0 are left'],
    ['half a length', Buffer.from([0, 0]), 2, 'length of string 0 are cut off'],
    ['too few strings', packStrings(['a']), 2, 'has 1 strings, but shape [1, 2] takes 2'],
    ['bytes that are not UTF-8', Buffer.from([1, 0, 0, 0, 255, 0, 0, 0, 0]), 2, 'not UTF-8'],
  ])('is refused in binary: %s', async (_, bytes, count, reason) => {
    const { reply, body } = await inferBinary(bytes, count)
    expect(reply.status).toBe(400)
    expect(Buffer.from(body).toString()).toContain(reason)
  })
})
