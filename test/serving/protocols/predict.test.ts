import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TensorSpec } from '../../../src/core/measurement.ts'
import { elementsFromBytes, findElementType, supportedTypes } from '../../../src/serving/element-types.ts'
import type { JsonDialect } from '../../../src/serving/json/write-nested.ts'
import { readTensorflow, readVertex } from '../../../src/serving/protocols/predict.ts'
import { writeTensor } from '../../../src/serving/tensor-codec.ts'
import { echoModel } from '../fake-model.ts'

const dialect: JsonDialect = { notFinite: 'null', large: 'string' }
const a: TensorSpec = { name: 'a', type: 'float32', shape: [null, 2] }
const pair: readonly TensorSpec[] = [a, { name: 'b', type: 'int64', shape: [null] }]
const x = (type: string, shape: (number | null)[] = [null]): TensorSpec[] => [{ name: 'x', type, shape }]
const vertexText = (text: string, inputs: readonly TensorSpec[] = pair) =>
  readVertex(Buffer.from(text), echoModel(inputs))
const vertex = (instance: unknown, inputs: readonly TensorSpec[] = pair) =>
  vertexText(JSON.stringify({ instances: [instance] }), inputs)
const readOne = (text: string, type: string, shape: (number | null)[] = [null]) =>
  vertexText(`{"instances":[${text}]}`, x(type, shape)).feeds[0]?.get('x')
const tensor = (values: number[], shape = [values.length]) => ({
  type: 'float32',
  shape,
  elements: Float32Array.from(values),
})
const written = (
  exchange: ReturnType<typeof vertex>,
  ...results: ReadonlyMap<string, ReturnType<typeof tensor>>[]
) => Buffer.from(exchange.write(results).body).toString()

describe('an instance', () => {
  it.each(supportedTypes.filter((type) => type !== 'string'))(
    'keeps every value of type %s through base64 and through JSON',
    (type) => {
      const { bytes } = findElementType(type)
      const property = fc.property(
        fc.uint8Array({ minLength: bytes * 6, maxLength: bytes * 6 }),
        (random) => {
          const raw = type === 'bool' ? random.map((byte) => byte & 1) : random
          const whole = { type, shape: [2, 3], elements: elementsFromBytes(type, raw) }
          expect(readOne(writeTensor(whole, 'base64', dialect), type, [2, 3])).toEqual(whole)
          fc.pre(
            [...whole.elements].every(
              (element: unknown) => typeof element === 'bigint' || Number.isFinite(element),
            ),
          )
          expect(readOne(writeTensor(whole, 'json', dialect), type, [2, 3])).toEqual(whole)
        },
      )
      fc.assert(property)
    },
  )

  it('feeds each input by its name, in the order of the model', () => {
    const [feed] = vertex({ b: [3], a: [[1, 2]] }).feeds
    expect([...(feed ?? [])]).toEqual([
      ['a', tensor([1, 2], [1, 2])],
      ['b', { type: 'int64', shape: [1], elements: new BigInt64Array([3n]) }],
    ])
  })

  it('may leave out the name of the only input, and a scalar is a number', () => {
    expect(vertex([[1, 2]], [a]).feeds[0]?.get('a')?.shape).toEqual([1, 2])
    expect(readOne('5', 'float32', [])).toEqual({
      type: 'float32',
      shape: [],
      elements: new Float32Array([5]),
    })
  })

  it('of the whole shape is a feed by itself, and may differ in shape from the next', () => {
    expect(vertexText('{"instances":[[1],[2],[3]]}', x('int8', [1])).feeds).toHaveLength(3)
    const ragged = vertexText('{"instances":[[[1,2]],[[3,4],[5,6]]]}', [a]).feeds
    expect(ragged.map((feed) => feed.get('a')?.shape)).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  it('without its batch dimension is a row of one feed', () => {
    expect(vertexText('{"instances":[[1,2],[3,4],[5,6]]}', [a]).feeds).toEqual([
      new Map([['a', tensor([1, 2, 3, 4, 5, 6], [3, 2])]]),
    ])
    expect(vertexText('{"instances":[1.0,2.0]}', x('float32')).feeds).toEqual([
      new Map([['x', tensor([1, 2])]]),
    ])
    const named = vertexText('{"instances":[{"a":[1,2],"b":3},{"a":[3,4],"b":4}]}').feeds
    expect(named).toEqual([
      new Map<string, unknown>([
        ['a', tensor([1, 2, 3, 4], [2, 2])],
        ['b', { type: 'int64', shape: [2], elements: new BigInt64Array([3n, 4n]) }],
      ]),
    ])
    expect(vertexText('{"instances":[[1,2],[3,4]]}', x('float32', [1, 2])).feeds).toHaveLength(2)
  })

  it('in base64 may leave out its type, and its shape where the model leaves one size open', () => {
    const b64 = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer).toString('base64')
    expect(vertex({ b64 }, [a]).feeds[0]?.get('a')?.shape).toEqual([2, 2])
    expect(vertex({ a: { b64, shape: [2, 2] } }, [a]).feeds[0]?.get('a')?.shape).toEqual([2, 2])
    expect(() => vertex({ b64 }, x('float32', [3, null, null]))).toThrow('needs a "shape"')
  })

  it('holds 64-bit integers with every digit, as numbers and as strings', () => {
    expect(readOne('["9007199254740993"]', 'int64')?.elements[0]).toBe(9007199254740993n)
    expect(readOne('[9007199254740993]', 'int64')?.elements[0]).toBe(9007199254740993n)
  })

  it.each<[unknown, string]>([
    [5, 'must be an object with "a", "b"'],
    [null, 'must be an object'],
    [{ a: [[1, 2]] }, 'lacks "b"'],
    [{ a: [[1, 2]], c: 1 }, 'has "c", which the model does not take and lacks "b"'],
    [{ a: [[1, 2]], b: [1], toString: 1 }, 'has "toString"'],
    [{ a: [[1, 2, 3]], b: [1] }, 'input "a" has shape [1, 3], but the model takes [?, 2]'],
    [{ a: [1, 2], b: [1] }, 'has shape [2]'],
    [{ a: [1, 2, 3], b: 1 }, 'input "a" has shape [3], but the model takes [2]'],
    [{ a: [], b: [1] }, 'has shape [0]'],
    [{ a: [[1, 2], [3]], b: [1] }, 'ragged'],
    [{ a: [[1, [2]]], b: [1] }, 'holds an array where a float32 belongs'],
    [{ a: [[1, 'x']], b: [1] }, 'holds "x" where a float32 belongs'],
    [{ a: [[1, null]], b: [1] }, 'holds null where a float32 belongs'],
    [{ a: [[1, 2]], b: [1.5] }, 'holds 1.5 where a 64-bit integer belongs'],
    [{ a: { b64: 5 }, b: [1] }, '"b64" is not a string'],
    [{ a: { shape: [1, 2] }, b: [1] }, 'an object without "b64"'],
    [{ a: { b64: '', shape: [1, -2] }, b: [1] }, '"shape" must be'],
    [{ a: { b64: '', shape: [1, '2'] }, b: [1] }, '"shape" must be'],
    [{ a: { b64: '', shape: [1, 2], form: 1 }, b: [1] }, 'unknown key "form"'],
    [{ a: { b64: 'AAAAAA==', shape: [1, 2] }, b: [1] }, 'has 4 bytes, but shape [1, 2] of float32 takes 8'],
    [{ a: { b64: 'AAAAAA==', shape: [1, 2], dtype: 'int8' }, b: [1] }, 'takes float32, not "int8"'],
    [{ a: JSON.parse('['.repeat(100) + ']'.repeat(100)), b: [1] }, 'nests too deeply'],
  ])('is refused when it is %j', (instance, message) => {
    expect(() => vertex(instance)).toThrow(message)
    expect(() => vertex(instance)).toThrow('instances[0]: ')
  })

  it('is named by its number when it is not the first that is wrong', () => {
    expect(() => vertexText('{"instances":[[[1,2]],[["x",2]]]}', [a])).toThrow(
      'instances[1]: input "a" holds "x"',
    )
    expect(() => vertexText('{"instances":[{"a":[1,2],"b":1},{"a":[1,2]}]}')).toThrow(
      'instances[1]: lacks "b"',
    )
  })

  it.each([
    ['uint8', '256'],
    ['uint8', '-1'],
    ['int8', '128'],
    ['int16', '40000'],
    ['int32', '0.5'],
    ['bool', '2.5'],
    ['bool', '2'],
    ['float32', '1e39'],
  ])('is refused when a value is no %s: %s', (type, value) => {
    expect(() => readOne(`[${value}]`, type)).toThrow(`holds ${value}, which is no ${type}`)
  })
})

describe('a body for Vertex AI', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{"instances": ['],
    ['more than JSON', '{} x'],
    ['no instances', '{}'],
    ['null', 'null'],
    ['an empty list', '{"instances": []}'],
    ['no list', '{"instances": {}}'],
  ])('is refused when it is %s', (_title, body) => {
    expect(() => vertexText(body, [a])).toThrow(/not JSON|must be \{"instances"/)
    expect(() => vertexText(body)).toThrow(/not JSON|must be \{"instances"/)
  })

  it('may have parameters, which a model in ONNX has no use for', () => {
    expect(
      vertexText('{"parameters":{"k":[1,{"deep":"er"}]},"instances":[[[1,2]]]}', [a]).feeds,
    ).toHaveLength(1)
    expect(() => vertexText('{"parameters":{"k":},"instances":[[[1,2]]]}', [a])).toThrow('not JSON')
  })

  it('is refused by a message, whatever it holds, and by nothing worse', () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      try {
        vertex(value)
      } catch (error) {
        expect(error).toMatchObject({ name: 'BadRequest', status: 400 })
      }
    })
    fc.assert(property, { numRuns: 500 })
  })
})

describe('predictions', () => {
  it('are bare for one output and objects for several', () => {
    const exchange = vertex([[1, 2]], [a])
    expect(written(exchange, new Map([['y', tensor([1, 2], [1, 2])]]))).toBe('{"predictions":[[[1,2]]]}')
    const both = new Map([
      ['y', tensor([1, 2], [1, 2])],
      ['z', tensor([3])],
    ])
    expect(written(exchange, both)).toBe('{"predictions":[{"y":[[1,2]],"z":[3]}]}')
  })

  it('are rows where the instances were', () => {
    const exchange = vertexText('{"instances":[[1,2],[3,4]]}', [a])
    const outputs = new Map([
      ['y', tensor([1, 2, 3, 4], [2, 2])],
      ['z', tensor([5, 6])],
    ])
    expect(written(exchange, outputs)).toBe('{"predictions":[{"y":[1,2],"z":5},{"y":[3,4],"z":6}]}')
    expect(() => written(exchange, new Map([['y', tensor([1])]]))).toThrow(
      'output "y" of the model has no row',
    )
    const one = vertexText('{"instances":[[1,2]]}', [a])
    expect(written(one, new Map([['y', tensor([7, 8, 9])]]))).toBe('{"predictions":[[7,8,9]]}')
  })

  it('carry their shape and type in base64 where an instance did', () => {
    const b64 = Buffer.from(Float32Array.of(1, 2).buffer).toString('base64')
    const exchange = vertex({ b64, shape: [1, 2] }, [a])
    expect(JSON.parse(written(exchange, new Map([['y', tensor([1, 2], [1, 2])]])))).toEqual({
      predictions: [{ b64: 'AACAPwAAAEA=', shape: [1, 2], dtype: 'float32' }],
    })
  })

  it('have null for what is not finite, and the sign of zero', () => {
    const exchange = vertex([[1, 2]], [a])
    const odd = new Map([['y', tensor([Number.NaN, -Infinity, -0])]])
    expect(written(exchange, odd)).toBe('{"predictions":[[null,null,-0]]}')
  })
})

describe('a body for TensorFlow Serving', () => {
  const tensorflow = (text: string, inputs: readonly TensorSpec[] = pair) =>
    readTensorflow(Buffer.from(text), echoModel(inputs))

  it('has its inputs by columns, all named or the only one', () => {
    expect(tensorflow('{"inputs":{"b":[1,2],"a":[[1,2],[3,4]]}}').feeds[0]?.get('a')).toEqual(
      tensor([1, 2, 3, 4], [2, 2]),
    )
    const exchange = tensorflow('{"signature_name":"serving_default","inputs":[[1,2]]}', [a])
    expect(exchange.feeds).toEqual([new Map([['a', tensor([1, 2], [1, 2])]])])
    expect(written(exchange, new Map([['y', tensor([1, 2], [1, 2])]]))).toBe('{"outputs":[[1,2]]}')
  })

  it('has the tokens of its specification, and gets them back', () => {
    const exchange = tensorflow('{"instances":[NaN,Infinity,-Infinity]}', x('float32'))
    expect(Array.from(exchange.feeds[0]?.get('x')?.elements ?? [], Number)).toEqual([
      Number.NaN,
      Infinity,
      -Infinity,
    ])
    const odd = new Map([['y', tensor([Number.NaN, Infinity, 1])]])
    expect(written(exchange, odd)).toBe('{"predictions":[NaN,Infinity,1]}')
  })

  it.each([
    ['{"instances":[[[1,2]]],"inputs":[[1,2]]}', 'both "instances" and "inputs"'],
    ['{}', 'must be {"instances": [...]} or {"inputs": ...}'],
    ['{"signature_name":"other","instances":[[1,2]]}', '"signature_name" is "other"'],
    ['{"inputs":[[1,2,3]]}', 'inputs: input "a" has shape [1, 3], but the model takes [?, 2]'],
    ['{"inputs":{"c":[[1,2]]}}', 'inputs: has "c", which the model does not take and lacks "a"'],
    ['{"inputs":[[1,2]]', 'not JSON'],
  ])('is refused when it is %s', (text, message) => {
    expect(() => tensorflow(text, [a])).toThrow(message)
  })
})
