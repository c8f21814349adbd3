import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Accelerator } from '../../src/core/candidate.ts'
import { candidateName, describeCandidate, type Unnamed } from '../../src/core/candidate-name.ts'
import { machineTypeNames } from '../../src/core/machine-type.ts'
import { ACCELERATORS, REGIONS } from '../../src/core/regions.ts'

const base = { region: 'us-central1', threads: 1, minReplicas: 1, maxReplicas: 10 }
const serverless = { ...base, minReplicas: 0, maxReplicas: 100 }
const t4 = { type: 'nvidia-tesla-t4', count: 1 }
const request = 'request-based' as const

describe('names', () => {
  test.each<[string, Unnamed]>([
    [
      'vertex n1-standard-4 +t4 us-central1',
      { ...base, platform: 'vertex', machineType: 'n1-standard-4', accelerator: t4 },
    ],
    [
      'vertex n1-standard-4 2..8 us-central1',
      { ...base, platform: 'vertex', machineType: 'n1-standard-4', minReplicas: 2, maxReplicas: 8 },
    ],
    [
      'cloud-run 2cpu 2Gi c4 us-central1',
      { ...serverless, platform: 'cloud-run', vcpus: 2, memoryGib: 2, concurrency: 4, billing: request },
    ],
    [
      'cloud-run 1cpu 0.5Gi c80 instance-billed us-central1',
      {
        ...serverless,
        platform: 'cloud-run',
        vcpus: 1,
        memoryGib: 0.5,
        concurrency: 80,
        billing: 'instance-based',
      },
    ],
    [
      'functions gen1 256Mi us-central1',
      { ...serverless, platform: 'functions', generation: 1, memoryMib: 256, concurrency: 1 },
    ],
    [
      'functions gen2 512Mi 1cpu c8 us-central1',
      { ...serverless, platform: 'functions', generation: 2, memoryMib: 512, vcpus: 1, concurrency: 8 },
    ],
    [
      'gce vm e2-standard-2 us-central1',
      { ...base, platform: 'gce', kind: 'vm', machineType: 'e2-standard-2', diskGib: 20, maxReplicas: 1 },
    ],
    [
      'gce vm e2-standard-2 x3 50Gi-disk us-central1',
      {
        ...base,
        platform: 'gce',
        kind: 'vm',
        machineType: 'e2-standard-2',
        diskGib: 50,
        minReplicas: 3,
        maxReplicas: 3,
      },
    ],
    [
      'gce mig g2-standard-24 +2xl4 4threads us-central1',
      {
        ...base,
        platform: 'gce',
        kind: 'mig',
        machineType: 'g2-standard-24',
        diskGib: 20,
        threads: 4,
        accelerator: { type: 'nvidia-l4', count: 2 },
      },
    ],
  ])('%s', (name, candidate) => {
    expect(candidateName(candidate)).toBe(name)
    expect(describeCandidate(candidate)).toBe(name.replace(' us-central1', ''))
  })

  test('a deployment is named by host and path, without a query that could hold a key', () => {
    const vertex = { ...base, platform: 'vertex', machineType: 'n1-standard-4' } as const
    const named = (url: string) => candidateName({ ...vertex, url })
    expect(named('http://127.0.0.1:8080/')).toBe('vertex n1-standard-4 us-central1 @127.0.0.1:8080')
    expect(named('https://h/v1/endpoints/7:predict?key=abc')).toBe(
      'vertex n1-standard-4 us-central1 @h/v1/endpoints/7:predict',
    )
  })
})

describe('candidates that differ in a setting', () => {
  const replicas = fc.tuple(fc.nat(5), fc.nat(200)).map(([least, more]) => ({
    minReplicas: least,
    maxReplicas: least + more,
  }))
  const machine = fc.constantFrom(...machineTypeNames())
  const url = fc.tuple(fc.constantFrom('a', 'b.run.app', '127.0.0.1:81'), fc.constantFrom('', 'x', 'x/y'))
  const common = fc
    .tuple(
      fc.constantFrom(...REGIONS),
      fc.constantFrom(1, 2, 12),
      replicas,
      fc.option(fc.tuple(fc.constantFrom(...ACCELERATORS), fc.constantFrom(1, 2, 12)), { nil: undefined }),
      fc.option(url, { nil: undefined }),
    )
    .map(([region, threads, bounds, gpu, at]) => ({
      region,
      threads,
      ...bounds,
      ...(gpu ? { accelerator: { type: gpu[0], count: gpu[1] } satisfies Accelerator } : {}),
      ...(at ? { url: `https://${at[0]}/${at[1]}` } : {}),
    }))
  const concurrency = fc.constantFrom(1, 2, 8, 80)
  const own = fc.oneof(
    fc.tuple(machine, fc.constantFrom(undefined, 'spot' as const)).map(([machineType, purchase]) => ({
      platform: 'vertex' as const,
      machineType,
      ...(purchase && { purchase }),
    })),
    fc.record({
      platform: fc.constant('cloud-run' as const),
      vcpus: fc.constantFrom(0.08, 0.5, 1, 2, 8),
      memoryGib: fc.constantFrom(0.125, 0.5, 1, 2, 16),
      concurrency,
      billing: fc.constantFrom(request, 'instance-based' as const),
    }),
    fc
      .tuple(
        fc.constantFrom(1, 2),
        fc.constantFrom(128, 256, 2048),
        fc.constantFrom(undefined, 1, 2),
        concurrency,
      )
      .map(([generation, memoryMib, vcpus, at]) => ({
        platform: 'functions' as const,
        generation: generation as 1 | 2,
        memoryMib,
        concurrency: at,
        ...(vcpus === undefined ? {} : { vcpus }),
      })),
    fc
      .record({
        platform: fc.constant('gce' as const),
        kind: fc.constantFrom('vm' as const, 'mig' as const),
        machineType: machine,
        diskGib: fc.constantFrom(10, 20, 50),
        purchase: fc.constantFrom(undefined, 'spot' as const, 'commit-1yr' as const, 'commit-3yr' as const),
        diskType: fc.constantFrom(undefined, 'pd-ssd', 'pd-standard'),
      })
      .map(({ purchase, diskType, ...rest }) => ({
        ...rest,
        ...(purchase && { purchase }),
        ...(diskType && { diskType }),
      })),
  )
  /** As the scenario makes them: a vm does not scale. */
  const candidate = fc.tuple(own, common).map(([settings, shared]): Unnamed => {
    const all = { ...settings, ...shared } as Unnamed
    if (all.platform !== 'gce' || all.kind !== 'vm') return all
    const count = Math.max(1, all.minReplicas)
    return { ...all, minReplicas: count, maxReplicas: count }
  })

  test('have different names', () => {
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 2, maxLength: 40 }), (candidates) => {
        const different = new Set(candidates.map(canonical))
        expect(new Set(candidates.map(candidateName)).size).toBe(different.size)
      }),
      { numRuns: 300 },
    )
  })

  test('have different names also when they differ in that one setting only', () => {
    const mutations = fc.constantFrom<Partial<Record<string, unknown>>>(
      { region: 'elsewhere' },
      { threads: 77 },
      { maxBatch: 77 },
      { maxReplicas: 777 },
      { accelerator: { type: 'other', count: 1 } },
      { url: 'https://other/' },
      { machineType: 'other' },
      { diskGib: 77 },
      { diskType: 'other' },
      { purchase: 'other' },
      { vcpus: 77 },
      { memoryGib: 77 },
      { memoryMib: 77 },
      { concurrency: 77 },
    )
    fc.assert(
      fc.property(candidate, mutations, (before, mutation) => {
        const [key = ''] = Object.keys(mutation)
        const isShared = ['region', 'threads', 'maxBatch', 'accelerator', 'url'].includes(key)
        const isScaled = key === 'maxReplicas' && !(before.platform === 'gce' && before.kind === 'vm')
        fc.pre(isShared || isScaled || (key !== 'maxReplicas' && key in before))
        expect(candidateName({ ...before, ...mutation } as Unnamed)).not.toBe(candidateName(before))
      }),
      { numRuns: 500 },
    )
  })
})

function canonical(candidate: Unnamed): string {
  return JSON.stringify(Object.entries(candidate).sort(([left], [right]) => (left < right ? -1 : 1)))
}
