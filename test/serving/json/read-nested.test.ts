import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findElementType } from '../../../src/serving/element-types.ts'
import { JsonReader } from '../../../src/serving/json/json-reader.ts'
import { readNested } from '../../../src/serving/json/read-nested.ts'

const read = (text: string, type = 'float32', tokens = false) => {
  const reader = new JsonReader(Buffer.from(text))
  const nested = readNested(reader, type, { where: 'x', tokens })
  reader.finish()
  return nested
}
const bits = (values: ArrayLike<number>) =>
  Array.from(values, (value) => (Object.is(value, -0) ? '-0' : value))

/** Numbers as clients write them: all digits of a double, those of a float32, few, exponents, and none at all. */
const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toPrecision(9)),
  fc
    .tuple(fc.maxSafeInteger(), fc.integer({ min: -330, max: 310 }))
    .map(([digits, power]) => `${digits}e${power}`),
  fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,40})?([eE][+-]?\d{1,2})?$/),
)

describe('a number in a nested array', () => {
  it('becomes what JSON.parse and a typed array make of it, bit for bit', () => {
    const property = fc.property(fc.array(numberText, { minLength: 1 }), (texts) => {
      const values = texts.map((text) => JSON.parse(text) as number)
      fc.pre(values.every((value) => Number.isFinite(Math.fround(value))))
      const text = `[${texts.join(', ')}]`
      expect(bits(read(text, 'float32').elements as Float32Array)).toEqual(bits(Float32Array.from(values)))
      expect(bits(read(text, 'float64').elements as Float64Array)).toEqual(bits(values))
    })
    fc.assert(property, { numRuns: 3000 })
  })

  it('is rounded once where it lies by the middle between two of float32', () => {
    const property = fc.property(
      fc.float({ noNaN: true, noDefaultInfinity: true, min: 2 ** -100, max: 2 ** 100 }),
      fc.integer({ min: -2, max: 2 }),
      (value, ulps) => {
        const next = new Float32Array(
          new Int32Array([new Int32Array(Float32Array.of(value).buffer)[0] ?? 0]).map((bit) => bit + 1)
            .buffer,
        )
        const middle = (value + (next[0] ?? value)) / 2
        const text = JSON.stringify(middle * (1 + ulps * 2 ** -52))
        expect(read(`[${text}]`).elements[0]).toBe(Math.fround(JSON.parse(text)))
      },
    )
    fc.assert(property, { numRuns: 2000 })
  })

  it.each(['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'])(
    'keeps every value of %s and refuses what is none',
    (type) => {
      const { bytes } = findElementType(type)
      const [low, high] = type.startsWith('u')
        ? [0n, 2n ** BigInt(bytes * 8) - 1n]
        : [-(2n ** BigInt(bytes * 8 - 1)), 2n ** BigInt(bytes * 8 - 1) - 1n]
      const property = fc.property(fc.bigInt({ min: low, max: high }), (value) => {
        expect(BigInt(read(`[${value}]`, type).elements[0] ?? 0)).toBe(value)
      })
      fc.assert(property)
      for (const text of [`${low - 1n}`, `${high + 1n}`, '1.5', '1e400', '"1.5"', 'true']) {
        expect(() => read(`[${text}]`, type)).toThrow(/^x holds .*(belongs|which is no)/)
      }
      expect(Number(read('[1.0, 1e1]', type).elements[1])).toBe(10)
    },
  )

  it('is refused where float32 has no room for it', () => {
    expect(() => read('[1, 3.5e38]')).toThrow('x holds 3.5e38, which is no float32')
    expect(() => read('[-1e999]', 'float64')).toThrow('x holds -1e999, which is no float64')
    expect(read('[3.4028235e38, 1e-60]').elements).toEqual(Float32Array.of(3.4028234663852886e38, 0))
  })

  it('may be a token of TensorFlow Serving only where those are allowed', () => {
    expect(Array.from(read('[NaN, Infinity, -Infinity, 1]', 'float32', true).elements, Number)).toEqual([
      Number.NaN,
      Infinity,
      -Infinity,
      1,
    ])
    for (const token of ['NaN', 'Infinity', '-Infinity']) expect(() => read(`[${token}]`)).toThrow()
    expect(() => read('[NaN]', 'int32', true)).toThrow()
  })
})

describe('nested arrays', () => {
  it('have the shape of their nesting, and elements in row-major order', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 })
    const property = fc.property(shapes, (shape) => {
      let count = 0
      const build = (depth: number): unknown =>
        depth === shape.length ? count++ : Array.from({ length: shape[depth] ?? 0 }, () => build(depth + 1))
      const text = JSON.stringify(build(0))
      expect(read(text, 'int32')).toEqual({
        shape,
        elements: Int32Array.from({ length: count }, (_, index) => index),
      })
      expect(read(text.replaceAll(/([[\],])/g, ' $1\n\t'), 'int32').shape).toEqual(shape)
    })
    fc.assert(property)
  })

  it.each([
    ['[[1, 2], [3]]', 'ragged'],
    ['[[1], 2]', 'ragged'],
    ['[[[1]], [2]]', 'ragged'],
    ['[[1], []]', 'ragged'],
    ['[[1, [2]]]', 'holds an array where a float32 belongs'],
    ['[[], [[1]]]', 'holds an array where a float32 belongs'],
    ['["a"]', 'holds "a" where a float32 belongs'],
    ['[1, null]', 'holds null where a float32 belongs'],
    ['[{"a": 1}]', 'holds an object where a float32 belongs'],
    [`${'['.repeat(5000)}`, 'nests too deeply'],
    ['[1,]', 'not JSON'],
    ['[,1]', 'not JSON'],
    ['[1 2]', 'not JSON'],
    ['[01]', 'not JSON'],
    ['[1.]', 'not JSON'],
    ['[.5]', 'not JSON'],
    ['[+1]', 'not JSON'],
    ['[1e]', 'not JSON'],
    ['[-]', 'not JSON'],
    ['[1', 'too early at byte 2'],
    ['[1]]', 'unexpected character at byte 3'],
  ])('are refused when they are %s', (text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  it('are JSON exactly where JSON.parse says so', () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      ',',
      '1',
      '-',
      '.',
      'e',
      '0',
      '9',
      ' ',
      '+',
      'E',
      '123456789',
      '[1,2]',
    )
    const property = fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      const ours = attempt(() => read(text))
      const theirs = attempt(() => JSON.parse(text))
      if (theirs === undefined) expect(ours).toMatch(/not JSON|ragged|deep|array where|which is no/)
      else expect(ours ?? '').toMatch(/^(|.*(ragged|holds an array|which is no).*)$/)
    })
    fc.assert(property, { numRuns: 20_000 })
  })
})

/** The message of what went wrong; undefined for text that JSON.parse refuses and for what was read. */
function attempt(work: () => unknown): string | undefined {
  try {
    work()
    return ''
  } catch (error) {
    return error instanceof SyntaxError ? undefined : (error as Error).message
  }
}
