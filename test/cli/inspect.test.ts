import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/core/random.ts'
import { FLOAT32, make } from '../../src/model/onnx/proto.ts'
import { encodeOnnx } from '../../src/model/onnx/read-onnx.ts'
import { makeNode } from '../../src/model/variants/edit-graph.ts'
import { classifier, graphOf, modelOf, valueInfo, writeModel } from '../fixtures/onnx-models.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { plimsoll } from './plimsoll.ts'

describe('plimsoll inspect', () => {
  test('says what is in a model', async () => {
    const path = writeModel(join(temporaryFolder(), 'm.onnx'), classifier(16, 2, 4))
    const { code, stdout } = await plimsoll(['inspect', path, '--input', 'x=2x16'])
    expect(code).toBe(0)
    expect(stdout).toContain('x: float32 [n, 16], here [2, 16]')
    expect(stdout).toContain('opset ai.onnx 13')
    expect(stdout).toContain('640 multiply-adds')
    const { stdout: json } = await plimsoll(['inspect', path, '--json'])
    expect(JSON.parse(json)).toMatchObject({ parameters: 324, work: { macs: 320 }, gaps: [] })
  })

  test.each([
    ['random bytes', () => random(4096), /not a whole ONNX model/],
    ['a model cut short', () => cut(), /cut short/],
    ['a model without its external data', () => withoutData(), /external data file "w.bin" is missing/],
  ])('refuses %s in a sentence', async (_, make, message) => {
    const { code, stderr, stdout } = await plimsoll(['inspect', make()])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('refuses a shape that is none', async () => {
    const path = writeModel(join(temporaryFolder(), 'm.onnx'), classifier(16, 2, 4))
    const { code, stderr } = await plimsoll(['inspect', path, '--input', 'x=0x16', '--input', 'y'])
    expect(code).toBe(2)
    expect(stderr).toContain('--input x=0x16 is not a name and a shape')
    expect(stderr).toContain('--input y is not a name and a shape')
  })
})

function random(count: number): string {
  const next = seededRandom(9)
  return write(Uint8Array.from({ length: count }, () => next() * 256))
}

function cut(): string {
  return write(encodeOnnx(modelOf(classifier(16, 2, 4))).subarray(0, 900))
}

function withoutData(): string {
  const external_data = [{ key: 'location', value: 'w.bin' }]
  const w = make('TensorProto', { name: 'w', data_type: FLOAT32, dims: [4], data_location: 1, external_data })
  const shape = [valueInfo('x', [4])]
  const node = [makeNode('Add', ['x', 'w'], ['y'])]
  return writeModel(
    join(temporaryFolder(), 'm.onnx'),
    graphOf({ input: shape, output: [valueInfo('y', [4])], node, initializer: [w] }),
  )
}

function write(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), 'm.onnx')
  writeFileSync(path, bytes)
  return path
}
