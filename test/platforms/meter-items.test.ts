import { describe, expect, test } from 'vitest'
import { decimal } from '../../src/core/money.ts'
import { meter, readUsage, usageText } from '../fixtures/usage-file.ts'

/** `resource` to quantity, with purchase where it is not on demand; lines of nothing are left out. */
function quantities(...items: readonly string[]): Record<string, number> {
  const lines = meter(...items).usage.filter(({ quantity }) => quantity !== '0')
  return Object.fromEntries(
    lines.map(({ resource, purchase, quantity }) => {
      const how = purchase === undefined || purchase === 'on-demand' ? '' : ` ${purchase}`
      return [resource + how, Number(decimal(quantity).round(9))]
    }),
  )
}

describe('Cloud Run is billed', () => {
  test('for each request rounded up to 100 ms, shared by those that an instance serves at a time', () => {
    const service =
      'platform: cloud-run, vcpu: 2, memoryGib: 4, requests: 1000, concurrency: 10, durationMs: 101'
    expect(quantities(service)).toEqual({
      'cloud-run/request-based/cpu': 40,
      'cloud-run/request-based/memory': 80,
      'cloud-run/requests': 1000,
    })
  })

  test('for minimum instances all month, at the idle rate where they serve nothing', () => {
    const kept =
      'platform: cloud-run, vcpu: 1, memoryGib: 2, minInstances: 2, requests: 1000, durationMs: 1000'
    expect(quantities(kept)).toMatchObject({
      'cloud-run/request-based/idle-cpu': 2 * 2_628_000 - 1000,
      'cloud-run/request-based/idle-memory': 2 * (2 * 2_628_000 - 1000),
    })
    const busy =
      'platform: cloud-run, vcpu: 1, memoryGib: 2, minInstances: 1, requests: 9000000, durationMs: 1000'
    expect(Object.keys(quantities(busy)).filter((resource) => resource.includes('idle'))).toEqual([])
  })

  test('for at least a minute of each instance where it is instance-based, and for no request', () => {
    const service =
      'platform: cloud-run, billing: instance-based, vcpu: 4, memoryGib: 16, gpu: nvidia-l4, requests: 99'
    expect(quantities(`${service}, instances: 10, hours: 0.001`)).toEqual({
      'cloud-run/instance-based/cpu': 10 * 60 * 4,
      'cloud-run/instance-based/memory': 10 * 60 * 16,
      'cloud-run/gpu/nvidia-l4': 10 * 60,
    })
    expect(quantities(`${service}, instances: 10, hours: 0.025`)['cloud-run/gpu/nvidia-l4']).toBe(900)
  })

  test('for zonal redundancy of a GPU at a price of its own', () => {
    const gpu =
      'platform: cloud-run, billing: instance-based, gpu: nvidia-l4, gpuSeconds: 5, gpuZonalRedundancy: true'
    expect(quantities(gpu)).toEqual({ 'cloud-run/gpu/nvidia-l4/zonal': 5 })
  })
})

describe('Compute Engine is billed', () => {
  test('for at least a minute of each machine, and to the second above', () => {
    const machine = (hours: number) =>
      quantities(`platform: gce, machineType: e2-standard-2, count: 3, hours: ${hours}`)
    expect(machine(0.001)['gce/e2/cpu']).toBe(0.1)
    expect(machine(0.05)['gce/e2/cpu']).toBe(0.3)
    expect(machine(0)).toEqual({})
  })

  test('for custom machines at prices of their own, memory beyond the ordinary apart', () => {
    expect(quantities('platform: gce, machineType: n1-custom-2-20480-ext, hours: 10')).toEqual({
      'gce/n1/custom-cpu': 20,
      'gce/n1/custom-memory': 130,
      'gce/n1/custom-extended-memory': 70,
    })
  })

  test('as it was bought, disks on demand, and addresses of spot VMs at their own price', () => {
    const spot =
      'platform: gce, machineType: a2-ultragpu-1g, hours: 730, purchase: spot, diskGib: 10, addresses: 1'
    expect(quantities(spot)).toEqual({
      'gce/a2/cpu spot': 8760,
      'gce/a2/memory spot': 124_100,
      'gce/gpu/nvidia-a100-80gb spot': 730,
      'gce/disk/local-ssd spot': 375,
      'gce/disk/pd-balanced': 10,
      'network/ipv4 spot': 730,
    })
  })

  test('with the discount of each machine by its own hours, none on spot or for a commitment', () => {
    const share = (more: string) =>
      meter(`platform: gce, machineType: n1-standard-4, ${more}`).usage[0]?.monthShare
    expect(share('hours: 365, count: 4')).toBe('0.5')
    expect(share('hours: 744')).toBe('1')
    expect(share('hours: 1460')).toBe('1')
    expect(Number(share('hours: 1000'))).toBeCloseTo(500 / 730, 12)
    expect(share('hours: 730, purchase: spot')).toBeUndefined()
    expect(share('hours: 730, purchase: commit-3yr')).toBeUndefined()
  })

  test('under a commitment for the hours that ran, with a note that all are paid', () => {
    const { notes } = meter('platform: gce, machineType: n1-standard-4, hours: 100, purchase: commit-1yr')
    expect(notes).toEqual([
      { usageIndex: 0, note: expect.stringMatching(/commitment is paid for all 730 hours/) },
    ])
  })
})

describe('Vertex AI is billed', () => {
  test('for attached GPUs as its own on demand, as those of Compute Engine and a fee on spot', () => {
    const node =
      'platform: vertex, machineType: n1-standard-8, accelerator: { type: nvidia-tesla-t4, count: 2 }, nodeHours: 10'
    expect(quantities(node)).toEqual({ 'vertex/machine/n1-standard-8': 10, 'vertex/gpu/nvidia-tesla-t4': 20 })
    expect(quantities(`${node}, purchase: spot`)).toEqual({
      'vertex/machine/n1-standard-8 spot': 10,
      'gce/gpu/nvidia-tesla-t4 spot': 20,
      'vertex/fee/gpu/nvidia-tesla-t4': 20,
    })
  })
})

describe('Load balancers are billed', () => {
  const rules = (count: number, hours: number, region = 'us-central1') =>
    `platform: load-balancer, region: ${region}, forwardingRules: ${count}, hours: ${hours}`
  const hoursOf = (...items: readonly string[]) => {
    const { usage } = meter(...items)
    const sum = (resource: string) =>
      usage
        .filter((line) => line.resource === resource)
        .reduce((total, line) => total + Number(line.quantity), 0)
    return [sum('network/forwarding-rules'), sum('network/forwarding-rules/additional')]
  }

  test('for their first five rules as for one, those that exist longest first, in any order', () => {
    expect(hoursOf(rules(3, 730), rules(4, 100))).toEqual([730, 200])
    expect(hoursOf(rules(4, 100), rules(3, 730))).toEqual([730, 200])
    expect(hoursOf(rules(0, 730))).toEqual([0, 0])
  })

  test('in each region by themselves', () => {
    expect(hoursOf(rules(3, 730), rules(3, 730, 'europe-west1'))).toEqual([1460, 0])
  })
})

test('Every usage names the item that it comes from', () => {
  const items = [
    'platform: address',
    'platform: gce, machineType: e2-standard-2, hours: 1',
    'platform: network, egressGib: 1',
  ]
  const { usage } = meter(...items)
  expect(new Set(usage.map(({ usageIndex }) => usageIndex))).toEqual(new Set([0, 1, 2]))
  expect(readUsage(usageText(items)).items.map(({ platform }) => platform)).toEqual([
    'address',
    'gce',
    'network',
  ])
})
