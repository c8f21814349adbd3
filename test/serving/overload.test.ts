import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { UserError } from '../../src/core/errors.ts'
import { LoadFailure } from '../../src/serving/server/start-worker.ts'
import { binaryReply, binaryRequest, jsonOf, type Served, useServing } from './serving.ts'
import { HALF_PLUS_THREE, slowIdentity, TWO_INPUTS, writeTinyModel } from './tiny-model.ts'

const { folder, serve } = useServing()
const slow = writeTinyModel(folder, 'slow', slowIdentity(20))
const quick = writeTinyModel(folder, 'quick', HALF_PLUS_THREE)
const ask = (server: Served, value: number) => server.post('/predict', `{"instances":[[${value}]]}`)
const gauge = async (server: Served, name: string) => {
  const text = await (await fetch(server.url('/metrics'))).text()
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
}
/** Looks until it is so; a test that waits in vain runs into its time limit. */
const until = async (isSo: () => Promise<boolean>) => {
  while (!(await isSo())) await pause(2)
}

describe('a server with more requests than it can take', () => {
  it('refuses what is beyond its queue, answers the rest, stays healthy, and recovers', async () => {
    const server = await serve(slow, { maxQueue: 4 })
    const flood = await Promise.all(Array.from({ length: 60 }, (_, value) => ask(server, value)))
    const [taken, refused] = [flood.filter(({ ok }) => ok), flood.filter(({ ok }) => !ok)]
    expect(taken.length).toBeGreaterThanOrEqual(5)
    expect(refused.length).toBeGreaterThan(0)
    for (const reply of refused) {
      expect(reply.status).toBe(429)
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(await reply.json()).toEqual({ error: '5 requests are under way, which is the most' })
    }
    const values = await Promise.all(taken.map(async (reply) => (await jsonOf(reply)).predictions[0][0]))
    expect(new Set(values).size).toBe(taken.length)
    expect((await ask(server, 7)).status).toBe(200)
    expect(await gauge(server, 'plimsoll_requests_in_flight')).toBe(0)
    expect(await gauge(server, 'plimsoll_shed_total{reason="queue-full"}'.replace(/[{}"]/g, '\\$&'))).toBe(
      refused.length,
    )
  })

  it('answers probes while an inference runs', async () => {
    const server = await serve(slow)
    const running = ask(server, 1)
    await until(async () => (await gauge(server, 'plimsoll_workers_busy')) === 1)
    expect((await fetch(server.url('/v2/health/ready'))).status).toBe(200)
    expect((await running).status).toBe(200)
  })

  it('does not run a request whose client has gone', async () => {
    const server = await serve(slow)
    const running = ask(server, 1)
    await until(async () => (await gauge(server, 'plimsoll_workers_busy')) === 1)
    const leave = new AbortController()
    const url = server.url('/predict')
    const gone = fetch(url, { method: 'POST', body: '{"instances":[[2]]}', signal: leave.signal })
    await until(async () => (await gauge(server, 'plimsoll_queue_length')) === 1)
    leave.abort()
    await expect(gone).rejects.toThrow()
    await until(async () => (await gauge(server, 'plimsoll_queue_length')) === 0)
    await running
    expect(await gauge(server, 'plimsoll_inference_duration_seconds_count')).toBe(1)
  })

  it('answers 504 to what takes longer than it may, and goes on', async () => {
    const server = await serve(writeTinyModel(folder, 'slower', slowIdentity(40)), { timeoutMs: 20 })
    const reply = await ask(server, 1)
    expect([reply.status, await reply.json()]).toEqual([
      504,
      { error: 'the request was not answered within 20 ms' },
    ])
    await until(async () => (await gauge(server, 'plimsoll_workers_busy')) === 0)
    expect((await fetch(server.url('/health'))).status).toBe(200)
  })

  it('closes a connection whose request does not come in, which then takes no place', async () => {
    const server = await serve(quick, { timeoutMs: 1000, maxQueue: 0 })
    const socket = connect(server.port, '127.0.0.1').resume()
    socket.write('POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"in')
    await until(async () => (await gauge(server, 'plimsoll_requests_in_flight')) === 1)
    expect((await server.post('/predict', '{"instances":[1]}')).status).toBe(429)
    await once(socket, 'close')
    expect((await server.post('/predict', '{"instances":[1]}')).status).toBe(200)
  })
})

describe('a server that is told to end', () => {
  it('answers what it has taken, refuses more, and closes', async () => {
    const server = await serve(slow, { workers: 1, maxQueue: 10 })
    const idle = connect(server.port, '127.0.0.1').resume()
    await once(idle, 'connect')
    const taken = [1, 2, 3].map((value) => ask(server, value))
    await until(async () => (await gauge(server, 'plimsoll_requests_in_flight')) === 3)
    const drained = server.drain()
    idle.write('POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 19\r\n\r\n{"instances":[[9]]}')
    const [late] = (await once(idle, 'data').catch(() => [Buffer.from('')])) as [Buffer]
    if (late.length > 0) expect(late.toString()).toMatch(/^HTTP\/1.1 503 [\s\S]*shutting down/)
    await expect(fetch(server.url('/health'))).rejects.toThrow()
    const replies = await Promise.all(taken)
    expect(replies.map(({ status, headers }) => [status, headers.get('connection')])).toEqual(
      [1, 2, 3].map(() => [200, 'close']),
    )
    expect(await drained).toBe(true)
  })

  it('does not wait for ever, and says so', async () => {
    const server = await serve(writeTinyModel(folder, 'slowest', slowIdentity(80)), { drainMs: 10 })
    const cut = ask(server, 1)
    await until(async () => (await gauge(server, 'plimsoll_workers_busy')) === 1)
    const drained = server.drain()
    await expect(cut).rejects.toThrow()
    expect(await drained).toBe(false)
  })
})

describe('a server that starts', () => {
  it('fails with the reason of ONNX Runtime, or with that of the port', async () => {
    await expect(serve(import.meta.filename)).rejects.toThrow(LoadFailure)
    const { port } = await serve(quick)
    await expect(serve(quick, { port })).rejects.toThrow('EADDRINUSE')
  })

  it('says why it cannot batch a model whose batch dimension is fixed', async () => {
    const fixed = writeTinyModel(folder, 'fixed', TWO_INPUTS)
    const failed = serve(fixed, { maxBatch: 4 }).catch((error: UserError) => error.problems)
    expect(await failed).toMatchObject([
      { message: '--max-batch 4 needs a free leading dimension, but "input0" of the model is [2, 2]' },
    ])
  })

  it('answers in batches what comes with raw bytes', async () => {
    const server = await serve(quick, { maxBatch: 8, maxDelayMs: 20 })
    const { body, headers } = binaryRequest('x', [1], Float32Array.of(4))
    const replies = await Promise.all([1, 2, 3].map(() => server.post('/v2/models/m/infer', body, headers)))
    expect(await Promise.all(replies.map(binaryReply))).toEqual([1, 2, 3].map(() => Float32Array.of(5)))
    expect(await gauge(server, 'plimsoll_batch_size_count')).toBeLessThan(3)
  })
})
