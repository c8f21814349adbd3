import { countElements } from '../src/serving/element-types.ts'

export interface BinaryRequest {
  readonly body: Buffer
  readonly headers: Record<string, string>
}

/** Values from 0 to 1, the same every time. */
export function ramp(shape: readonly number[]): Float32Array {
  let state = 1
  return Float32Array.from({ length: countElements(shape) }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  })
}

/** The input `x` as a binary tensor of the Open Inference Protocol, outputs asked for as such. */
export function binaryRequest(shape: readonly number[]): BinaryRequest {
  const raw = Buffer.from(ramp(shape).buffer)
  const input = { name: 'x', shape, datatype: 'FP32', parameters: { binary_data_size: raw.length } }
  const json = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }))
  const headers = {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(json.length),
  }
  return { body: Buffer.concat([json, raw]), headers }
}
