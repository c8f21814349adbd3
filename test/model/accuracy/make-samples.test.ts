import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { UserError } from '../../../src/core/errors.ts'
import type { InputSource } from '../../../src/core/scenario.ts'
import { makeSamples } from '../../../src/model/accuracy/make-samples.ts'
import { packStrings } from '../../../src/serving/string-elements.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const TEXT = { name: 'x', type: 'string', shape: [null, 2] }
const uniform = { from: 'uniform', low: 0, high: 1 } as const

function write(name: string, bytes: Uint8Array): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, bytes)
  return path
}

function problemsOf(spec: typeof TEXT, source: InputSource) {
  try {
    makeSamples([spec], { x: source }, 1, 1)
  } catch (error) {
    return (error as UserError).problems
  }
  return []
}

describe('Samples of strings', () => {
  test('are the inputs in the file, in their order', () => {
    const samples = write('good.txt', packStrings(['a', 'bé', '', 'd']))
    const made = makeSamples([TEXT], { x: { shape: [1, 2], values: uniform, samples } }, 1, 1)
    expect(made.source).toBe('files')
    expect(made.samples.map((sample) => [...(sample.get('x')?.elements ?? [])])).toEqual([
      ['a', 'bé'],
      ['', 'd'],
    ])
  })

  test.each([
    ['cut off', Buffer.from([9, 0, 0, 0, 97]), 'malformed: string 0 is 9 bytes long, but 1 are left'],
    ['not UTF-8', Buffer.from([1, 0, 0, 0, 255]), 'malformed: a string is not UTF-8'],
    ['of a part of an input', packStrings(['a', 'b', 'c']), '3 strings, but one takes 2'],
    ['nothing', Buffer.of(), '0 strings, but one takes 2'],
  ])('that are %s are refused, with the file and the reason', (name, bytes, reason) => {
    const samples = write(`${name}.txt`, bytes)
    expect(problemsOf(TEXT, { shape: [1, 2], values: uniform, samples })).toEqual([
      {
        file: samples,
        message: `the samples of input "x" are ${reason}`,
        hint: 'the file holds the strings of whole inputs, each after its length in 4 little-endian bytes',
      },
    ])
  })
})

test.each([
  ['strings', TEXT, Buffer.from([1, 0]), 'are malformed'],
  ['numbers', { ...TEXT, type: 'float32' }, Buffer.alloc(5), 'are 5 bytes, but its shape takes 8'],
])('One input of %s from a file that does not hold it is refused', (name, spec, bytes, reason) => {
  const path = write(`one-${name}`, bytes)
  const [problem] = problemsOf(spec, { shape: [1, 2], values: { from: 'file', path } })
  expect(problem).toMatchObject({ file: path, message: expect.stringContaining(reason) })
})
