import { describe, expect, it } from 'vitest'
import type { InputSource } from '../../src/core/scenario.ts'
import { checkInputs } from '../../src/serving/check-inputs.ts'

const image = { name: 'image', type: 'float32', shape: [null, 3, null, null] }
const length = { name: 'length', type: 'int64', shape: [] }
const source = (...shape: number[]): InputSource => ({ shape, values: { from: 'constant', value: 0 } })

describe('the check of inputs', () => {
  it('finds nothing wrong with inputs that the model takes', () => {
    expect(checkInputs({ image: source(1, 3, 64, 64), length: source() }, [image, length])).toEqual([])
    expect(checkInputs({ length: source(5, 5) }, [length])).toEqual([])
  })

  it.each([
    [
      'an unknown name',
      { imgae: source(1, 3, 8, 8), image: source(1, 3, 8, 8) },
      'imgae',
      'no input "imgae"',
    ],
    ['a missing input', {}, 'image', 'is not declared'],
    ['a wrong rank', { image: source(3, 64, 64) }, 'image', 'has 3 dimensions, but the model takes 4'],
    [
      'a fixed dimension',
      { image: source(1, 1, 8, 8) },
      'image',
      'dimension 2 of input "image" is 1, but the model takes 3',
    ],
    ['a dimension of 0', { image: source(0, 3, 8, 8) }, 'image', 'has a dimension of 0'],
    ['a negative dimension', { image: source(1, 3, -8, 8) }, 'image', 'has a dimension of -8'],
    ['a broken dimension', { image: source(1, 3, 8, 1.5) }, 'image', 'has a dimension of 1.5'],
  ])('tells of %s', (_title, declared, input, message) => {
    expect(checkInputs(declared, [image])).toEqual([
      { input, message: expect.stringContaining(message), hint: expect.any(String) },
    ])
  })

  it('suggests the nearest name, and lists all names where none is near', () => {
    expect(checkInputs({ imgae: source(1) }, [image])[0]?.hint).toBe('did you mean "image"?')
    expect(checkInputs({ temperature: source(1) }, [image, length])[0]?.hint).toBe(
      'the model takes "image", "length"',
    )
  })

  it('tells of a type that cannot be made, and of a model without inputs', () => {
    const text = { name: 'text', type: 'bfloat16', shape: [null] }
    expect(checkInputs({ text: source(1) }, [text])).toEqual([
      {
        input: 'text',
        message: 'input "text" is of type bfloat16, which cannot be made',
        hint: expect.stringContaining('float32'),
      },
    ])
    expect(checkInputs({}, [])).toEqual([{ input: null, message: 'the model takes no inputs' }])
  })

  it('tells of everything that is wrong, not of the first thing', () => {
    const found = checkInputs({ imgae: source(1), image: source(0, 1, 8, 8) }, [image, length])
    expect(found.map(({ input }) => input)).toEqual(['imgae', 'image', 'image', 'length'])
  })
})
