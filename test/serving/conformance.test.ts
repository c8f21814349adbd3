import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { binaryRequest, jsonOf, type Served, useServing } from './serving.ts'
import { HALF_PLUS_THREE, ROWS, TWO_INPUTS, writeTinyModel } from './tiny-model.ts'

const { folder, serve } = useServing()
const bytes = (...parts: readonly (string | Uint8Array)[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))))

let half: Served
let two: Served
let rows: Served
beforeAll(async () => {
  half = await serve(writeTinyModel(folder, 'half_plus_three', HALF_PLUS_THREE), {
    modelName: 'half_plus_three',
    modelVersion: '123',
    predictRoute: '/v1/endpoints/7/deployedModels/8:predict',
    healthRoute: '/v1/endpoints/7/deployedModels/8',
  })
  two = await serve(writeTinyModel(folder, 'mymodel', TWO_INPUTS), { modelName: 'mymodel' })
  rows = await serve(writeTinyModel(folder, 'rows', ROWS))
})

describe('the Open Inference Protocol', () => {
  const request = {
    id: '42',
    inputs: [
      { name: 'input0', shape: [2, 2], datatype: 'UINT32', data: [1, 2, 3, 4] },
      { name: 'input1', shape: [3], datatype: 'BOOL', data: [true, false, true] },
    ],
    outputs: [{ name: 'output0' }],
  }

  it('answers the request of its specification', async () => {
    const reply = await two.post('/v2/models/mymodel/infer', JSON.stringify(request))
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(await jsonOf(reply)).toEqual({
      model_name: 'mymodel',
      model_version: '1',
      id: '42',
      outputs: [{ name: 'output0', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] }],
    })
  })

  it('answers the request of the binary extension, 19 bytes behind its JSON, in kind', async () => {
    const json = JSON.stringify({
      model_name: 'mymodel',
      inputs: [
        { name: 'input0', shape: [2, 2], datatype: 'UINT32', parameters: { binary_data_size: 16 } },
        { name: 'input1', shape: [3], datatype: 'BOOL', parameters: { binary_data_size: 3 } },
      ],
      outputs: [{ name: 'output0', parameters: { binary_data: true } }, { name: 'output1' }],
    })
    const raw = bytes(new Uint8Array(Uint32Array.of(1, 2, 3, 4).buffer), Uint8Array.of(1, 0, 1))
    const headers = {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.length),
    }
    const reply = await two.post('/v2/models/mymodel/versions/1/infer', bytes(json, raw), headers)
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/octet-stream'])
    const body = Buffer.from(await reply.arrayBuffer())
    const length = Number(reply.headers.get('inference-header-content-length'))
    expect(JSON.parse(body.subarray(0, length).toString()).outputs).toEqual([
      { name: 'output0', shape: [2, 2], datatype: 'FP32', parameters: { binary_data_size: 16 } },
      { name: 'output1', shape: [3], datatype: 'BOOL', data: [false, true, false] },
    ])
    expect(body.subarray(length)).toEqual(Buffer.from(Float32Array.of(1, 2, 3, 4).buffer))
  })

  it('tells of the server and the model', async () => {
    const get = async (path: string) => jsonOf(await fetch(two.url(path)))
    expect(await get('/v2')).toEqual({ name: 'plimsoll', version: '0', extensions: ['binary_tensor_data'] })
    expect(await get('/v2/health/live')).toEqual({ live: true })
    expect(await get('/v2/health/ready')).toMatchObject({ ready: true })
    expect(await get('/v2/models/mymodel/ready')).toEqual({ name: 'mymodel', ready: true })
    expect(await get('/v2/models/mymodel')).toEqual({
      name: 'mymodel',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: [
        { name: 'input0', datatype: 'UINT32', shape: [2, 2] },
        { name: 'input1', datatype: 'BOOL', shape: [3] },
      ],
      outputs: [
        { name: 'output0', datatype: 'FP32', shape: [2, 2] },
        { name: 'output1', datatype: 'BOOL', shape: [3] },
      ],
    })
    const free = await jsonOf(await fetch(half.url('/v2/models/half_plus_three/versions/123')))
    expect(free.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1] }])
  })

  it.each([
    ['/v2/models/other/infer', JSON.stringify(request), 404, "unknown model: 'other'"],
    ['/v2/models/mymodel/versions/2/infer', JSON.stringify(request), 404, 'unknown model'],
    ['/v2/models/mymodel/infer', '{"inputs":[', 400, 'the body is not JSON'],
    ['/v2/models/mymodel/infer', '{"inputs":[]}', 400, 'the request lacks "input0", "input1"'],
    [
      '/v2/models/mymodel/infer',
      JSON.stringify({ inputs: [{ ...request.inputs[0], data: [1, 2, 3] }] }),
      400,
      'inputs[0]: input "input0" has 3 values, but shape [2, 2] takes 4',
    ],
  ])('answers %s to %s with its error object', async (path, body, status, message) => {
    const reply = await two.post(path, body)
    expect([reply.status, reply.headers.get('content-type')]).toEqual([status, 'application/json'])
    expect(await jsonOf(reply)).toEqual({ error: expect.stringContaining(message) })
  })
})

describe('the REST form of TensorFlow Serving', () => {
  it('answers the example of its page', async () => {
    const reply = await half.post('/v1/models/half_plus_three:predict', '{"instances": [1.0,2.0,5.0]}')
    expect(await reply.text()).toBe('{"predictions":[3.5,4,5.5]}')
    const columns = await half.post(
      '/v1/models/half_plus_three/versions/123:predict',
      '{"inputs": [1.0,2.0,5.0]}',
    )
    expect(await columns.text()).toBe('{"outputs":[3.5,4,5.5]}')
    const token = await half.post('/v1/models/half_plus_three:predict', '{"instances": [NaN, -Infinity]}')
    expect(await token.text()).toBe('{"predictions":[NaN,-Infinity]}')
  })

  it('answers rows of several inputs by rows, and columns by columns', async () => {
    const instances = [
      {
        signal: [1, 2, 3, 4, 5],
        sensor: [
          [1, 2],
          [3, 4],
        ],
      },
      {
        signal: [3, 4, 1, 2, 5],
        sensor: [
          [4, 5],
          [6, 8],
        ],
      },
    ]
    const byRow = await jsonOf(await rows.post('/v1/models/m:predict', JSON.stringify({ instances })))
    expect(byRow).toEqual({
      predictions: instances.map(({ signal, sensor }) => ({
        louder: signal.map((value) => value * 2),
        sensed: sensor,
      })),
    })
    const inputs = {
      signal: instances.map(({ signal }) => signal),
      sensor: instances.map(({ sensor }) => sensor),
    }
    const byColumn = await jsonOf(await rows.post('/v1/models/m:predict', JSON.stringify({ inputs })))
    expect(byColumn).toEqual({
      outputs: {
        louder: byRow.predictions.map(({ louder }: { louder: unknown }) => louder),
        sensed: inputs.sensor,
      },
    })
  })

  it('tells the state and the signature of the model', async () => {
    expect(await jsonOf(await fetch(half.url('/v1/models/half_plus_three')))).toEqual({
      model_version_status: [
        { version: '123', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
      ],
    })
    const { metadata } = await jsonOf(await fetch(half.url('/v1/models/half_plus_three/metadata')))
    expect(metadata.signature_def.signature_def.serving_default.inputs.x).toMatchObject({
      dtype: 'DT_FLOAT',
      tensor_shape: { dim: [{ size: '-1' }] },
    })
  })

  it('answers 404 to a model that it does not have, in the words of its page', async () => {
    const reply = await half.post('/v1/models/half:predict', '{"instances": [1.0,5.0]}')
    expect(reply.status).toBe(404)
    expect(await jsonOf(reply)).toEqual({
      error: expect.stringContaining('Servable not found for request: Latest(half)'),
    })
  })

  it.each([
    ['{"instances": [1.0,"a"]}', 'instances[1]: input "x" holds "a" where a float32 belongs'],
    ['{"instances": [[[1.0]]]}', 'instances[0]: input "x" has shape'],
    ['{"inputs": [1], "instances": [1]}', 'both "instances" and "inputs"'],
  ])('answers 400 to %s, and says where', async (body, message) => {
    const reply = await half.post('/v1/models/half_plus_three:predict', body)
    expect(reply.status).toBe(400)
    expect(await jsonOf(reply)).toEqual({ error: expect.stringContaining(message) })
  })
})

describe('the contract of Vertex AI', () => {
  it('is kept on the routes that it names', async () => {
    expect((await fetch(half.url('/v1/endpoints/7/deployedModels/8'))).status).toBe(200)
    const body = '{"instances": [1, 2], "parameters": {"confidence": 0.5}}'
    const reply = await half.post('/v1/endpoints/7/deployedModels/8:predict', body)
    expect(await jsonOf(reply)).toEqual({ predictions: [3.5, 4] })
    expect(reply.headers.get('server-timing')).toMatch(
      /^inference;dur=\d+\.\d{3}, queue;dur=\d+\.\d{3}, compute;dur=\d+\.\d{3}$/,
    )
  })

  it('takes base64, and gives it back', async () => {
    const b64 = Buffer.from(Float32Array.of(1, 2).buffer).toString('base64')
    const reply = await half.post('/predict', JSON.stringify({ instances: [{ b64 }] }))
    const expected = Buffer.from(Float32Array.of(3.5, 4).buffer).toString('base64')
    expect(await jsonOf(reply)).toEqual({ predictions: [{ b64: expected, shape: [2], dtype: 'float32' }] })
  })
})

describe('any protocol', () => {
  it('takes bodies in gzip and deflate up to the same size, and no other encoding', async () => {
    const small = await serve(writeTinyModel(folder, 'small', HALF_PLUS_THREE), { maxBodyBytes: 10_000 })
    const packed = (text: string) => new Uint8Array(gzipSync(text))
    const gzip = { 'content-encoding': 'gzip' }
    const reply = await small.post('/predict', packed('{"instances":[1]}'), gzip)
    expect(await jsonOf(reply)).toEqual({ predictions: [3.5] })
    const bomb = await small.post('/predict', packed(`{"instances":[${'1,'.repeat(1_000_000)}1]}`), gzip)
    expect([bomb.status, (await jsonOf(bomb)).error]).toEqual([
      413,
      expect.stringContaining('over 10000 bytes'),
    ])
    const broken = await small.post('/predict', packed('{"instances":[1]}').subarray(5), gzip)
    expect([broken.status, (await jsonOf(broken)).error]).toEqual([400, expect.stringContaining('not gzip')])
    const other = await small.post('/predict', 'x', { 'content-encoding': 'zstd' })
    expect([other.status, (await jsonOf(other)).error]).toEqual([415, expect.stringContaining('zstd')])
  })

  it('says which methods a path takes', async () => {
    const reply = await fetch(half.url('/v1/models/half_plus_three:predict'))
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('counts what was answered, and how', async () => {
    const counted = await serve(writeTinyModel(folder, 'counted', HALF_PLUS_THREE))
    const { body, headers } = binaryRequest('x', [3], Float32Array.of(1, 2, 3))
    await counted.post('/v2/models/m/infer', body, headers)
    await counted.post('/predict', '{"instances":[1]}')
    await counted.post('/predict', 'no JSON')
    const text = await (await fetch(counted.url('/metrics'))).text()
    for (const line of [
      'plimsoll_requests_total{protocol="open-inference",code="200"} 1',
      'plimsoll_requests_total{protocol="vertex",code="200"} 1',
      'plimsoll_requests_total{protocol="vertex",code="400"} 1',
      'plimsoll_batch_size_sum 4',
      'plimsoll_batch_size_count 2',
      'plimsoll_queue_duration_seconds_count 3',
      'plimsoll_compute_duration_seconds_count 3',
      'plimsoll_inference_duration_seconds_count 2',
      'plimsoll_requests_in_flight 0',
      'plimsoll_workers 1',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
  })
})
