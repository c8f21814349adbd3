import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/core/candidate.ts'
import { platformOf } from '../../src/platforms/index.ts'
import { cloudFunction, cloudRun, cloudRunGpu, l4, mig, t4, vertex, vm } from '../fixtures/candidates.ts'

function rules(candidate: Candidate): string[] {
  return platformOf(candidate)
    .limits(candidate)
    .map(({ rule }) => rule)
}

function payloadRules(candidate: Candidate, requestBytes: number, replyBytes = 100): string[] {
  const refusals = platformOf(candidate).payloadLimits(candidate, { requestBytes, replyBytes })
  return refusals.map(({ rule }) => rule)
}

const gpu = (type: string, count = 1) => ({ type: `nvidia-${type}`, count })

describe('Cloud Run', () => {
  test.each([
    [1, 0.125, 4],
    [2, 0.125, 8],
    [4, 2, 16],
    [6, 4, 24],
    [8, 4, 32],
  ])('takes %d vCPU with %d to %d GiB and nothing outside', (vcpus, least, most) => {
    expect(rules(cloudRun({ vcpus, memoryGib: least }))).toEqual([])
    expect(rules(cloudRun({ vcpus, memoryGib: most }))).toEqual([])
    expect(rules(cloudRun({ vcpus, memoryGib: most + 0.5 }))[0]).toContain(`up to ${most} GiB`)
    expect(rules(cloudRun({ vcpus, memoryGib: least - 0.0625 }))[0]).toContain(`at least ${least} GiB`)
  })

  test('refuses 6 GiB on 1 vCPU and says which size takes it', () => {
    expect(rules(cloudRun({ vcpus: 1, memoryGib: 6 }))).toEqual([
      '1 vCPU takes up to 4 GiB of memory, not 6: 6 GiB needs 2 vCPU',
    ])
  })

  test('promises no size for more memory than any has', () => {
    expect(rules(cloudRun({ vcpus: 8, memoryGib: 64 }))).toEqual([
      '8 vCPU takes up to 32 GiB of memory, not 64',
    ])
  })

  test.each([3, 5, 7, 10, 1.5])('has no %d vCPU', (vcpus) => {
    expect(rules(cloudRun({ vcpus, memoryGib: 4 }))).toEqual([
      `Cloud Run has 1, 2, 4, 6 or 8 vCPUs or a fraction of one, not ${vcpus}`,
    ])
  })

  test('serves one request at a time on a fraction of a vCPU, billed by request', () => {
    const half = { vcpus: 0.5, memoryGib: 0.5 }
    expect(rules(cloudRun({ ...half, concurrency: 1 }))).toEqual([])
    expect(rules(cloudRun({ ...half, concurrency: 2 }))).toEqual(['under 1 vCPU the concurrency is 1, not 2'])
    expect(rules(cloudRun({ ...half, concurrency: 1, billing: 'instance-based' }))).toHaveLength(1)
  })

  test.each([
    [0.08, 0.5],
    [0.49, 0.5],
    [0.5, 1],
    [0.99, 1],
  ])('takes %d vCPU with up to %d GiB', (vcpus, most) => {
    expect(rules(cloudRun({ vcpus, memoryGib: most, concurrency: 1 }))).toEqual([])
    expect(rules(cloudRun({ vcpus, memoryGib: most + 0.1, concurrency: 1 }))).toHaveLength(1)
  })

  test('has at least 0.08 vCPU', () => {
    expect(rules(cloudRun({ vcpus: 0.07, memoryGib: 0.25, concurrency: 1 }))).toHaveLength(1)
  })

  test('gives an L4 to 4 vCPU and 16 GiB or more, billed by instance', () => {
    expect(rules(cloudRunGpu())).toEqual([])
    expect(rules(cloudRunGpu({ vcpus: 8, memoryGib: 32 }))).toEqual([])
    expect(rules(cloudRunGpu({ vcpus: 2, memoryGib: 8 }))).toEqual([
      'a GPU on Cloud Run needs at least 4 vCPU and 16 GiB, not 2 and 8',
    ])
    expect(rules(cloudRunGpu({ memoryGib: 8 }))).toHaveLength(1)
    expect(rules(cloudRunGpu({ billing: 'request-based' }))).toEqual([
      'a GPU on Cloud Run needs instance-based billing',
    ])
  })

  test('has one GPU per instance, and no T4', () => {
    expect(rules(cloudRunGpu({ accelerator: gpu('l4', 2) }))[0]).toContain('1 GPU, not 2')
    expect(rules(cloudRunGpu({ accelerator: t4 }))[0]).toContain('no nvidia-tesla-t4')
  })

  test('reports every rule that a candidate breaks', () => {
    expect(rules(cloudRun({ vcpus: 1, memoryGib: 6, accelerator: gpu('tesla-t4', 2) }))).toHaveLength(5)
  })

  test('takes 32 MiB each way', () => {
    expect(payloadRules(cloudRun(), 32 * 2 ** 20, 32 * 2 ** 20)).toEqual([])
    expect(payloadRules(cloudRun(), 32 * 2 ** 20 + 1)).toHaveLength(1)
    expect(payloadRules(cloudRun(), 100, 40 * 2 ** 20)[0]).toContain('40.0 MiB')
  })
})

describe('Cloud Functions', () => {
  test('have no GPU in either generation', () => {
    for (const generation of [1, 2] as const) {
      expect(rules(cloudFunction({ generation, accelerator: t4 }))).toEqual([
        'Cloud Functions have no GPU, so no nvidia-tesla-t4; Cloud Run has the nvidia-l4',
      ])
    }
  })

  test('of the 1st generation come in seven sizes', () => {
    for (const memoryMib of [128, 256, 512, 1024, 2048, 4096, 8192]) {
      expect(rules(cloudFunction({ generation: 1, memoryMib }))).toEqual([])
    }
    for (const memoryMib of [127, 384, 3072, 16_384]) {
      expect(rules(cloudFunction({ generation: 1, memoryMib }))[0]).toContain(`not ${memoryMib}`)
    }
  })

  test('of the 2nd generation take any memory up to 32 GiB', () => {
    expect(rules(cloudFunction({ generation: 2, memoryMib: 3000 }))).toEqual([])
    expect(rules(cloudFunction({ generation: 2, memoryMib: 32_768 }))).toEqual([])
    expect(rules(cloudFunction({ generation: 2, memoryMib: 32_769 }))).toHaveLength(1)
  })

  test('of the 2nd generation need a whole vCPU for a concurrency over 1', () => {
    expect(rules(cloudFunction({ generation: 2, memoryMib: 1024, concurrency: 2 }))[0]).toContain('0.583')
    expect(rules(cloudFunction({ generation: 2, memoryMib: 2048, concurrency: 80 }))).toEqual([])
  })

  test('with their CPU set are held to the shapes of Cloud Run', () => {
    expect(rules(cloudFunction({ generation: 2, memoryMib: 6144, vcpus: 1 }))).toEqual(
      rules(cloudRun({ vcpus: 1, memoryGib: 6 })),
    )
  })

  test('take 10 MB in the 1st generation and 32 MiB in the 2nd, each way', () => {
    expect(payloadRules(cloudFunction({ generation: 1 }), 10_000_000)).toEqual([])
    expect(payloadRules(cloudFunction({ generation: 1 }), 100, 10_000_001)).toHaveLength(1)
    expect(payloadRules(cloudFunction({ generation: 2 }), 10_000_001)).toEqual([])
    expect(payloadRules(cloudFunction({ generation: 2 }), 32 * 2 ** 20 + 1)).toHaveLength(1)
  })
})

describe('Vertex AI', () => {
  test.each([
    'e2-standard-2',
    'n1-highmem-8',
    'n2-highcpu-16',
    'n2d-standard-4',
    'c2-standard-60',
    'c2d-highmem-4',
    'c3-highcpu-176',
    'g2-standard-4',
    'a2-highgpu-1g',
    'a3-highgpu-8g',
  ])('offers %s', (machineType) => {
    expect(rules(vertex({ machineType }))).toEqual([])
  })

  test.each(['n4-standard-4', 'c4-standard-4', 'c3d-standard-4', 't2d-standard-4'])(
    'does not offer %s',
    (machineType) => {
      expect(rules(vertex({ machineType }))[0]).toMatch(
        /^Vertex AI prediction offers no (N4|C4|C3D|T2D) machines/,
      )
    },
  )

  test('offers C3 as highcpu only', () => {
    for (const machineType of ['c3-standard-4', 'c3-highmem-8']) {
      expect(rules(vertex({ machineType }))).toEqual([
        'of the C3 machines Vertex AI prediction offers only c3-highcpu',
      ])
    }
  })

  test('offers no machines that share a core', () => {
    for (const machineType of ['e2-micro', 'e2-medium', 'f1-micro', 'g1-small']) {
      expect(rules(vertex({ machineType }))).toEqual([
        'Vertex AI prediction offers no machines that share a core',
      ])
    }
  })

  test('keeps at least one replica', () => {
    expect(rules(vertex({ minReplicas: 0 }))[0]).toContain('at least 1 replica')
  })

  test('no longer supports the P100, which Compute Engine still has', () => {
    const p100 = { machineType: 'n1-standard-4', accelerator: gpu('tesla-p100') }
    expect(rules(vertex(p100))).toEqual(['Vertex AI ended support for the P100 on 2026-09-15'])
    expect(rules(vm(p100))).toEqual([])
  })

  test('takes 10 MB each way', () => {
    expect(payloadRules(vertex(), 10_000_000, 10_000_000)).toEqual([])
    expect(payloadRules(vertex(), 10_000_001)[0]).toContain('10 MB each way')
    expect(payloadRules(vertex(), 100, 12_000_000)[0]).toContain('12.0 MB')
  })
})

describe.each([
  ['Vertex AI', vertex],
  ['Compute Engine', vm],
  ['A managed instance group', mig],
] as const)('%s', (_, build) => {
  const attached = (machineType: string, type: string, count: number) =>
    rules(build({ machineType, accelerator: gpu(type, count) }))

  test.each([
    ['n1-standard-4', 'tesla-t4', [1, 2, 4]],
    ['n1-standard-32', 'tesla-t4', [2, 4]],
    ['n1-standard-4', 'tesla-p4', [1, 2, 4]],
    ['n1-standard-8', 'tesla-v100', [1, 2, 4, 8]],
    ['n1-standard-16', 'tesla-v100', [2, 4, 8]],
    ['n1-standard-32', 'tesla-v100', [4, 8]],
  ] as const)('attaches to %s of the %s %j and no other number', (machineType, type, sold) => {
    const accepted = [1, 2, 3, 4, 5, 8, 16].filter((count) => attached(machineType, type, count).length === 0)
    expect(accepted).toEqual(sold)
  })

  test('attaches GPUs to N1 only', () => {
    for (const machineType of ['n2-standard-4', 'e2-standard-4', 'c2-standard-8']) {
      expect(attached(machineType, 'tesla-t4', 1)).toEqual([
        `GPUs attach to N1 machines only; ${machineType} takes no nvidia-tesla-t4`,
      ])
    }
  })

  test('attaches no GPU to a machine that shares a core', () => {
    expect(attached('f1-micro', 'tesla-t4', 1)).toContain('f1-micro shares a core, and takes no GPU')
  })

  test('attaches no L4 or A100 to N1', () => {
    expect(attached('n1-standard-4', 'l4', 1)[0]).toContain('does not attach to N1')
    expect(attached('n1-standard-4', 'tesla-a100', 1)[0]).toContain('does not attach to N1')
  })

  test('leaves a machine with GPUs of its own with just those', () => {
    expect(rules(build({ machineType: 'g2-standard-4', accelerator: l4 }))).toEqual([])
    expect(attached('g2-standard-4', 'tesla-t4', 1)).toEqual([
      'g2-standard-4 comes with 1 x nvidia-l4; it takes no 1 x nvidia-tesla-t4',
    ])
    expect(attached('g2-standard-4', 'l4', 2)).toHaveLength(1)
    expect(attached('g2-standard-24', 'l4', 2)).toEqual([])
  })
})

describe('A managed instance group', () => {
  test('keeps at least one VM', () => {
    expect(rules(mig({ minReplicas: 0 }))[0]).toContain('at least 1 VM')
  })

  test('and a VM take payloads of any size', () => {
    expect(payloadRules(mig(), 1e9)).toEqual([])
    expect(payloadRules(vm(), 1e9)).toEqual([])
  })
})

describe('Every refusal', () => {
  test('carries the source of its rule', () => {
    const broken = [
      cloudRun({ vcpus: 3 }),
      cloudFunction({ memoryMib: 100 }),
      vertex({ minReplicas: 0 }),
      mig({ minReplicas: 0 }),
      vm({ accelerator: t4 }),
    ]
    for (const candidate of broken) {
      const refusals = platformOf(candidate).limits(candidate)
      expect(refusals.length, candidate.name).toBeGreaterThan(0)
      for (const { source } of refusals) expect(source).toMatch(/docs.*2026/)
    }
  })
})

describe('Caveats', () => {
  const caveats = (candidate: Candidate) => platformOf(candidate).caveats(candidate)

  test('say of fixed VMs that nothing takes over or scales, and of a group nothing', () => {
    expect(caveats(vm())[0]).toContain('a single VM')
    expect(caveats(vm({ minReplicas: 2, maxReplicas: 2 }))[0]).toContain('without a load balancer')
    expect(caveats(mig())).toEqual([])
  })
})
