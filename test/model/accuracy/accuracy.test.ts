import { describe, expect, test } from 'vitest'
import { compareOutput } from '../../../src/model/accuracy/compare-outputs.ts'
import { decide, readOutput } from '../../../src/model/accuracy/output-kind.ts'

function floats(shape: readonly number[], values: readonly number[]) {
  return { type: 'float32', shape, elements: Float32Array.from(values) }
}

const MASK = floats([1, 1, 4, 4], [0.9, 0.9, 0, 0, 0.9, 0.9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

describe('An output is read as', () => {
  test.each([
    ['classes', floats([1, 3], [4, -2, 1])],
    ['classes', floats([1, 2, 3], [0.2, 0.3, 0.5, 1, 0, 0])],
    ['classes', floats([1, 1], [0.7])],
    ['mask', MASK],
    [
      'mask',
      floats(
        [1, 2, 4, 4],
        Array.from({ length: 32 }, (_, at) => at - 16),
      ),
    ],
    ['values', floats([2, 1, 3], [5, -3, 2, 1, 0, 4])],
    ['values', floats([3], [1, 2, 3])],
  ])('%s', (kind, output) => {
    expect(readOutput(output).kind).toBe(kind)
  })

  test('classes of pixels along the channels', () => {
    const output = floats(
      [1, 2, 4, 4],
      Array.from({ length: 32 }, (_, at) => (at === 3 || at > 24 ? 1 : 0)),
    )
    expect([...decide(output.elements, readOutput(output))]).toEqual([
      0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1,
    ])
  })
})

describe('Two outputs', () => {
  test('that are equal agree wholly', () => {
    const result = compareOutput(MASK, MASK, readOutput(MASK))
    expect(result).toMatchObject({ agreement: 1, overlap: { both: 4, either: 4 }, maxError: 0 })
    expect(result.cosine).toBeCloseTo(1)
  })

  test('are compared by the overlap of their masks', () => {
    const moved = floats([1, 1, 4, 4], [0.9, 0, 0, 0, 0.9, 0, 0.6, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(compareOutput(MASK, moved, readOutput(MASK))).toMatchObject({
      agreement: 13 / 16,
      overlap: { both: 2, either: 5 },
    })
  })

  test('of different shapes, or not numbers, are wrong altogether', () => {
    expect(compareOutput(MASK, floats([1], [1]), readOutput(MASK)).agreement).toBe(0)
    const broken = floats(
      [1, 1, 4, 4],
      Array.from({ length: 16 }, () => Number.NaN),
    )
    expect(compareOutput(MASK, broken, readOutput(MASK))).toMatchObject({
      cosine: 0,
      maxError: Number.POSITIVE_INFINITY,
    })
  })
})
