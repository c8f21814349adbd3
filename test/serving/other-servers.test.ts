import { describe, expect, it } from 'vitest'
import type { OtherServer } from '../../src/core/candidate.ts'
import type { ModelSource } from '../../src/core/scenario.ts'
import { proveEndpoint } from '../../src/load/prove-endpoint.ts'
import { predictUrl } from '../../src/serving/other-servers.ts'
import { buildRequest } from '../../src/serving/payload.ts'
import { useServing } from './serving.ts'
import { ROWS, writeTinyModel } from './tiny-model.ts'

const { folder, serve } = useServing()
const SPECS = [
  { name: 'signal', type: 'float32', shape: [null, 5] },
  { name: 'sensor', type: 'float32', shape: [null, 2, 2] },
]
const modelIn = (encoding: 'json' | 'base64', batch = 1): ModelSource => ({
  file: 'rows.onnx',
  path: '/rows.onnx',
  encoding,
  inputs: {
    signal: { shape: [batch, 5], values: { from: 'constant', value: 0.5 } },
    sensor: { shape: [batch, 2, 2], values: { from: 'uniform', low: 0, high: 1 } },
  },
})
const SERVERS: readonly OtherServer[] = [
  { kind: 'tensorflow-serving', model: 'm' },
  { kind: 'triton', model: 'm' },
]

describe('the request for another server', async () => {
  const { port } = await serve(writeTinyModel(folder, 'rows', ROWS))
  const base = `http://127.0.0.1:${port}`

  it.each(
    SERVERS.flatMap((server) => (['json', 'base64'] as const).map((encoding) => ({ server, encoding }))),
  )('is answered on the route of $server.kind, in $encoding', async ({ server, encoding }) => {
    const { body, headers } = buildRequest(modelIn(encoding, 3), SPECS, 1, server)
    const proof = await proveEndpoint({
      url: predictUrl(base, server),
      body,
      headers,
      expect: server.kind === 'triton' ? 'outputs' : { predictions: 3 },
      timeoutMs: 5000,
      signal: new AbortController().signal,
    })
    expect(proof).toEqual({ replyBytes: expect.any(Number) })
  })

  it('is one row for each of the batch in TensorFlow Serving, as its documentation has it', () => {
    const { body } = buildRequest(modelIn('base64', 2), SPECS, 1, { kind: 'tensorflow-serving', model: 'm' })
    const { instances } = JSON.parse(body.toString())
    expect(instances).toHaveLength(2)
    expect(instances[0]).toMatchObject({ signal: [0.5, 0.5, 0.5, 0.5, 0.5] })
    expect(instances[0].sensor).toHaveLength(2)
  })

  it("has raw bytes after the JSON in Triton's base64 form", () => {
    const { body, headers } = buildRequest(modelIn('base64'), SPECS, 1, { kind: 'triton', model: 'm' })
    const length = Number(headers['inference-header-content-length'])
    const { inputs } = JSON.parse(body.toString('utf8', 0, length))
    expect(inputs[0]).toEqual({
      name: 'signal',
      shape: [1, 5],
      datatype: 'FP32',
      parameters: { binary_data_size: 20 },
    })
    expect(body.length - length).toBe(20 + 16)
    expect(body.readFloatLE(length)).toBe(0.5)
  })

  it('cannot be made of inputs without a batch in common', () => {
    const { inputs } = modelIn('json')
    const uneven = {
      ...modelIn('json'),
      inputs: { ...inputs, signal: { shape: [4, 5], values: { from: 'constant' as const, value: 1 } } },
    }
    expect(() => buildRequest(uneven, SPECS, 1, { kind: 'tensorflow-serving', model: 'm' })).toThrow(
      'the inputs differ in their first dimension',
    )
  })

  it('goes to the url as it is given where that has a path', () => {
    const triton: OtherServer = { kind: 'triton', model: 'det/2' }
    expect(predictUrl('https://host', triton)).toBe('https://host/v2/models/det%2F2/infer')
    expect(predictUrl('https://host/v2/models/x/versions/3/infer', triton)).toContain('/versions/3/infer')
    expect(predictUrl('https://host', undefined)).toBe('https://host')
  })
})

describe('a reply without outputs', async () => {
  const { port } = await serve(writeTinyModel(folder, 'rows', ROWS))

  it('is no inference', async () => {
    const { body, headers } = buildRequest(modelIn('json'), SPECS, 1)
    const proof = await proveEndpoint({
      url: `http://127.0.0.1:${port}/predict`,
      body,
      headers,
      expect: 'outputs',
      timeoutMs: 5000,
      signal: new AbortController().signal,
    })
    expect(proof).toEqual({ fault: expect.stringContaining('its reply has no outputs') })
  })
})
