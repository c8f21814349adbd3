import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/core/candidate.ts'
import { platformOf } from '../../src/platforms/index.ts'
import { cloudFunction, cloudRun, cloudRunGpu, mig, t4, vertex, vm } from '../fixtures/candidates.ts'
import { scenario } from '../fixtures/run.ts'

const { assumptions } = scenario()
const replica = (candidate: Candidate) => platformOf(candidate).replica(candidate)
const scaling = (candidate: Candidate) => platformOf(candidate).scaling(candidate, assumptions)

describe('A replica', () => {
  test('of Vertex AI lacks the vCPU that the platform keeps, but never its last', () => {
    expect(replica(vertex({ machineType: 'n1-standard-8' })).vcpus).toBe(7)
    expect(replica(vertex({ machineType: 'n1-standard-2' })).vcpus).toBe(1)
    expect(replica(vertex({ machineType: 'n1-standard-1' })).vcpus).toBe(1)
  })

  test('of Compute Engine has all of its machine and its GPU', () => {
    expect(replica(vm({ machineType: 'n1-standard-8', accelerator: t4 }))).toEqual({
      vcpus: 8,
      cpu: 'n1',
      memoryGib: 30,
      concurrency: Number.POSITIVE_INFINITY,
      accelerator: t4,
    })
  })

  test('of Cloud Run is as it was asked for', () => {
    expect(replica(cloudRun({ vcpus: 2, memoryGib: 4, concurrency: 8 }))).toEqual({
      vcpus: 2,
      cpu: 'serverless',
      memoryGib: 4,
      concurrency: 8,
    })
  })

  test.each([
    [128, 200],
    [256, 400],
    [512, 800],
    [1024, 1400],
    [2048, 2400],
    [4096, 4800],
    [8192, 4800],
  ])('of a 1st generation function with %d MiB has %d MHz of a 2400 MHz vCPU', (memoryMib, mhz) => {
    const { vcpus, concurrency } = replica(cloudFunction({ memoryMib }))
    expect(vcpus).toBeCloseTo(mhz / 2400, 12)
    expect(concurrency).toBe(1)
  })

  test.each([
    [128, 0.083],
    [256, 0.167],
    [512, 0.333],
    [1024, 0.583],
    [2048, 1],
  ])('of a 2nd generation function with %d MiB has %d vCPU unless set', (memoryMib, vcpus) => {
    expect(replica(cloudFunction({ generation: 2, memoryMib })).vcpus).toBe(vcpus)
    expect(replica(cloudFunction({ generation: 2, memoryMib, vcpus: 2 })).vcpus).toBe(2)
  })
})

describe('Scaling', () => {
  test('keeps idle instances 15 minutes, with a GPU 10', () => {
    expect(scaling(cloudRun()).controller).toMatchObject({ kind: 'cloud-run', retentionS: 900 })
    expect(scaling(cloudFunction()).controller).toMatchObject({ kind: 'per-request', retentionS: 900 })
    expect(scaling(cloudRunGpu()).controller).toMatchObject({ retentionS: 600 })
  })

  test('holds the assumed utilisation, but of 1st generation functions, which serve one request each', () => {
    for (const candidate of [vertex(), cloudRun(), cloudFunction({ generation: 2 }), mig()]) {
      expect(scaling(candidate).controller).toMatchObject({ target: 0.6 })
    }
    expect(scaling(cloudFunction({ generation: 1 })).controller.kind).toBe('per-request')
  })

  test('of fixed VMs is none', () => {
    const { controller } = scaling(vm({ minReplicas: 3, maxReplicas: 3 }))
    expect(controller).toEqual({ kind: 'fixed', replicas: 3 })
  })

  test('starts what the platform has to: a container, a node, a VM, and each with its GPU', () => {
    const kinds = [cloudRun(), cloudRunGpu(), vertex(), mig(), mig({ machineType: 'g2-standard-4' })]
    expect(kinds.map((candidate) => scaling(candidate).provisioning)).toEqual([
      'container',
      'gpuContainer',
      'vertexNode',
      'vm',
      'gpuVm',
    ])
  })

  test('lets requests wait in front for a limited time where the platform says so', () => {
    expect(scaling(cloudRun()).pendingQueue).toBe(true)
    expect(scaling(vertex()).pendingQueue).toBe(false)
  })
})
