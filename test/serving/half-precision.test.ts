import { describe, expect, it } from 'vitest'
import { jsonOf, useServing } from './serving.ts'
import { HALF_PRECISION, writeTinyModel } from './tiny-model.ts'

const { folder, serve } = useServing()

describe('a model in float16', async () => {
  const server = await serve(writeTinyModel(folder, 'half', HALF_PRECISION), { maxBatch: 4 })

  it('is answered by the Vertex contract, in numbers that read back as the same bits', async () => {
    const reply = await jsonOf(await server.post('/predict', '{"instances":[[[0.1, -2.5, 65504e-1]]]}'))
    const doubled = Float16Array.of(0.1, -2.5, 6550.4).map((value) => value * 2)
    expect(Float16Array.from(reply.predictions[0][0])).toEqual(doubled)
  })

  it('takes and gives base64 and binary tensors', async () => {
    const elements = Float16Array.of(1, 2, 3)
    const bytes = Buffer.from(elements.buffer)
    const instance = { b64: bytes.toString('base64'), shape: [1, 3], dtype: 'float16' }
    const reply = await jsonOf(await server.post('/predict', JSON.stringify({ instances: [instance] })))
    const [prediction] = reply.predictions
    expect(prediction).toMatchObject({ shape: [1, 3], dtype: 'float16' })
    expect(Buffer.from(prediction.b64, 'base64')).toEqual(Buffer.from(Float16Array.of(2, 4, 6).buffer))
    const inputs = [{ name: 'x', datatype: 'FP16', shape: [1, 3], data: [1, 2, 3] }]
    const inferred = await jsonOf(await server.post('/v2/models/m/infer', JSON.stringify({ inputs })))
    expect(inferred.outputs[0]).toMatchObject({ datatype: 'FP16', data: [2, 4, 6] })
  })

  it('refuses a number that half precision has no room for', async () => {
    const reply = await server.post('/predict', '{"instances":[[[1, 70000, 0]]]}')
    expect(reply.status).toBe(400)
    expect((await jsonOf(reply)).error).toContain('holds 70000, which is no float16')
  })
})
