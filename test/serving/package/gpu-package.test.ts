import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../../src/core/candidate.ts'
import { CUDA_IMAGE, NODE_IMAGE } from '../../../src/serving/package/container-files.ts'
import { packageFiles } from '../../../src/serving/package/package-files.ts'
import { DEFAULT_CANDIDATES } from '../../../src/serving/package/package-order.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { HALF_PLUS_THREE, writeTinyModel } from '../tiny-model.ts'

const T4 = { type: 'nvidia-tesla-t4', count: 1 }
const L4 = { type: 'nvidia-l4', count: 1 }
const { vertex, 'cloud-run': cloudRun, gce } = DEFAULT_CANDIDATES
const region = 'us-central1'
const CANDIDATES: Readonly<Record<string, Candidate>> = {
  vertex: { ...vertex(region), accelerator: T4 },
  'cloud-run': {
    ...cloudRun(region),
    ...{ vcpus: 4, memoryGib: 16, billing: 'instance-based', accelerator: L4 },
  } as Candidate,
  'gce-g2': { ...gce(region), machineType: 'g2-standard-4', accelerator: L4 } as Candidate,
  'gce-group': {
    ...gce(region),
    ...{ kind: 'mig', machineType: 'n1-standard-4', purchase: 'spot', accelerator: T4, maxReplicas: 3 },
  } as Candidate,
}

function textOf(candidate: Candidate, place: string): string {
  const modelPath = writeTinyModel(temporaryFolder(), 'half', HALF_PLUS_THREE)
  const order = { modelPath, modelName: 'half', modelUri: undefined, version: '1.2.3', candidate }
  const files = packageFiles({ ...order, serveOptions: new Map() })
  const file = files.find((each) => each.place === place)
  if (!file || !('text' in file)) throw new Error(`no text ${place}`)
  return file.text
}

const golden = (name: string) => `../../golden/package/${name}`

describe('A package for a GPU', () => {
  test.each(Object.entries(CANDIDATES))('has the commands of %s', async (name, candidate) => {
    await expect(textOf(candidate, 'deploy.sh')).toMatchFileSnapshot(golden(`gpu-${name}.sh`))
  })

  test('has a Dockerfile and a README that say where CUDA comes from, and what is not tried', async () => {
    const candidate = CANDIDATES.vertex as Candidate
    const dockerfile = textOf(candidate, 'Dockerfile')
    await expect(dockerfile).toMatchFileSnapshot(golden('gpu.Dockerfile'))
    await expect(textOf(candidate, 'README.md')).toMatchFileSnapshot(golden('gpu-README.md'))
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, from]) => from)).toEqual([
      NODE_IMAGE,
      CUDA_IMAGE,
    ])
    expect(dockerfile).toMatch(/^USER node$/m)
  })

  test('starts a VM that installs the driver before the model, and hands the GPU to the container', async () => {
    const text = textOf(CANDIDATES['gce-group'] as Candidate, 'cloud-init.yaml')
    await expect(text).toMatchFileSnapshot(golden('gpu-cloud-init.yaml'))
    expect(text).toContain('Requires=gpu-driver.service')
    expect(text).toContain('--device=/dev/nvidia0:/dev/nvidia0')
  })

  test('asks nothing of a GPU where there is none', () => {
    for (const place of ['Dockerfile', 'deploy.sh', 'cloud-init.yaml', 'README.md']) {
      expect(textOf(gce(region), place)).not.toMatch(/cuda|nvidia|gpu|accelerator/i)
    }
  })
})

test('The installed ONNX Runtime has the script and the libraries that the Dockerfile asks for', () => {
  const dockerfile = textOf(CANDIDATES.vertex as Candidate, 'Dockerfile')
  const [, variant = '', script = ''] =
    /ONNXRUNTIME_NODE_INSTALL=(\S+) node node_modules\/(\S+)/.exec(dockerfile) ?? []
  const require = createRequire(import.meta.url)
  const metadata = require('onnxruntime-node/script/install-metadata.js')
  expect(existsSync(join('node_modules', script))).toBe(true)
  expect(metadata.requirements['linux/x64']).toContain(variant)
  const libraries = Object.keys(metadata.manifests[`linux/x64:${variant}`])
  const [, removed = ''] = /rm \S*\/(lib\S+\.so)/.exec(dockerfile) ?? []
  expect(libraries).toContain(`./${removed}`)
  expect(libraries).toContain('./libonnxruntime_providers_cuda.so')
})
