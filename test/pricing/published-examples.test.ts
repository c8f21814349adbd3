import { describe, expect, test } from 'vitest'
import { decimal } from '../../src/core/money.ts'
import { billOf } from '../fixtures/usage-file.ts'

/** Totals that published sources print, each billed from a usage file; a month is 730 hours. */

function usd(items: readonly string[], freeTier = false): string {
  const { usdTotal, missing } = billOf(items, { freeTier })
  expect(missing).toEqual([])
  return decimal(usdTotal ?? Number.NaN).toFixed(2)
}

const cloudRun = 'platform: cloud-run'
const gpuService = `${cloudRun}, region: europe-west1, billing: instance-based, vcpu: 4, memoryGib: 16, gpu: nvidia-l4`
const machine = (type: string, hours: number, more = '') =>
  `platform: gce, machineType: ${type}, hours: ${hours}${more && `, ${more}`}`

describe('Cloud Run', () => {
  test("Google's GPU example of 26 instance-hours a day: 827.62, and 822.40 after the free tier", () => {
    const service = `${gpuService}, instances: 26, hours: "30.41666666666666666666666666"`
    expect(usd([service])).toBe('827.62')
    expect(usd([service], true)).toBe('822.40')
  })

  test.each([
    [
      'minimum-instance memory',
      `idleGibSeconds: "${decimal('3836246473762400')
        .div(2 ** 30)
        .toFixed(20)}"`,
      '8.93',
    ],
    ['minimum-instance CPU', 'idleVcpuSeconds: 1280509.98', '3.20'],
    ['CPU', 'vcpuSeconds: 65390.89', '1.57'],
    [
      'memory',
      `gibSeconds: "${decimal('225066003673907.25')
        .div(2 ** 30)
        .toFixed(20)}"`,
      '0.52',
    ],
  ])('the %s of a real bill', (_, quantity, total) => {
    expect(usd([`${cloudRun}, billing: request-based, ${quantity}`])).toBe(total)
  })

  test('an hour of 8 vCPU, 32 GiB and an L4: 0.518 + 0.230 + 0.672 = 1.421', () => {
    const hour = `${cloudRun}, billing: instance-based, vcpu: 8, memoryGib: 32, gpu: nvidia-l4, hours: 1`
    const { lines, usdTotal } = billOf([hour])
    expect(lines.map((line) => decimal(line.usd).toFixed(3))).toEqual(['0.518', '0.230', '0.672'])
    expect(decimal(usdTotal ?? 0).toFixed(3)).toBe('1.421')
  })

  test('a minimum instance of 1 vCPU and 512 MiB in Seoul without traffic: about 13.80 a month', () => {
    const kept = `${cloudRun}, region: asia-northeast3, vcpu: 1, memoryGib: 0.5, minInstances: 1`
    expect(usd([kept])).toBe('13.80')
  })
})

describe('Cloud Functions of the 1st generation', () => {
  const function128 = 'platform: functions, generation: 1, memoryMb: 128, invocations: 10000000'

  test('10 million calls of 300 ms at 128 MB: 4.00 for CPU, nothing for memory, 3.20 for invocations', () => {
    const { lines, credits } = billOf([`${function128}, durationMs: 300`], { freeTier: true })
    const spent = (resource: string) =>
      lines.filter((line) => line.resource === resource).reduce((sum, line) => sum + Number(line.usd), 0)
    expect(spent('functions-1/cpu')).toBe(6)
    expect(spent('functions-1/memory')).toBe(0.9375)
    expect(spent('functions-1/invocations')).toBe(3.2)
    expect(credits.map((credit) => credit.usd)).toEqual(['-2.9375'])
    expect(usd([`${function128}, durationMs: 300`], true)).toBe('7.20')
  })

  test('260 ms are billed as 300', () => {
    expect(usd([`${function128}, durationMs: 260`])).toBe(usd([`${function128}, durationMs: 300`]))
    expect(usd([`${function128}, durationMs: 301`])).toBe(usd([`${function128}, durationMs: 400`]))
  })

  test.each([
    [128, '0.000000231', '0.000000324'],
    [256, '0.000000463', '0.000000648'],
    [512, '0.000000925', '0.000001295'],
    [1024, '0.00000165', '0.00000231'],
    [2048, '0.0000029', '0.00000406'],
    [4096, '0.0000058', '0.00000812'],
    [8192, '0.0000068', '0.00000952'],
  ])('100 ms at %d MB: %s in tier 1, %s in tier 2', (memory, tier1, tier2) => {
    for (const [region, printed] of [
      ['us-central1', tier1],
      ['us-west2', tier2],
    ] as const) {
      const call = `platform: functions, generation: 1, region: ${region}, memoryMb: ${memory}, durationMs: 100`
      const compute = billOf([`${call}, invocations: 1000000`]).lines.filter(
        ({ resource }) => resource !== 'functions-1/invocations',
      )
      const each = compute.reduce((sum, line) => sum.plus(line.usd), decimal(0)).div(1_000_000)
      // The table is cut to nine decimals, not always rounded.
      expect(each.minus(printed).abs().lt('0.000000001')).toBe(true)
    }
  })
})

describe('Cloud Functions of the 2nd generation', () => {
  test('are billed as the Cloud Run instances that they are', () => {
    const shape = 'invocations: 5000000, durationMs: 120'
    const asFunction = billOf([`platform: functions, generation: 2, memoryMb: 2048, ${shape}`])
    const service = 'vcpu: 1, memoryGib: 2, requests: 5000000, durationMs: 120'
    expect(asFunction).toEqual(billOf([`${cloudRun}, billing: request-based, ${service}`]))
  })
})

describe('Vertex AI', () => {
  test('an hour of an a3-highgpu-1g node: 12.625919, with neither fee nor local SSD on top', () => {
    const { lines, usdTotal } = billOf(['platform: vertex, machineType: a3-highgpu-1g, nodeHours: 1'])
    expect(decimal(usdTotal ?? 0).toFixed(6)).toBe('12.625919')
    expect(lines.filter(({ resource }) => /fee|ssd/.test(resource))).toEqual([])
  })

  test('its fee stands apart on spot: 1.4694826 + 0.0994422 + 0.0779454', () => {
    const spot = 'platform: vertex, machineType: a3-highgpu-1g, nodeHours: 1, purchase: spot'
    const { lines } = billOf([spot])
    const fees = lines.filter(({ resource }) => resource.startsWith('vertex/fee/'))
    expect(fees.map((line) => line.usd).sort()).toEqual(['0.0779454', '0.0994422', '1.4694826'])
    expect(fees.every(({ purchase }) => purchase === undefined)).toBe(true)
    const ssd = lines.find(({ resource }) => resource === 'gce/disk/local-ssd')
    expect(ssd?.purchase).toBe('spot')
  })

  test('a month of an n1-standard-2 node, idle or busy: 79.935', () => {
    expect(billOf(['platform: vertex, machineType: n1-standard-2, nodeHours: 730']).usdTotal).toBe('79.935')
  })
})

describe('Compute Engine', () => {
  test.each([
    ['a3-highgpu-1g with its 750 GiB of local SSD', [machine('a3-highgpu-1g', 730)], '8074.71'],
    ['n1-standard-16, a whole month', [machine('n1-standard-16', 730)], '388.36'],
    ['n1-standard-4, a whole month', [machine('n1-standard-4', 730)], '97.09'],
    ['f1-micro, a whole month', [machine('f1-micro', 730)], '3.88'],
    ['four f1-micro', [machine('f1-micro', 730, 'count: 4')], '15.53'],
    ['f1-micro for 2,920 hours', [machine('f1-micro', 2920)], '15.53'],
    ['n1-standard-16 for 100 hours, under a quarter of the month', [machine('n1-standard-16', 100)], '76.00'],
    // The source rounds both lines: 101.77 + 45.44.
    ['custom N1 of 6 vCPU and 20 GiB', [machine('custom-6-20480', 730)], '147.20'],
    ['the same on spot', [machine('n1-custom-6-20480', 730, 'purchase: spot')], '64.25'],
    ['g2-standard-4, its L4 included', [machine('g2-standard-4', 730)], '515.99'],
    [
      'g2-standard-4 with its L4 named: billed once',
      [machine('g2-standard-4', 730, 'accelerator: { type: nvidia-l4, count: 1 }')],
      '515.99',
    ],
    ['n1-standard-4 for a year', [machine('n1-standard-4', 730, 'purchase: commit-1yr')], '87.38'],
    ['n1-standard-4 for three years', [machine('n1-standard-4', 730, 'purchase: commit-3yr')], '62.42'],
    ['n1-standard-4 on spot for an hour', [machine('n1-standard-4', 1, 'purchase: spot')], '0.07'],
    [
      'a T4 for a month: 0.35 × 730 × 0.7, apart from its machine',
      [`${machine('n1-standard-4', 730)}, accelerator: nvidia-tesla-t4`],
      '275.94',
    ],
  ])('%s', (_, items, total) => {
    expect(usd(items)).toBe(total)
  })

  test('an hour of a2-ultragpu-1g with its 375 GiB of local SSD: 5.068798', () => {
    const { usdTotal } = billOf([machine('a2-ultragpu-1g', 1)])
    expect(decimal(usdTotal ?? 0).toFixed(6)).toBe('5.068798')
  })

  test.each([
    ['custom N1, CPU', 'gce/n1/custom-cpu', '101.77'],
    ['custom N1, memory', 'gce/n1/custom-memory', '45.44'],
  ])('%s', (_, resource, total) => {
    const line = billOf([machine('custom-6-20480', 730)]).lines.find((each) => each.resource === resource)
    expect(decimal(line?.usd ?? 0).toFixed(2)).toBe(total)
  })

  test('a whole month of N2 costs 0.8002 of its base rate, of T2D all of it', () => {
    const base = (type: string) => decimal(billOf([machine(type, 100)]).usdTotal ?? 0).times('7.3')
    const month = (type: string) => billOf([machine(type, 730)]).usdTotal
    expect(month('n2-standard-8')).toBe(base('n2-standard-8').times('0.8002').toFixed())
    expect(month('t2d-standard-8')).toBe(base('t2d-standard-8').toFixed())
  })
})

describe('Around them', () => {
  const balancer = (more: string) => `platform: load-balancer, ${more}`
  test.each([
    ['five forwarding rules for a month', [balancer('forwardingRules: 5')], '18.25'],
    ['one costs the same', [balancer('forwardingRules: 1')], '18.25'],
    ['two further ones', [balancer('forwardingRules: 7')], '32.85'],
    [
      'the first five count together over load balancers',
      [balancer('forwardingRules: 4'), balancer('forwardingRules: 3')],
      '32.85',
    ],
    ['100 GiB each way', [balancer('forwardingRules: 0, inboundGib: 100, outboundGib: 100')], '1.60'],
    ['an address on a VM', ['platform: address'], '3.65'],
    ['an address on a spot VM', ['platform: address, use: spot-vm'], '1.83'],
    ['an unused address', ['platform: address, use: unused'], '7.30'],
    ['500 GiB to the internet', ['platform: network, egressGib: 500'], '60.00'],
    ['2 TiB to the internet, over the first tier', ['platform: network, egressGib: 2048'], '235.52'],
    [
      'the tiers are those of the account',
      ['platform: network, egressGib: 1024', 'platform: network, egressGib: 1024'],
      '235.52',
    ],
    ['10 GiB to Australia', ['platform: network, egressGib: 10, destination: australia'], '1.90'],
    ['200 GiB of pd-balanced for half a month', ['platform: disk, diskGib: 200, hours: 365'], '10.00'],
    ['100 GiB at rest, of which 5 are free', ['platform: storage, gibMonths: 100'], '1.90'],
  ])('%s', (_, items, total) => {
    expect(usd(items)).toBe(total)
  })
})
