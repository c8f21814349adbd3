import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { countElements } from '../../src/serving/element-types.ts'
import type { Model } from '../../src/serving/feed.ts'
import { writeNested } from '../../src/serving/json/write-nested.ts'
import { loadOnnxModel } from '../../src/serving/onnx-model.ts'
import { binaryReply, binaryRequest, jsonOf, OCR, ramp, type Served, useServing } from './serving.ts'
import { slowIdentity, writeTinyModel } from './tiny-model.ts'

const { folder, serve } = useServing()
/** What one inference of the bare session gives for a batch of 1. */
async function bare(model: Model, shape: readonly number[], elements: Float32Array): Promise<Float32Array> {
  const { outputs } = await model.run(new Map([['x', { type: 'float32', shape, elements }]]))
  const [output] = outputs.values()
  return output?.elements as Float32Array
}

describe.each([
  ['det', [1, 3, 96, 96]],
  ['rec', [1, 3, 48, 160]],
  ['cls', [1, 3, 48, 192]],
] as const)('the server of %s', (name, shape) => {
  const elements = ramp(countElements(shape))
  const nested = writeNested({ type: 'float32', shape, elements }, { notFinite: 'null', large: 'digits' })
  let model: Model
  let server: Served
  beforeAll(async () => {
    model = await loadOnnxModel(OCR[name], 1)
    server = await serve(OCR[name], { maxBatch: 4 })
  })

  it('gives the outputs of the bare session, bit for bit, by every protocol', async () => {
    const expected = await bare(model, shape, elements)
    const flat = (value: unknown) => Float32Array.from([value].flat(9) as number[])
    const bits = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    const { body, headers } = binaryRequest('x', shape, elements)
    const binary = await binaryReply(await server.post('/v2/models/m/infer', body, headers))
    expect(bits(binary)).toEqual(bits(expected))
    const json = { inputs: [{ name: 'x', shape, datatype: 'FP32', data: Array.from(elements) }] }
    const infer = await jsonOf(await server.post('/v2/models/m/infer', JSON.stringify(json)))
    expect(bits(flat(infer.outputs[0].data))).toEqual(bits(expected))
    for (const path of ['/predict', '/v1/models/m:predict']) {
      const { predictions } = await jsonOf(await server.post(path, `{"instances":[${nested}]}`))
      expect(bits(flat(predictions))).toEqual(bits(expected))
    }
    const { outputs } = await jsonOf(await server.post('/v1/models/m:predict', `{"inputs":${nested}}`))
    expect(bits(flat(outputs))).toEqual(bits(expected))
    const b64 = Buffer.from(elements.buffer).toString('base64')
    const raw = await jsonOf(await server.post('/predict', JSON.stringify({ instances: [{ b64, shape }] })))
    expect(Buffer.from(raw.predictions[0].b64, 'base64')).toEqual(bits(expected))
  })

  it('gives the same within a float in a batch, each to the request that it belongs to', async () => {
    const inputs = Array.from({ length: 6 }, (_, index) => ramp(elements.length, index + 2))
    const before = Number(
      /plimsoll_batch_size_count (\d+)/.exec(await (await fetch(server.url('/metrics'))).text())?.[1],
    )
    const replies = await Promise.all(
      inputs.map(async (values) => {
        const { body, headers } = binaryRequest('x', shape, values)
        return binaryReply(await server.post('/v2/models/m/infer', body, headers))
      }),
    )
    const after = Number(
      /plimsoll_batch_size_count (\d+)/.exec(await (await fetch(server.url('/metrics'))).text())?.[1],
    )
    expect(after - before).toBeLessThan(inputs.length)
    for (const [index, values] of inputs.entries()) {
      const expected = await bare(model, shape, values)
      expect(replies[index]).toHaveLength(expected.length)
      const far = expected.filter(
        (value, at) => !(Math.abs(value - (replies[index]?.[at] ?? Number.NaN)) < 1e-4),
      )
      expect(far).toHaveLength(0)
    }
  })
})

describe('a reply', () => {
  it('never belongs to another request, whatever comes at once by whatever protocol', async () => {
    const path = writeTinyModel(folder, 'identity', slowIdentity(1, 64))
    const server = await serve(path, { workers: 2, maxBatch: 5, maxDelayMs: 1, maxQueue: 1000 })
    let next = 0
    const kinds = {
      row: async (values: number[]) => {
        const reply = await server.post(
          '/predict',
          JSON.stringify({ instances: values.map((value) => [value]) }),
        )
        return (await jsonOf(reply)).predictions.flat()
      },
      column: async (values: number[]) => {
        const inputs = values.map((value) => [value])
        const reply = await server.post('/v1/models/m:predict', JSON.stringify({ inputs }))
        return (await jsonOf(reply)).outputs.flat()
      },
      json: async (values: number[]) => {
        const input = { name: 'x', shape: [values.length, 1], datatype: 'FP32', data: values }
        const id = String(values[0])
        const reply = await jsonOf(
          await server.post('/v2/models/m/infer', JSON.stringify({ id, inputs: [input] })),
        )
        expect(reply.id).toBe(id)
        return reply.outputs[0].data
      },
      binary: async (values: number[]) => {
        const { body, headers } = binaryRequest('x', [values.length, 1], Float32Array.from(values))
        return Array.from(await binaryReply(await server.post('/v2/models/m/infer', body, headers)))
      },
      bad: async (values: number[]) => {
        const reply = await server.post(
          '/predict',
          JSON.stringify({ instances: [values[0], `bad ${values[0]}`] }),
        )
        expect([reply.status, await reply.json()]).toEqual([
          400,
          { error: expect.stringContaining(`"bad ${values[0]}"`) },
        ])
        return values
      },
    }
    const kind = fc.constantFrom(...Object.values(kinds))
    const one = fc.tuple(kind, fc.integer({ min: 1, max: 7 }))
    const property = fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 60 }), async (requests) => {
      const sent = requests.map(([ask, count]) => {
        const values = Array.from({ length: count }, () => next++)
        return ask(values).then((given) => expect(given).toEqual(values))
      })
      await Promise.all(sent)
    })
    await fc.assert(property, { numRuns: 60 })
    expect(next).toBeGreaterThan(1000)
  })
})
