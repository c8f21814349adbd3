import { describe, expect, test } from 'vitest'
import { MODEL, scenarioText, useScenarios } from './write-scenario.ts'

const { read, problems } = useScenarios()

const withDeploy = (fields: string, variants = '[fp32, int8-weights]') =>
  scenarioText({
    model: `model: { file: "${MODEL}", inputs: { x: { shape: [1, 3, 48, 192] } }, variants: ${variants} }`,
    more: `deploy: { project: my-project, ${fields} }`,
  })

describe('A deploy block', () => {
  test('says where the model and its variants are, and has defaults for the rest', () => {
    const { deploy } = read(
      withDeploy(
        'image: h/p/r/model:1, network: models, clientRanges: [203.0.113.7/32], variants: { int8-weights: { image: h/p/r/model:int8, modelUri: "gs://b/int8.onnx" } }',
      ),
    )
    expect(deploy).toMatchObject({
      project: 'my-project',
      image: 'h/p/r/model:1',
      network: 'models',
      clientRanges: ['203.0.113.7/32'],
      variants: { 'int8-weights': { image: 'h/p/r/model:int8', modelUri: 'gs://b/int8.onnx' } },
      port: 8080,
      predictPath: '/predict',
      parallel: 3,
    })
    expect(read(withDeploy('image: h/p/r/model:1')).deploy).not.toHaveProperty('variants')
  })

  test.each([
    ['image: "https://h/p"', 'deploy.image', '"https://h/p" is not an image'],
    ['modelUri: s3://b/m.onnx', 'deploy.modelUri', '"s3://b/m.onnx" is not in Cloud Storage'],
    ['predictPath: predict', 'deploy.predictPath', '"predict" is not a path'],
    ['clientRanges: [203.0.113.7]', 'deploy.clientRanges[0]', '"203.0.113.7" is not a range of addresses'],
    ['variants: { int8-weights: {} }', 'deploy.variants.int8-weights', 'nothing says where int8-weights is'],
    [
      'variants: { int8-weights: { image: "a b" } }',
      'deploy.variants.int8-weights.image',
      '"a b" is not an image',
    ],
    [
      'variants: { int8-weights: { modelUri: m.onnx } }',
      'deploy.variants.int8-weights.modelUri',
      '"m.onnx" is not in Cloud Storage',
    ],
    ['variants: { fp32: { image: a } }', 'deploy.variants.fp32', 'fp32 is the model as it is'],
    [
      'variants: { int8-weight: { image: a } }',
      'deploy.variants.int8-weight',
      'the model has no variant int8-weight',
    ],
  ])('with %s says what is wrong, where and what to do', (fields, field, message) => {
    expect(problems(withDeploy(fields))).toEqual([
      expect.objectContaining({ field, message, line: expect.any(Number), hint: expect.any(String) }),
    ])
  })

  test('says what variants there are', () => {
    const [other] = problems(withDeploy('variants: { pruned: { image: a } }'))
    expect(other?.hint).toBe('there are int8-weights')
    const [none] = problems(withDeploy('variants: { pruned: { image: a } }', '[fp32]'))
    expect(none?.hint).toBe('list it in model.variants')
  })
})
