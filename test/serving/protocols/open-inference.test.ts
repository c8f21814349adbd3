import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TensorSpec } from '../../../src/core/measurement.ts'
import { elementsFromBytes, findElementType, supportedTypes } from '../../../src/serving/element-types.ts'
import { datatypeOf } from '../../../src/serving/protocols/datatypes.ts'
import { readInference } from '../../../src/serving/protocols/open-inference.ts'
import { echoModel } from '../fake-model.ts'

const target = { name: 'mymodel', version: '1' }
const image: TensorSpec = { name: 'x', type: 'float32', shape: [null, 2] }
const pair: readonly TensorSpec[] = [image, { name: 'n', type: 'int64', shape: [null] }]
const x = { name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2] }
const n = { name: 'n', shape: [1], datatype: 'INT64', data: [7] }
const read = (body: unknown, specs: readonly TensorSpec[] = [image], raw?: Uint8Array) => {
  const json = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return raw === undefined
    ? readInference(json, echoModel(specs), target)
    : readInference(Buffer.concat([json, raw]), echoModel(specs), target, json.length)
}
const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer)
const reply = (exchange: ReturnType<typeof read>, ...values: number[]) => {
  const y = { type: 'float32', shape: [values.length], elements: Float32Array.from(values) }
  const { body, jsonLength } = exchange.write([new Map([['y', y]])])
  const json = JSON.parse(Buffer.from(body.subarray(0, jsonLength ?? body.length)).toString())
  return { json, raw: jsonLength === undefined ? undefined : Buffer.from(body.subarray(jsonLength)) }
}

describe('an inference request', () => {
  it.each(supportedTypes.filter((type) => type !== 'string'))(
    'keeps every value of type %s as JSON and as raw bytes',
    (type) => {
      const { bytes } = findElementType(type)
      const specs = [{ name: 'x', type, shape: [2, 3] }]
      const head = { name: 'x', shape: [2, 3], datatype: datatypeOf(type) }
      const property = fc.property(
        fc.uint8Array({ minLength: bytes * 6, maxLength: bytes * 6 }),
        (random) => {
          const raw = type === 'bool' ? random.map((byte) => byte & 1) : random
          const elements = elementsFromBytes(type, raw)
          const binary = { inputs: [{ ...head, parameters: { binary_data_size: raw.length } }] }
          expect(read(binary, specs, raw).feeds[0]?.get('x')?.elements).toEqual(elements)
          const texts = [...elements].map((value: unknown) => (Object.is(value, -0) ? '-0' : String(value)))
          fc.pre(texts.every((text) => /\d/.test(text)))
          const json = `{"inputs":[{"name":"x","shape":[2,3],"datatype":"${head.datatype}","data":[${texts}]}]}`
          expect(read(json, specs).feeds[0]?.get('x')).toEqual({ type, shape: [2, 3], elements })
        },
      )
      fc.assert(property)
    },
  )

  it('may give data flat or nested, its keys in any order, and its inputs in any order', () => {
    const nested = '{"inputs":[{"data":[[1,2],[3,4]],"datatype":"FP32","shape":[2,2],"name":"x"}]}'
    expect(read(nested).feeds[0]?.get('x')?.elements).toEqual(Float32Array.of(1, 2, 3, 4))
    const [feed] = read({ inputs: [n, x] }, pair).feeds
    expect([...(feed?.keys() ?? [])]).toEqual(['x', 'n'])
  })

  it('takes raw tensors in the order in which they are announced, between others as JSON', () => {
    const inputs = [
      { name: 'b', shape: [1], datatype: 'FP32', parameters: { binary_data_size: 4 } },
      { name: 'a', shape: [1], datatype: 'FP32', data: [5] },
      { name: 'c', shape: [2], datatype: 'FP32', parameters: { binary_data_size: 8 } },
    ]
    const specs = ['a', 'b', 'c'].map((name) => ({ name, type: 'float32', shape: [null] }))
    const [feed] = read({ inputs }, specs, floats(1, 2, 3)).feeds
    expect([...(feed?.values() ?? [])].map(({ elements }) => [...elements])).toEqual([[5], [1], [2, 3]])
  })

  it('may be raw bytes alone for a model with one input', () => {
    const exchange = readInference(floats(1, 2, 3, 4), echoModel([image]), target, 0)
    expect(exchange.feeds[0]?.get('x')?.shape).toEqual([2, 2])
    expect(reply(exchange, 9).raw).toEqual(floats(9))
    expect(() => readInference(floats(1), echoModel(pair), target, 0)).toThrow('a model with one input')
  })

  it.each<[unknown, string]>([
    ['null', 'must be an object with "inputs"'],
    [{}, 'must be an object with "inputs"'],
    [{ inputs: {} }, '"inputs" must be an array'],
    [{ inputs: [5] }, 'inputs[0] must be an object, but is 5'],
    [{ inputs: [] }, 'the request lacks "x"'],
    [{ inputs: [x, x] }, 'input "x" is given twice'],
    [{ inputs: [{ ...x, name: 'z' }] }, 'inputs[0]: the model has no input "z"; it takes "x"'],
    [{ inputs: [{ shape: [1, 2], data: [1, 2] }] }, 'inputs[0]: lacks "name", "datatype"'],
    [{ inputs: [{ ...x, datatype: 'FP64' }] }, 'input "x" takes FP32, not "FP64"'],
    [{ inputs: [{ ...x, shape: [1, 3] }] }, 'has shape [1, 3], but the model takes [?, 2]'],
    [{ inputs: [{ ...x, shape: [-1, 2] }] }, '"shape" must be'],
    [
      { inputs: [{ ...x, shape: [2 ** 40, 2] }] },
      'has 2 values, but shape [1099511627776, 2] takes 2199023255552',
    ],
    [{ inputs: [{ ...x, shape: [2 ** 52, 2 ** 52] }] }, '"shape" must be'],
    [{ inputs: [{ ...x, data: [1, 2, 3] }] }, 'has 3 values, but shape [1, 2] takes 2'],
    [{ inputs: [{ ...x, data: [[1], [2]] }] }, 'has data of shape [2, 1], but its shape is [1, 2]'],
    [{ inputs: [{ ...x, data: [1, '2'] }] }, 'holds "2" where a float32 belongs'],
    [{ inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32' }] }, 'input "x" lacks "data"'],
    [{ inputs: [{ ...x, parameters: { binary_data_size: 8 } }] }, 'has both "data" and "binary_data_size"'],
    [
      { inputs: [{ ...x, parameters: { binary_data_size: -8 } }] },
      '"binary_data_size" must be a number of bytes',
    ],
    [{ id: 7, inputs: [x] }, '"id" must be a string, but is 7'],
    [{ inputs: [x], outputs: [{ name: 'z' }] }, 'outputs[0]: the model has no output "z"; it gives "y"'],
    [{ inputs: [x], outputs: [{}] }, 'outputs[0]: lacks "name"'],
    [
      { inputs: [x], parameters: { binary_data_output: 'yes' } },
      '"binary_data_output" must be true or false',
    ],
    ['{"inputs":[{"name":"x"', 'not JSON'],
  ])('is refused when it is %j', (body, message) => {
    expect(() => read(body)).toThrow(message)
  })

  it('is refused when its bytes are more or fewer than it announces', () => {
    const announced = (size: number) => ({
      inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', parameters: { binary_data_size: size } }],
    })
    expect(() => read(announced(8), [image], floats(1))).toThrow('announces 8 bytes, but 4 are left')
    expect(() => read(announced(8), [image], floats(1, 2, 3))).toThrow(
      '12 bytes follow the JSON, but its inputs announce 8',
    )
    expect(() => read(announced(4), [image], floats(1))).toThrow(
      'has 4 bytes, but shape [1, 2] of float32 takes 8',
    )
    expect(() => readInference(floats(1), echoModel([image]), target, 5)).toThrow(
      'is 5, but the body has 4 bytes',
    )
  })

  it('is refused by a message, whatever it holds, and by nothing worse', () => {
    const property = fc.property(fc.jsonValue(), fc.jsonValue(), (input, output) => {
      try {
        read({ inputs: [input], outputs: [output] })
      } catch (error) {
        expect(error).toMatchObject({ name: 'BadRequest', status: 400 })
      }
    })
    fc.assert(property, { numRuns: 500 })
  })
})

describe('an inference reply', () => {
  it('has the id of the request, and the outputs in JSON', () => {
    expect(reply(read({ id: '42', inputs: [x] }), 1, 2).json).toEqual({
      model_name: 'mymodel',
      model_version: '1',
      id: '42',
      outputs: [{ name: 'y', datatype: 'FP32', shape: [2], data: [1, 2] }],
    })
    expect(reply(read({ inputs: [x] }), 1).json).not.toHaveProperty('id')
  })

  it('has raw outputs where all are asked for so, or this one is', () => {
    const all = read({ inputs: [x], parameters: { binary_data_output: true } })
    const outputs = [{ name: 'y', parameters: { binary_data: true } }]
    for (const exchange of [all, read({ inputs: [x], outputs })]) {
      expect(reply(exchange, 1, 2)).toMatchObject({
        json: { outputs: [{ name: 'y', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } }] },
        raw: floats(1, 2),
      })
    }
    const but = [{ name: 'y', parameters: { binary_data: false } }]
    const exchange = read({ inputs: [x], outputs: but, parameters: { binary_data_output: true } })
    expect(reply(exchange, 1).raw).toBeUndefined()
  })
})
