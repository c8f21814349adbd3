import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { NODE_IMAGE } from '../../src/serving/package/container-files.ts'
import { HALF_PLUS_THREE, writeTinyModel } from '../serving/tiny-model.ts'
import { plimsoll, readJson, smallScenario, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()
const half = writeTinyModel(folder, 'half', HALF_PLUS_THREE)
const CUDA_LIBRARY = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'
const out = (name: string) => join(folder, name)
const pack = async (name: string, ...args: readonly string[]) => {
  const { code, stderr } = await plimsoll(['package', ...args, '--out', out(name)])
  expect([code, stderr]).toEqual([0, expect.stringContaining('README.md has the commands')])
  return out(name)
}
const read = (...path: string[]) => readFileSync(join(...path), 'utf8')

/** What `docker build` would make of a context: the files that it copies, and installed packages beside them. */
function image(context: string, name: string) {
  const dockerfile = read(context, 'Dockerfile')
  const ignored = read(context, '.dockerignore')
  const sent = ignored.split('\n').flatMap((line) => (line.startsWith('!') ? line.slice(1) : []))
  const root = out(name)
  mkdirSync(root)
  const [, last = ''] = dockerfile.split(/^FROM .*$/m).slice(1)
  const copies = [...last.matchAll(/^COPY (?!--from)(\S+) (\S+)$/gm)]
  for (const [, from = '', to = ''] of copies) {
    expect(sent).toContain(from)
    cpSync(join(context, from), join(root, to.endsWith('/') ? join(to, basename(from)) : to), {
      recursive: true,
    })
  }
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  const [, entry = '[]'] = /^ENTRYPOINT (.*)$/m.exec(last) ?? []
  const env = Object.fromEntries(
    [...last.matchAll(/^ENV (\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
  )
  return { root, entry: JSON.parse(entry) as string[], env, dockerfile }
}

/** Starts what an image would start, on any free port, and asks it once. */
async function tryImage({ root, entry, env }: ReturnType<typeof image>, more: Record<string, string> = {}) {
  const [, ...args] = entry
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, ...env, PORT: '0', ...more },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  const port = await new Promise<string>((ready, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      const [, found] = /^serving half on port (\d+)$/m.exec(stderr) ?? []
      if (found !== undefined) ready(found)
    })
    child.once('exit', () => reject(new Error(stderr)))
  })
  const reply = await fetch(`http://127.0.0.1:${port}/predict`, { method: 'POST', body: '{"instances":[1]}' })
  const answer = await reply.json()
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  return { answer, code }
}

/** Cloud Storage with one object. */
async function fakeStorage(name: string, bytes: Buffer) {
  const server = createServer((request, response) => {
    if (request.url?.includes(encodeURIComponent(name))) response.end(bytes)
    else if (request.url?.includes('?prefix=')) response.end(JSON.stringify({ items: [{ name }] }))
    else response.writeHead(404).end()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return { host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

describe('a container', () => {
  test('has all that its Dockerfile copies, starts from that and answers, without being root', async () => {
    const made = image(await pack('vertex', half, '--platform', 'vertex', '--max-batch', '4'), 'vertex-image')
    expect(made.dockerfile).toContain(`FROM ${NODE_IMAGE}`)
    expect(made.dockerfile.split('FROM').at(-1)).toContain('\nUSER node\n')
    expect(made.entry).toEqual([
      'node',
      'server/serving/serve-container.js',
      'model/half.onnx',
      '--log',
      'json',
    ])
    // As a variable, so that a deployment of another candidate can have it otherwise.
    expect(made.env.PLIMSOLL_MAX_BATCH).toBe('4')
    expect(await tryImage(made)).toMatchObject({ answer: { predictions: [3.5] }, code: 0 })
  })

  test('pins Node and every package to what the tests run with', async () => {
    const context = await pack('pins', half, '--platform', 'cloud-run')
    const { devDependencies, dependencies } = readJson<Record<string, Record<string, string>>>('package.json')
    expect(NODE_IMAGE).toBe(`node:${devDependencies?.node}-bookworm-slim`)
    const manifest = readJson<Record<string, Record<string, string>>>(context, 'package.json')
    expect(manifest.dependencies).toEqual({ 'onnxruntime-node': dependencies?.['onnxruntime-node'] })
    expect(manifest.overrides?.['onnxruntime-common']).toBe(dependencies?.['onnxruntime-node'])
    for (const version of Object.values(manifest.overrides ?? {})) expect(version).toMatch(/^\d+\.\d+\.\d+/)
    expect(read(context, '.npmrc')).toBe('ignore-scripts=true\n')
  })

  test('may fetch its model from Cloud Storage when it starts', async () => {
    const context = await pack('fetched', half, '--platform', 'gce', '--model-uri', 'gs://b/m/half.onnx')
    expect(readdirSync(context)).not.toContain('model')
    const storage = await fakeStorage('m/half.onnx', readFileSync(half))
    const made = image(context, 'fetched-image')
    expect(made.env.MODEL_URI).toBe('gs://b/m/half.onnx')
    expect(await tryImage(made, { STORAGE_EMULATOR_HOST: storage.host })).toMatchObject({
      answer: { predictions: [3.5] },
      code: 0,
    })
    const vertex = image(
      await pack('artifact', half, '--platform', 'vertex', '--model-uri', 'gs://b/m/half.onnx'),
      'artifact-image',
    )
    expect(vertex.env).not.toHaveProperty('MODEL_URI')
    const env = { STORAGE_EMULATOR_HOST: storage.host, AIP_STORAGE_URI: 'gs://copy/m' }
    expect(await tryImage(vertex, env)).toMatchObject({ answer: { predictions: [3.5] }, code: 0 })
    storage.close()
  })
})

describe('a function', () => {
  test('fetches its model at the first request, and answers that and the next', async () => {
    const bundle = await pack(
      'function',
      half,
      '--platform',
      'functions',
      '--model-uri',
      'gs://b/m/half.onnx',
    )
    symlinkSync(resolve('node_modules'), join(bundle, 'node_modules'))
    const storage = await fakeStorage('m/half.onnx', readFileSync(half))
    // As the Functions Framework does it: the body is read before the function is called.
    const script = `
      import { createServer } from 'node:http'
      const { predict } = await import(${JSON.stringify(pathToFileURL(join(bundle, 'index.js')).href)})
      const server = createServer(async (request, response) => {
        request.rawBody = Buffer.concat(await Array.fromAsync(request))
        await predict(request, response)
      })
      server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
    const env = {
      PATH: process.env.PATH,
      MODEL_URI: 'gs://b/m/half.onnx',
      STORAGE_EMULATOR_HOST: storage.host,
    }
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [port] = await once(child.stdout.setEncoding('utf8'), 'data')
    const url = `http://127.0.0.1:${String(port).trim()}/`
    const ask = async (path: string, body: string) =>
      (await fetch(new URL(path, url), { method: 'POST', body })).json()
    expect(await Promise.all([ask('/', '{"instances":[1]}'), ask('/', '{"instances":[2]}')])).toEqual([
      { predictions: [3.5] },
      { predictions: [4] },
    ])
    expect(await ask('/v1/models/half:predict', '{"inputs":[3]}')).toEqual({ outputs: [4.5] })
    expect(await ask('/', '{')).toEqual({ error: expect.stringContaining('not JSON') })
    child.kill('SIGKILL')
    storage.close()
  })
})

describe('the commands', () => {
  /** Runs deploy.sh with a gcloud and a docker that write down how they are called. */
  function deploy(context: string): string[] {
    const bin = join(context, 'bin')
    mkdirSync(bin)
    const log = join(context, 'calls.txt')
    for (const name of ['gcloud', 'docker']) {
      const script = `#!/bin/sh\necho "${name} $*" >> ${log}\ncase "$*" in *get-value*) echo my-project;; *upload*) echo model-7;; *endpoints\\ create*) echo endpoint-8;; esac\n`
      writeFileSync(join(bin, name), script, { mode: 0o755 })
    }
    const env = { PATH: `${bin}:${process.env.PATH}`, HOME: context }
    const { status, stderr } = spawnSync('bash', [join(context, 'deploy.sh')], { env, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    return read(log).trim().split('\n')
  }

  test('build, push, register and deploy to Vertex AI', async () => {
    const calls = deploy(
      await pack('deploy-vertex', half, '--platform', 'vertex', '--region', 'europe-west4'),
    )
    const image = /docker push (\S+)/.exec(calls.join('\n'))?.[1]
    expect(image).toMatch(/^europe-west4-docker.pkg.dev\/my-project\/plimsoll\/half:0\.1\.0-[0-9a-f]{12}$/)
    expect(calls).toContain(`docker build --platform=linux/amd64 --tag=${image} .`)
    expect(calls.find((call) => call.includes('models upload'))).toContain(
      `--container-image-uri=${image} --container-ports=8080 --container-health-route=/health --container-predict-route=/predict`,
    )
    expect(calls.at(-1)).toMatch(
      /^gcloud ai endpoints deploy-model endpoint-8 .*--model=model-7 .*--machine-type=n1-standard-2/,
    )
  })

  test("ask Cloud Run for what the scenario's candidate has", async () => {
    const scenario = write('s.yaml', smallScenario())
    const calls = deploy(await pack('deploy-run', scenario, '--platform', 'cloud-run'))
    expect(calls.at(-1)).toMatch(
      /^gcloud run deploy .*--cpu=1 --memory=2048Mi --concurrency=4 .*--no-allow-unauthenticated$/,
    )
  })

  test('upload the model for a function, and start a VM that runs the image', async () => {
    const uri = ['--model-uri', 'gs://b/m/half.onnx']
    const calls = deploy(await pack('deploy-function', half, '--platform', 'functions', ...uri))
    expect(calls[1]).toBe(`gcloud storage cp ${half} gs://b/m/half.onnx`)
    expect(calls.at(-1)).toMatch(
      /--gen2 --runtime=nodejs22 .*--set-env-vars=MODEL_URI=gs:\/\/b\/m\/half.onnx/,
    )
    const context = await pack('deploy-gce', half, '--platform', 'gce')
    expect(deploy(context).at(-1)).toMatch(/^gcloud compute instances create half .*--zone=us-central1-b$/)
    expect(read(context, 'cloud-init.filled.yaml')).toMatch(
      /docker run .* us-central1-docker.pkg.dev\/my-project\/plimsoll\/half:/,
    )
  })
})

describe('package', () => {
  test('tells of everything that is wrong', async () => {
    const { code, stderr } = await plimsoll(['package', half, '--platform', 'functions', '--out', folder])
    expect(code).toBe(2)
    expect(stderr).toContain(`--out ${folder} is not empty`)
    expect(stderr).toContain('a function needs --model-uri')
    const none = await plimsoll(['package', half])
    expect(none.stderr).toContain('--platform is missing')
    expect(none.stderr).toContain('--out is missing')
  })

  test('packages a candidate with a GPU, whose server runs without one when told so, and not otherwise', async () => {
    const gpu = 'platform: gce, kind: vm, machineType: n1-standard-8, accelerator: nvidia-tesla-t4'
    const more = [gpu, gpu.replace('t4', 't4, acceleratorCount: 2')]
    const scenario = write('gpu.yaml', smallScenario({ more }))
    const named = (name: string) => ['--platform', 'gce', '--candidate', name, '--name', 'half']
    const context = await pack('gpu', scenario, ...named('gce vm n1-standard-8 +t4 us-central1'))
    expect(read(context, 'deploy.sh')).toContain('--accelerator=type=nvidia-tesla-t4,count=1')
    const made = image(context, 'gpu-image')
    expect(made.env.PLIMSOLL_DEVICE).toBe('cuda')
    expect((await tryImage(made, { PLIMSOLL_DEVICE: 'cpu' })).answer).toHaveProperty('error')
    if (!existsSync(CUDA_LIBRARY)) await expect(tryImage(made)).rejects.toThrow('cannot run on a GPU here')
    const two = ['package', scenario, ...named('gce vm n1-standard-8 +2xt4 us-central1'), '--out', out('two')]
    expect(await plimsoll(two)).toMatchObject({ code: 2, stderr: expect.stringContaining('has 2 GPUs') })
  })

  test('packages the candidate that is named, and knows no other', async () => {
    const scenario = write('t.yaml', smallScenario())
    const args = [
      'package',
      scenario,
      '--platform',
      'cloud-run',
      '--candidate',
      'nothing',
      '--out',
      out('none'),
    ]
    const { code, stderr } = await plimsoll(args)
    expect([code, stderr]).toEqual([2, expect.stringMatching(/called nothing\n.*cloud-run 1cpu 2Gi c4/)])
  })
})
