import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { HALF_PLUS_THREE, slowIdentity, writeTinyModel } from '../serving/tiny-model.ts'
import { plimsoll, type Started, smallScenario, start, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()
const CUDA_LIBRARY = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'
const half = writeTinyModel(folder, 'half', HALF_PLUS_THREE)

/** The URL that a started server prints, once it answers. */
async function urlOf({ child, finished }: Started): Promise<string> {
  if (!child.stdout) throw new Error('no stdout')
  const line = once(createInterface(child.stdout), 'line').then(([text]) => String(text))
  return Promise.race([line, finished.then(({ stderr }) => Promise.reject(new Error(stderr)))])
}

const post = (url: string, body: string) => fetch(url, { method: 'POST', body })

describe('serve', () => {
  test('serves a model until SIGTERM, answers what it has taken, and exits with 0', async () => {
    const slow = writeTinyModel(folder, 'slow', slowIdentity(20))
    const server = start(['serve', slow, '--port', '0', '--workers', '1', '--log', 'json'])
    const url = await urlOf(server)
    expect((await post(url, '{"instances":[[1]]}')).status).toBe(200)
    const taken = [2, 3].map((value) => post(url, `{"instances":[[${value}]]}`))
    const metrics = new URL('/metrics', url)
    while (!(await (await fetch(metrics)).text()).includes('plimsoll_requests_in_flight 2')) {}
    server.child.kill('SIGTERM')
    const replies = await Promise.all(taken)
    expect(await Promise.all(replies.map((reply) => reply.json()))).toEqual([
      { predictions: [[2]] },
      { predictions: [[3]] },
    ])
    const { code, stderr } = await server.finished
    expect(code).toBe(0)
    await expect(post(url, '{"instances":[[1]]}')).rejects.toThrow()
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'))
    const entries = lines.map((line) => JSON.parse(line))
    expect(entries.map(({ message }) => message)).toEqual([
      'ready',
      'POST /predict 200',
      'draining',
      'POST /predict 200',
      'POST /predict 200',
      'drained',
    ])
    expect(entries[1]).toMatchObject({
      severity: 'INFO',
      httpRequest: { requestMethod: 'POST', status: 200, requestSize: '19' },
      queueMs: expect.any(Number),
      inferenceMs: expect.any(Number),
    })
  })

  test.skipIf(existsSync(CUDA_LIBRARY))(
    'refuses a GPU that is not there, and does not blame the model',
    async () => {
      const { code, stderr } = await plimsoll(['serve', half, '--port', '0', '--device', 'cuda'])
      expect([code, stderr]).toEqual([2, expect.stringContaining('the model cannot run on a GPU here: ')])
      expect(stderr).toContain('--device cpu needs none of it')
      const broken = write('broken.onnx', 'no model')
      const env = { PLIMSOLL_DEVICE: 'cuda' }
      const blamed = await plimsoll(['serve', broken, '--port', '0'], { env })
      expect([blamed.code, blamed.stderr]).toEqual([2, expect.stringContaining('cannot load the model')])
    },
  )

  test('keeps the contracts of Vertex AI and of Cloud Run by what they set', async () => {
    const env = { AIP_HTTP_PORT: '0', AIP_PREDICT_ROUTE: '/a:predict', AIP_HEALTH_ROUTE: '/a' }
    const vertex = start(['serve', half], { env })
    const cloudRun = start(['serve', half], { env: { PORT: '0' } })
    const [predict, other] = await Promise.all([urlOf(vertex), urlOf(cloudRun)])
    expect([new URL(predict).pathname, new URL(other).hostname]).toEqual(['/a:predict', '0.0.0.0'])
    expect(await (await post(predict, '{"instances":[1]}')).json()).toEqual({ predictions: [3.5] })
    expect((await fetch(new URL('/a', predict))).status).toBe(200)
    for (const { child, finished } of [vertex, cloudRun]) {
      child.kill('SIGINT')
      expect((await finished).code).toBe(0)
    }
  })

  test('serves the model of a scenario, and writes the request that its runs send', async () => {
    const scenario = write('s.yaml', smallScenario())
    const body = join(folder, 'request.json')
    const server = start(['serve', scenario, '--port', '0', '--body', body, '--name', 'cls'])
    const url = await urlOf(server)
    expect((await post(url, readFileSync(body, 'utf8'))).status).toBe(200)
    expect((await fetch(new URL('/v2/models/cls', url))).status).toBe(200)
    server.child.kill('SIGTERM')
    expect((await server.finished).code).toBe(0)
  })

  test.each([
    [['absent.onnx'], 'model file absent.onnx does not exist'],
    [[half, '--workers', '0', '--max-delay', '5'], '--max-delay 5 is not a time'],
    [[half, '--body', 'x.json'], '--body needs a scenario'],
    [[import.meta.filename], 'ONNX Runtime cannot load the model'],
  ])('%j is for the user to mend', async (args, message) => {
    const { code, stderr, stdout } = await plimsoll(['serve', ...args, '--port', '0'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })
})
