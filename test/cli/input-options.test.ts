import { describe, expect, test } from 'vitest'
import { readShapes, readValues } from '../../src/cli/input-options.ts'
import type { Problem } from '../../src/core/errors.ts'

describe('Options of inputs', () => {
  test('say shapes, of a scalar none', () => {
    const problems: Problem[] = []
    const shapes = readShapes(['x=1x3x20', 'y=4,5', 'rate=', 'a=b=2'], problems)
    expect(Object.fromEntries(shapes)).toEqual({ x: [1, 3, 20], y: [4, 5], rate: [], 'a=b': [2] })
    expect(problems).toEqual([])
  })

  test('say one value or a range of values', () => {
    const problems: Problem[] = []
    const values = readValues(['sr=16000', 'x=-2.1..2.6', 'y=1e-3', 'z=-5..-5'], problems)
    expect(Object.fromEntries(values)).toEqual({
      sr: { from: 'constant', value: 16_000 },
      x: { from: 'uniform', low: -2.1, high: 2.6 },
      y: { from: 'constant', value: 0.001 },
      z: { from: 'uniform', low: -5, high: -5 },
    })
    expect(problems).toEqual([])
  })

  test.each(['x', 'x=', '=1', 'x=a', 'x=2..1', 'x=1..', 'x=..1', 'x=1...2', 'x=NaN', 'x=Infinity', 'x= '])(
    'are a problem as values that read %s',
    (text) => {
      const problems: Problem[] = []
      expect(readValues([text], problems).size).toBe(0)
      expect(problems.map(({ message }) => message)).toEqual([
        `--values ${text} is not a name and a number, or two numbers from low to high`,
      ])
    },
  )

  test.each(['x', 'x=0', 'x=1x', 'x=-1', 'x=1x1099511627777'])(
    'are a problem as a shape that reads %s',
    (text) => {
      const problems: Problem[] = []
      expect(readShapes([text], problems).size).toBe(0)
      expect(problems).toHaveLength(1)
    },
  )
})
