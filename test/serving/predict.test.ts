import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { elementsFromBytes, findElementType, supportedTypes } from '../../src/serving/element-types.ts'
import { decodeRequest, encodePrediction, encodeReply } from '../../src/serving/prediction-codec.ts'
import { encodeTensor } from '../../src/serving/tensor-codec.ts'

const pair = [
  { name: 'a', type: 'float32', shape: [null, 2] },
  { name: 'b', type: 'int64', shape: [null] },
]
const [a] = pair
const encode = (value: unknown) => Buffer.from(JSON.stringify(value))
const decode = (instance: unknown, inputs = pair) => decodeRequest(encode({ instances: [instance] }), inputs)
const decodeOne = (value: unknown, type: string, shape: (number | null)[] = [null]) =>
  decode(value, [{ name: 'x', type, shape }])[0]?.tensors.get('x')

describe('a prediction request', () => {
  it.each(supportedTypes)('keeps every value of type %s through base64 and through JSON', (type) => {
    const { bytes } = findElementType(type)
    const property = fc.property(fc.uint8Array({ minLength: bytes * 6, maxLength: bytes * 6 }), (random) => {
      const raw = type === 'bool' ? random.map((byte) => byte & 1) : random
      const elements = elementsFromBytes(type, raw)
      const tensor = { type, shape: [2, 3], elements }
      expect(decodeOne(encodeTensor(tensor, 'base64'), type, [2, 3])).toEqual(tensor)
      fc.pre(
        elements.every((element: number | bigint) => typeof element === 'bigint' || Number.isFinite(element)),
      )
      const json = decodeOne(encodeTensor(tensor, 'json'), type, [2, 3])
      // JSON has no negative zero.
      const plain = (list: ArrayLike<number | bigint> = []) =>
        Array.from(list, (item) => (item === 0 ? 0 : item))
      expect(plain(json?.elements)).toEqual(plain(elements))
    })
    fc.assert(property)
  })

  it('feeds each input by its name', () => {
    const [feed] = decode({ a: [[1, 2]], b: [3] })
    expect(feed?.tensors.get('a')).toEqual({
      type: 'float32',
      shape: [1, 2],
      elements: new Float32Array([1, 2]),
    })
    expect(feed?.tensors.get('b')?.elements).toEqual(new BigInt64Array([3n]))
    expect(feed?.form).toBe('json')
  })

  it('may leave out the name of the only input, and a scalar is a number', () => {
    expect(decode([[1, 2]], a && [a])[0]?.tensors.get('a')?.shape).toEqual([1, 2])
    expect(decodeOne(5, 'float32', [])).toEqual({
      type: 'float32',
      shape: [],
      elements: new Float32Array([5]),
    })
  })

  it('holds one feed per instance', () => {
    expect(
      decodeRequest(encode({ instances: [[1], [2], [3]] }), [{ name: 'x', type: 'int8', shape: [1] }]),
    ).toHaveLength(3)
  })

  it('takes 64-bit integers as strings where a number would lose digits', () => {
    expect(decodeOne(['9007199254740993'], 'int64')?.elements[0]).toBe(9007199254740993n)
  })

  it.each<[unknown, string]>([
    [5, 'must be an object with "a", "b"'],
    [null, 'must be an object'],
    [{ a: [[1, 2]] }, 'lacks "b"'],
    [{ a: [[1, 2]], c: 1 }, 'has "c", which the model does not take and lacks "b"'],
    [{ a: [[1, 2]], b: [1], toString: 1 }, 'has "toString"'],
    [{ a: [[1, 2, 3]], b: [1] }, 'input "a" has shape [1, 3], but the model takes [?, 2]'],
    [{ a: [1, 2], b: [1] }, 'has shape [2]'],
    [{ a: [], b: [1] }, 'has shape [0]'],
    [{ a: [[1, 2], [3]], b: [1] }, 'ragged'],
    [{ a: [[1, [2]]], b: [1] }, 'holds an array where a float32 belongs'],
    [{ a: [[1, 'x']], b: [1] }, 'holds "x" where a float32 belongs'],
    [{ a: [[1, null]], b: [1] }, 'holds null where a float32 belongs'],
    [{ a: [[1, 2]], b: [1.5] }, 'holds 1.5 where a 64-bit integer belongs'],
    [{ a: { b64: 5 }, b: [1] }, '"b64" is not a string'],
    [{ a: { b64: '' }, b: [1] }, '"shape" must be'],
    [{ a: { b64: '', shape: [1, -2] }, b: [1] }, '"shape" must be'],
    [{ a: { b64: 'AAAAAA==', shape: [1, 2] }, b: [1] }, 'has 4 bytes, but shape [1, 2] of float32 takes 8'],
    [{ a: { b64: 'AAAAAA==', shape: [1, 2], dtype: 'int8' }, b: [1] }, 'takes float32, not "int8"'],
    [{ a: JSON.parse('['.repeat(100) + ']'.repeat(100)), b: [1] }, 'nests too deeply'],
  ])('is refused when its instance is %j', (instance, message) => {
    expect(() => decode(instance)).toThrow(message)
    expect(() => decode(instance)).toThrow('instances[0]: ')
  })

  it.each([
    ['uint8', 256],
    ['uint8', -1],
    ['int8', 128],
    ['int16', 40_000],
    ['int32', 0.5],
    ['bool', 2.5],
  ])('is refused when a value is no %s: %d', (type, value) => {
    expect(() => decodeOne([value], type)).toThrow(`is no ${type}`)
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '{"instances": ['],
    ['no instances', '{}'],
    ['null', 'null'],
    ['an empty list', '{"instances": []}'],
    ['no list', '{"instances": {}}'],
  ])('is refused when its body is %s', (_title, body) => {
    expect(() => decodeRequest(Buffer.from(body), pair)).toThrow(/not JSON|must be \{"instances"/)
  })

  it('is refused by a message, whatever it holds, and by nothing worse', () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      try {
        decode(value)
      } catch (error) {
        expect(error).toMatchObject({ name: 'BadRequest', status: 400 })
      }
    })
    fc.assert(property, { numRuns: 500 })
  })
})

describe('a prediction', () => {
  const tensor = { type: 'float32', shape: [1, 2], elements: new Float32Array([1, 2]) }

  it('is bare for one output and an object for several', () => {
    expect(encodePrediction(new Map([['y', tensor]]), 'json')).toEqual([[1, 2]])
    expect(
      encodePrediction(
        new Map([
          ['y', tensor],
          ['z', tensor],
        ]),
        'json',
      ),
    ).toEqual({ y: [[1, 2]], z: [[1, 2]] })
  })

  it('carries its shape and type in base64', () => {
    expect(encodePrediction(new Map([['y', tensor]]), 'base64')).toEqual({
      b64: 'AACAPwAAAEA=',
      shape: [1, 2],
      dtype: 'float32',
    })
  })

  it('comes in a list', () => {
    expect(encodeReply([[1], [2]]).toString()).toBe('{"predictions":[[1],[2]]}')
  })
})
