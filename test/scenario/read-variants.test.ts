import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MODEL, scenarioText, useScenarios } from './write-scenario.ts'

const { folder, read, brief } = useScenarios()

function withModel(more: string, candidates?: string): string {
  const model = `model: { file: "${MODEL}", inputs: { x: { shape: [1, 3, 48, 192] } }, ${more} }`
  return scenarioText({ model, ...(candidates ? { candidates } : {}) })
}

describe('variants', () => {
  test('multiply the candidates, and a name says which one it is unless it is fp32', () => {
    writeFileSync(join(folder, 'pruned.onnx'), '')
    const { model, candidates } = read(
      withModel('variants: [fp32, int8-dynamic, ./pruned.onnx], maxAccuracyLoss: 2%'),
    )
    expect(model.variants).toEqual([
      { name: 'fp32' },
      { name: 'int8-dynamic' },
      { name: 'pruned', path: join(folder, 'pruned.onnx') },
    ])
    expect(model.maxAccuracyLoss).toBe(0.02)
    expect(candidates.map(({ name, variant }) => [name, variant])).toEqual([
      ['vertex n1-standard-2 us-central1', undefined],
      ['vertex n1-standard-2 int8-dynamic us-central1', 'int8-dynamic'],
      ['vertex n1-standard-2 pruned us-central1', 'pruned'],
    ])
  })

  test('leave a deployment that runs alone', () => {
    const url = 'candidates: [{ platform: vertex, machineType: n1-standard-2, url: "https://h/predict" }]'
    expect(read(withModel('variants: [fp32, int8-weights]', url)).candidates).toHaveLength(1)
  })

  test.each([
    ['variants: [int8]', '"int8" is no variant'],
    ['variants: [./gone.onnx]', 'variant file ./gone.onnx does not exist'],
    ['variants: [int8-weights, int8-weights]', 'there are two variants named int8-weights'],
    ['variants: []', 'the list is empty'],
    ['maxAccuracyLoss: 0.01', '0.01 is not a share between 0% and 100%'],
  ])('%s is a problem with its place', (more, message) => {
    expect(brief(withModel(more))).toEqual([
      expect.stringMatching(new RegExp(`^2:\\d+ model\\..*${message.replace('.', '\\.')}`)),
    ])
  })

  test('are compared on the samples that an input names', () => {
    writeFileSync(join(folder, 'x.f32'), '')
    const input = (samples: string) =>
      scenarioText({
        model: `model: { file: "${MODEL}", inputs: { x: { shape: [1], samples: ${samples} } } }`,
      })
    expect(read(input('x.f32')).model.inputs.x?.samples).toBe(join(folder, 'x.f32'))
    expect(brief(input('y.f32'))[0]).toContain('model.inputs.x.samples: file y.f32 does not exist')
  })
})
