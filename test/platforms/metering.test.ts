import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/core/candidate.ts'
import type { MonthOperation } from '../../src/core/operation.ts'
import { platformOf } from '../../src/platforms/index.ts'
import { billUsage } from '../../src/pricing/bill.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { cloudFunction, cloudRun, cloudRunGpu, mig, t4, vertex, vm } from '../fixtures/candidates.ts'
import { monthOf, type Stretch } from '../fixtures/month.ts'

const book = await loadPriceBook()

function month(...stretches: readonly (Partial<Stretch> & { readonly replicas: number })[]): MonthOperation {
  const whole = stretches.map((each) => ({ hours: 730, rps: 0, busyReplicas: 0, executions: 0, ...each }))
  return monthOf(whole, { requestBytes: 2 ** 20, replyBytes: 2 ** 18 })
}

/** `resource` to quantity; lines of nothing are left out. */
function quantities(candidate: Candidate, operation: MonthOperation): Record<string, number> {
  const lines = platformOf(candidate)
    .usage(candidate, operation)
    .filter(({ quantity }) => quantity !== '0')
  return Object.fromEntries(lines.map(({ resource, quantity }) => [resource, Number(quantity)]))
}

function usd(candidate: Candidate, operation: MonthOperation): string | null {
  return billUsage(platformOf(candidate).usage(candidate, operation), book).usdTotal
}

describe('Vertex AI bills', () => {
  test('two nodes for a month as 1460 node-hours, busy or idle', () => {
    const candidate = vertex({ machineType: 'n1-standard-2' })
    expect(quantities(candidate, month({ replicas: 2, rps: 5 }))).toEqual({
      'vertex/machine/n1-standard-2': 1460,
    })
    expect(usd(candidate, month({ replicas: 2 }))).toBe(usd(candidate, month({ replicas: 2, rps: 99 })))
  })

  test('one n1-standard-2 node for a month at 79.935 dollars', () => {
    expect(usd(vertex({ machineType: 'n1-standard-2' }), month({ replicas: 1 }))).toBe('79.935')
  })

  test('attached GPUs by the hour, and those of the machine with the machine', () => {
    const attached = vertex({ machineType: 'n1-standard-8', accelerator: { ...t4, count: 2 } })
    expect(quantities(attached, month({ replicas: 3 }))).toEqual({
      'vertex/machine/n1-standard-8': 2190,
      'vertex/gpu/nvidia-tesla-t4': 4380,
    })
    expect(quantities(vertex({ machineType: 'g2-standard-4' }), month({ replicas: 1 }))).toEqual({
      'vertex/machine/g2-standard-4': 730,
    })
  })

  test('a burst of an hour a day for its hours only', () => {
    const operation = month({ hours: 700, replicas: 1 }, { hours: 30, replicas: 4 })
    expect(quantities(vertex({ machineType: 'n1-standard-2' }), operation)).toEqual({
      'vertex/machine/n1-standard-2': 820,
    })
  })
})

describe('Cloud Run bills', () => {
  test('by request: busy seconds times vCPUs and memory, and every request', () => {
    const candidate = cloudRun({ vcpus: 2, memoryGib: 4 })
    expect(quantities(candidate, month({ replicas: 5, busyReplicas: 1.5, rps: 10 }))).toEqual({
      'cloud-run/request-based/cpu': 2_628_000 * 1.5 * 2,
      'cloud-run/request-based/memory': 2_628_000 * 1.5 * 4,
      'cloud-run/requests': 26_280_000,
    })
  })

  test('by request: the seconds that instances take to start as well', () => {
    const operation = { ...month({ replicas: 1, busyReplicas: 0.1, rps: 1 }), startingReplicaS: 1000 }
    expect(quantities(cloudRun({ vcpus: 2 }), operation)['cloud-run/request-based/cpu']).toBe(
      (262_800 + 1000) * 2,
    )
  })

  test('minimum instances at the idle rate for the seconds in which they are not busy', () => {
    const candidate = cloudRun({ vcpus: 1, memoryGib: 2, minReplicas: 2 })
    const lines = quantities(candidate, month({ replicas: 2, busyReplicas: 0.5, rps: 1 }))
    expect(lines['cloud-run/request-based/idle-cpu']).toBe(2_628_000 * 1.5)
    expect(lines['cloud-run/request-based/idle-memory']).toBe(2_628_000 * 1.5 * 2)
  })

  test('no idle seconds when more instances are busy than are kept', () => {
    const lines = quantities(cloudRun({ minReplicas: 1 }), month({ replicas: 4, busyReplicas: 3 }))
    expect(Object.keys(lines).filter((resource) => resource.includes('idle'))).toEqual([])
  })

  test('by instance: the whole life of each with its GPU, and no requests', () => {
    expect(quantities(cloudRunGpu(), month({ replicas: 2, busyReplicas: 0.1, rps: 10 }))).toEqual({
      'cloud-run/instance-based/cpu': 2 * 2_628_000 * 4,
      'cloud-run/instance-based/memory': 2 * 2_628_000 * 16,
      'cloud-run/gpu/nvidia-l4': 2 * 2_628_000,
    })
  })

  test("Google's GPU example, 26 instance-hours a day, at 827.62 dollars", () => {
    const hours = (26 * 365) / 12
    const operation = month({ hours, replicas: 1 })
    expect(Number(usd(cloudRunGpu({ region: 'europe-west1' }), operation))).toBeCloseTo(827.62, 2)
  })
})

describe('Cloud Functions of the 1st generation bill', () => {
  test('10 million calls of 300 ms with 128 MB as 600,000 GHz-seconds and 375,000 GiB-seconds', () => {
    const rps = 10_000_000 / 2_628_000
    const operation = month({ replicas: 1, rps, executions: rps * 0.3 })
    expect(quantities(cloudFunction({ memoryMib: 128 }), operation)).toEqual({
      'functions-1/cpu': 600_000,
      'functions-1/memory': 375_000,
      'functions-1/invocations': 10_000_000,
    })
  })

  test.each([
    [128, 0.000000231],
    [256, 0.000000463],
    [512, 0.000000925],
    [1024, 0.00000165],
    [2048, 0.0000029],
    [4096, 0.0000058],
    [8192, 0.0000068],
  ])("100 ms with %d MB at Google's printed %d dollars", (memoryMib, printed) => {
    const rps = 10_000_000 / 2_628_000
    const operation = month({ replicas: 1, rps, executions: rps * 0.1 })
    const calls = 8_000_000 * 0.0000004
    // The printed prices are cut to nine decimals.
    expect((Number(usd(cloudFunction({ memoryMib }), operation)) - calls) / 10_000_000).toBeCloseTo(
      printed,
      9,
    )
  })

  test('minimum instances that a book cannot price as a named gap, not as nothing', () => {
    const kept = cloudFunction({ memoryMib: 256, minReplicas: 1 })
    const unknown = { ...book, prices: book.prices.filter(({ resource }) => !/\/idle-/.test(resource)) }
    const bill = billUsage(platformOf(kept).usage(kept, month({ replicas: 1, rps: 1 })), unknown)
    expect(bill.usdTotal).toBeNull()
    expect(bill.missing.map(({ resource }) => resource)).toEqual([
      'functions-1/idle-cpu',
      'functions-1/idle-memory',
    ])
  })
})

describe('Cloud Functions of the 2nd generation bill', () => {
  test('what Cloud Run bills for the same shape', () => {
    const operation = month({ replicas: 3, busyReplicas: 2, rps: 7 })
    const service = cloudRun({ vcpus: 1, memoryGib: 2 })
    expect(quantities(cloudFunction({ generation: 2, memoryMib: 2048 }), operation)).toEqual(
      quantities(service, operation),
    )
  })

  test('the share of a vCPU that comes with the memory', () => {
    const lines = quantities(
      cloudFunction({ generation: 2, memoryMib: 512 }),
      month({ replicas: 1, busyReplicas: 1 }),
    )
    expect(lines['cloud-run/request-based/cpu']).toBeCloseTo(2_628_000 * 0.333, 3)
  })
})

describe('Compute Engine bills', () => {
  test('a fixed VM by vCPU, GiB, disk and address', () => {
    const candidate = vm({ machineType: 'n1-standard-4', minReplicas: 2, maxReplicas: 2 })
    expect(quantities(candidate, month({ replicas: 2, rps: 1 }))).toEqual({
      'gce/n1/cpu': 5840,
      'gce/n1/memory': 21_900,
      'gce/disk/pd-balanced': 40,
      'network/ipv4': 1460,
    })
  })

  test('n1-standard-4 for a whole month at 97.09 dollars after sustained use, disk and address apart', () => {
    const candidate = vm({ machineType: 'n1-standard-4', diskGib: 0 })
    expect(Number(usd(candidate, month({ replicas: 1 })))).toBeCloseTo(97.089489 + 3.65, 4)
  })

  test('VMs of a burst with the smaller discount of their own hours', () => {
    const candidate = mig({ machineType: 'n1-standard-4' })
    const operation = month({ hours: 699.6, replicas: 2 }, { hours: 30.4, replicas: 3 })
    const cpu = platformOf(candidate)
      .usage(candidate, operation)
      .filter(({ resource }) => resource === 'gce/n1/cpu')
    expect(cpu.map(({ quantity, monthShare }) => [Number(quantity), Number(monthShare)])).toEqual([
      [5840, 1],
      [expect.closeTo(121.6, 6), expect.closeTo(30.4 / 730, 8)],
    ])
  })

  test('a group with its load balancer, and its traffic both ways', () => {
    const lines = quantities(mig({ machineType: 'e2-standard-2' }), month({ replicas: 1, rps: 1 }))
    expect(lines).toMatchObject({
      'network/forwarding-rules': 730,
      'network/load-balancer/inbound': 2_628_000 / 1024,
      'network/load-balancer/outbound': expect.closeTo(2_628_000 / 4096, 5),
    })
    expect(lines).not.toHaveProperty('network/ipv4')
  })

  test('GPUs and the local SSD that an A3 always brings', () => {
    expect(quantities(vm({ machineType: 'a3-highgpu-1g' }), month({ replicas: 1 }))).toMatchObject({
      'gce/gpu/nvidia-h100-80gb': 730,
      'gce/a3/cpu': 26 * 730,
      'gce/disk/local-ssd': 750,
    })
  })

  test('spot VMs at spot prices and with the addresses of such, disks on demand', () => {
    const spot = vm({ machineType: 'a2-ultragpu-1g', purchase: 'spot', diskType: 'pd-ssd', diskGib: 30 })
    const lines = platformOf(spot).usage(spot, month({ replicas: 1 }))
    expect(lines.map(({ resource, purchase = 'on-demand' }) => `${resource} ${purchase}`)).toEqual([
      'gce/a2/cpu spot',
      'gce/a2/memory spot',
      'gce/gpu/nvidia-a100-80gb spot',
      'gce/disk/pd-ssd on-demand',
      'gce/disk/local-ssd spot',
      'network/ipv4 spot',
    ])
    expect(lines.every(({ monthShare }) => monthShare === undefined)).toBe(true)
    expect(Number(usd(spot, month({ replicas: 1 })))).toBeLessThan(
      Number(
        usd(vm({ machineType: 'a2-ultragpu-1g', diskType: 'pd-ssd', diskGib: 30 }), month({ replicas: 1 })),
      ),
    )
  })

  test('a commitment for the VMs that run all month, and on demand for those of a burst', () => {
    const committed = mig({ machineType: 'n1-standard-4', purchase: 'commit-1yr' })
    const operation = month({ hours: 699.6, replicas: 2 }, { hours: 30.4, replicas: 3 })
    const cpu = platformOf(committed)
      .usage(committed, operation)
      .filter(({ resource }) => resource === 'gce/n1/cpu')
    expect(cpu.map(({ quantity, purchase = 'on-demand' }) => [Number(quantity), purchase])).toEqual([
      [5840, 'commit-1yr'],
      [expect.closeTo(121.6, 6), 'on-demand'],
    ])
  })

  test('a commitment for a VM whose month is some hours of it, so many times over', () => {
    const committed = vm({ machineType: 'n1-standard-4', purchase: 'commit-1yr' })
    for (const simulatedHours of [150, 300, 600]) {
      const hours = simulatedHours * (730 / simulatedHours)
      const lines = platformOf(committed).usage(committed, month({ hours, replicas: 1 }))
      expect(lines.find(({ resource }) => resource === 'gce/n1/cpu')?.purchase).toBe('commit-1yr')
    }
  })

  test('custom machines at prices of their own, which are dearer', () => {
    const [custom, ordinary] = ['n2-custom-4-16384', 'n2-standard-4'].map((machineType) => {
      const candidate = vm({ machineType })
      expect(Object.keys(quantities(candidate, month({ replicas: 1 })))[0]).toMatch(
        /^gce\/n2\/(custom-)?cpu$/,
      )
      return Number(usd(candidate, month({ replicas: 1 })))
    })
    expect(custom).toBeGreaterThan(ordinary ?? Number.NaN)
  })
})

describe('Vertex AI on spot bills', () => {
  test('Compute Engine spot and a fee that is not discounted, attached GPUs too', () => {
    const spot = vertex({ machineType: 'n1-standard-4', accelerator: t4, purchase: 'spot' })
    expect(
      platformOf(spot)
        .usage(spot, month({ replicas: 1 }))
        .map(({ resource, purchase = 'on-demand' }) => `${resource} ${purchase}`),
    ).toEqual([
      'vertex/machine/n1-standard-4 spot',
      'gce/gpu/nvidia-tesla-t4 spot',
      'vertex/fee/gpu/nvidia-tesla-t4 on-demand',
    ])
    const onDemand = vertex({ machineType: 'n1-standard-4', accelerator: t4 })
    expect(Number(usd(spot, month({ replicas: 1 })))).toBeLessThan(
      Number(usd(onDemand, month({ replicas: 1 }))),
    )
  })
})
