import { describe, expect, it } from 'vitest'
import { nameOf, readServeOptions } from '../../src/serving/serve-options.ts'

const read = (values: Record<string, string> = {}, env: Record<string, string> = {}) =>
  readServeOptions('/models/my model.onnx', '1.2.3', new Map(Object.entries(values)), env)

describe('the options of a server', () => {
  it('are for this machine alone unless a platform says otherwise', () => {
    expect(read()).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      modelName: 'my-model',
      predictRoute: '/predict',
      healthRoute: '/health',
      listenEarly: false,
    })
  })

  it('heed PORT, as Cloud Run sets it', () => {
    expect(read({}, { PORT: '9000' })).toMatchObject({ host: '0.0.0.0', port: 9000, listenEarly: false })
  })

  it('heed what Vertex AI sets, and answer its probes while the model loads', () => {
    const env = { AIP_HTTP_PORT: '7080', AIP_PREDICT_ROUTE: '/a:predict', AIP_HEALTH_ROUTE: '/a', PORT: '1' }
    expect(read({}, env)).toMatchObject({
      host: '0.0.0.0',
      port: 7080,
      predictRoute: '/a:predict',
      healthRoute: '/a',
      listenEarly: true,
    })
    expect(read({ port: '5', host: '::1' }, env)).toMatchObject({ host: '::1', port: 5 })
  })

  it('wait for a batch only where there may be one', () => {
    expect(read()).toMatchObject({ maxBatch: 1, maxDelayMs: 0 })
    expect(read({ 'max-batch': '8' })).toMatchObject({ maxBatch: 8, maxDelayMs: 2 })
    expect(read({ 'max-batch': '8', 'max-delay': '500us' }).maxDelayMs).toBe(0.5)
  })

  it('have one worker on a GPU, which each would fill with the model, and the option before the variable', () => {
    expect(read()).toMatchObject({ device: 'cpu' })
    expect(read({ device: 'cuda' })).toMatchObject({ device: 'cuda', workers: 1 })
    expect(read({ device: 'cuda', workers: '3' })).toMatchObject({ workers: 3 })
    expect(read({}, { PLIMSOLL_DEVICE: 'cuda' })).toMatchObject({ device: 'cuda', workers: 1 })
    expect(read({ device: 'cpu' }, { PLIMSOLL_DEVICE: 'cuda' })).toMatchObject({ device: 'cpu' })
    expect(read({}, { PLIMSOLL_DEVICE: '' })).toMatchObject({ device: 'cpu' })
    expect(() => read({ device: 'tpu' })).toThrow('--device tpu is neither cpu nor cuda')
    expect(() => read({}, { PLIMSOLL_DEVICE: 'gpu' })).toThrow('PLIMSOLL_DEVICE gpu is neither cpu nor cuda')
  })

  it('take from the environment how inferences run where no option says it', () => {
    const env = {
      PLIMSOLL_THREADS: '2',
      PLIMSOLL_WORKERS: '3',
      PLIMSOLL_MAX_BATCH: '8',
      PLIMSOLL_MAX_DELAY: '5ms',
    }
    expect(read({}, env)).toMatchObject({ threads: 2, workers: 3, maxBatch: 8, maxDelayMs: 5 })
    expect(read({ 'max-batch': '1', workers: '1' }, env)).toMatchObject({
      threads: 2,
      workers: 1,
      maxBatch: 1,
    })
    expect(read({}, { PLIMSOLL_MAX_BATCH: '' })).toMatchObject({ maxBatch: 1 })
    expect(() => read({}, { PLIMSOLL_THREADS: 'x', PLIMSOLL_MAX_DELAY: 'y' })).toThrow(
      expect.objectContaining({
        problems: [
          { message: 'PLIMSOLL_THREADS x is not a whole number from 1 to 256' },
          { message: 'PLIMSOLL_MAX_DELAY y is not a time such as 5ms or 30s' },
        ],
      }),
    )
  })

  it('tell of everything that is wrong, not of the first thing', () => {
    const values = { port: 'x', workers: '0', 'max-delay': '5', 'max-body': 'big', log: 'xml', name: 'a b' }
    const wrong = [
      '--log xml is neither off nor json',
      '--max-body big is not a size such as 10Mi',
      '--max-delay 5 is not a time such as 5ms or 30s',
      '--name a b may only have letters, digits, dots, dashes and underscores',
      '--port x is not a whole number from 0 to 65535',
      '--workers 0 is not a whole number from 1 to 256',
      'AIP_PREDICT_ROUTE is predict, which is no path of a URL',
    ]
    expect(() => read(values, { AIP_PREDICT_ROUTE: 'predict' })).toThrow(
      expect.objectContaining({
        name: 'UserError',
        problems: expect.arrayContaining(wrong.map((message) => ({ message }))),
      }),
    )
  })
})

it('a model is called by its file', () => {
  expect([nameOf('/a/b.onnx'), nameOf('C d.ONNX'), nameOf('/x/.onnx')]).toEqual(['b', 'C-d', 'model'])
})
