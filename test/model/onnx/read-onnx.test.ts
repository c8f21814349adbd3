import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/core/errors.ts'
import { decodeOnnx, encodeOnnx, readOnnx } from '../../../src/model/onnx/read-onnx.ts'
import { classifier, modelOf } from '../../fixtures/onnx-models.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const MODEL = Buffer.from(encodeOnnx(modelOf(classifier(16, 2, 4))))

/** What comes of bytes: a model, or a refusal that the user can read. */
function outcome(bytes: Buffer): 'model' | 'refused' {
  try {
    decodeOnnx(bytes, 'model.onnx')
    return 'model'
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(error.problems[0]?.message).not.toBe('')
    return 'refused'
  }
}

describe('An ONNX file', () => {
  test('is read as it was written', () => {
    const { graph } = decodeOnnx(MODEL, 'model.onnx')
    expect(graph.node.map(({ op_type }) => op_type)).toEqual(['MatMul', 'Relu', 'MatMul', 'Add', 'Softmax'])
    expect(Buffer.from(encodeOnnx(modelOf(graph)))).toEqual(MODEL)
  })

  test('that is cut short anywhere is refused', () => {
    for (let length = 0; length < MODEL.length - 12; length += 7) {
      expect(outcome(MODEL.subarray(0, length)), `${length} bytes`).toBe('refused')
    }
  })

  test('of random bytes is refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 2000 }),
        (bytes) => outcome(Buffer.from(bytes)) === 'refused',
      ),
    )
  })

  test('with any byte changed is read or refused, and never breaks the reader', () => {
    fc.assert(
      fc.property(fc.nat(MODEL.length - 1), fc.nat(255), (at, value) => {
        const bytes = Buffer.from(MODEL)
        bytes[at] = value
        return ['model', 'refused'].includes(outcome(bytes))
      }),
    )
  })

  test('cannot make a small file into much memory', () => {
    const emptyNodes = Buffer.alloc(2_400_000, Buffer.from([0x0a, 0x00]))
    expect(() => decodeOnnx(inGraph(emptyNodes), 'm.onnx')).toThrow(/more than 1000000 parts/)
  })

  test('that nests graphs without end is refused', () => {
    let bytes: Buffer = Buffer.alloc(0)
    for (let depth = 0; depth < 200; depth++) bytes = field(1, field(5, field(6, bytes)))
    expect(() => decodeOnnx(field(7, bytes), 'm.onnx')).toThrow(/nested more than/)
  })

  test.each([
    ['version https://git-lfs.github.com/spec/v1', /Git LFS pointer/],
    ['PK\x03\x04zip', /zip archive/],
    ['\x1c\x00\x00\x00TFL3', /TensorFlow Lite/],
    ['<!DOCTYPE html>', /HTML page/],
    ['{"a": 1}', /JSON/],
    ['', /empty/],
  ])('is told from %j', (text, message) => {
    expect(() => decodeOnnx(Buffer.from(text, 'latin1'), 'm.onnx')).toThrow(message)
  })

  test('has to be a file that is there', async () => {
    const folder = temporaryFolder()
    await expect(readOnnx(join(folder, 'gone.onnx'))).rejects.toThrow(/does not exist/)
    await expect(readOnnx(folder)).rejects.toThrow(/is not a file|cannot be read/)
    writeFileSync(join(folder, 'm.onnx'), MODEL)
    expect((await readOnnx(join(folder, 'm.onnx'))).bytes).toBe(MODEL.length)
  })
})

function field(number: number, content: Buffer): Buffer {
  const length: number[] = []
  let rest = content.length
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0))
    rest >>>= 7
  } while (rest > 0)
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content])
}

function inGraph(content: Buffer): Buffer {
  return field(7, content)
}
