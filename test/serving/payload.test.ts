import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { InputSource, ModelSource } from '../../src/core/scenario.ts'
import { buildPayload } from '../../src/serving/payload.ts'
import { readVertex } from '../../src/serving/protocols/predict.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-payload-'))
afterAll(() => rmSync(folder, { recursive: true }))

const uniform: InputSource = { shape: [2, 50], values: { from: 'uniform', low: -3, high: 5 } }
const model = (inputs: ModelSource['inputs'], encoding: 'json' | 'base64' = 'json'): ModelSource => ({
  file: 'm.onnx',
  path: '/m.onnx',
  inputs,
  encoding,
})
const x = (type: string) => [{ name: 'x', type, shape: [null, null] }]
function valuesOf(source: InputSource, type: string, encoding: 'json' | 'base64', seed = 1) {
  const body = buildPayload(model({ x: source }, encoding), x(type), seed)
  const run = () => Promise.reject(new Error('nothing is run'))
  const { feeds } = readVertex(body, { inputs: x(type), outputs: [], run })
  return Array.from(feeds[0]?.get('x')?.elements ?? [], Number)
}

describe('a payload', () => {
  it.each(['float16', 'float32', 'float64', 'int8', 'int32', 'int64'])(
    'of %s is the same in JSON and base64',
    (type) => {
      expect(valuesOf(uniform, type, 'json')).toEqual(valuesOf(uniform, type, 'base64'))
    },
  )

  it('is the same for the same seed and another for another', () => {
    expect(valuesOf(uniform, 'float32', 'json', 1)).toEqual(valuesOf(uniform, 'float32', 'json', 1))
    expect(valuesOf(uniform, 'float32', 'json', 1)).not.toEqual(valuesOf(uniform, 'float32', 'json', 2))
  })

  it('holds uniform values from low up to high', () => {
    const values = valuesOf(uniform, 'float64', 'base64')
    expect(values).toHaveLength(100)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3)
    expect(Math.min(...values)).toBeLessThan(-2)
    expect(Math.max(...values)).toBeLessThan(5)
    expect(Math.max(...values)).toBeGreaterThan(4)
    expect(new Set(valuesOf(uniform, 'int8', 'json'))).toEqual(new Set([-3, -2, -1, 0, 1, 2, 3, 4]))
  })

  it('holds a constant', () => {
    const constant: InputSource = { shape: [1, 2], values: { from: 'constant', value: 0.5 } }
    expect(buildPayload(model({ x: constant }), x('float32'), 1).toString()).toBe(
      '{"instances":[[[0.5,0.5]]]}',
    )
    expect(buildPayload(model({ x: constant }), x('bool'), 1).toString()).toBe(
      '{"instances":[[[true,true]]]}',
    )
  })

  it('names the inputs of a model that has several', () => {
    const zero: InputSource = { shape: [1], values: { from: 'constant', value: 0 } }
    const inputs = ['a', 'b'].map((name) => ({ name, type: 'float32', shape: [1] }))
    expect(JSON.parse(buildPayload(model({ a: zero, b: zero }), inputs, 1).toString())).toEqual({
      instances: [{ a: [0], b: [0] }],
    })
  })

  it('holds the values of a file of raw little-endian bytes', () => {
    const path = join(folder, 'values.bin')
    writeFileSync(path, Buffer.from([1, 0, 2, 0]))
    const file: InputSource = { shape: [1, 2], values: { from: 'file', path } }
    expect(valuesOf(file, 'int16', 'json')).toEqual([1, 2])
    expect(() => valuesOf(file, 'int32', 'json')).toThrow('are 4 bytes, but its shape takes 8')
  })

  it('needs its file of values to be there', () => {
    const file: InputSource = { shape: [1, 2], values: { from: 'file', path: join(folder, 'none') } }
    expect(() => valuesOf(file, 'int16', 'json')).toThrow('cannot be read (ENOENT)')
  })
})
