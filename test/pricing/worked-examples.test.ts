import { describe, expect, test } from 'vitest'
import type { Usage } from '../../src/core/bill.ts'
import type { Decimal } from '../../src/core/money.ts'
import { decimal } from '../../src/core/money.ts'
import { billUsage } from '../../src/pricing/bill.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'

const book = await loadPriceBook()
const MONTH_H = 730

function use(resource: string, region: string, unit: string, quantity: string | number): Usage {
  return { resource, region, unit, quantity: decimal(quantity).toFixed() }
}

function usd(usage: readonly Usage[]): Decimal {
  const { usdTotal, missing } = billUsage(usage, book)
  expect(missing).toEqual([])
  return decimal(usdTotal ?? Number.NaN)
}

/** Hours of a Compute Engine machine, from its parts. */
function machineHours(
  family: string,
  region: string,
  [vcpus, memoryGib]: readonly [number, number],
  hours: number,
): Usage[] {
  const monthShare = decimal(hours).div(MONTH_H).toFixed()
  return [
    { ...use(`gce/${family}/cpu`, region, 'vCPU-hour', vcpus * hours), monthShare },
    { ...use(`gce/${family}/memory`, region, 'GiB-hour', memoryGib * hours), monthShare },
  ]
}

const BYTES_PER_GIB = 2 ** 30

describe('Cloud Run', () => {
  test("Google's GPU example of 26 instance-hours a day in europe-west1 comes to 827.62", () => {
    const instanceS = (26 * 365 * 3600) / 12
    const total = usd([
      use('cloud-run/instance-based/cpu', 'europe-west1', 'vCPU-second', 4 * instanceS),
      use('cloud-run/instance-based/memory', 'europe-west1', 'GiB-second', 16 * instanceS),
      use('cloud-run/gpu/nvidia-l4', 'europe-west1', 'GPU-second', instanceS),
    ])
    expect(total.toFixed(2)).toBe('827.62')
  })

  test.each([
    ['idle-memory', 'GiB-second', decimal('3836246473762400').div(BYTES_PER_GIB), '8.93'],
    ['idle-cpu', 'vCPU-second', decimal('1280509.98'), '3.20'],
    ['cpu', 'vCPU-second', decimal('65390.89'), '1.57'],
    ['memory', 'GiB-second', decimal('225066003673907.25').div(BYTES_PER_GIB), '0.52'],
  ])('the %s line of a real bill is reproduced to the cent', (part, unit, quantity, cents) => {
    const total = usd([use(`cloud-run/request-based/${part}`, 'us-central1', unit, quantity.toFixed())])
    expect(total.toFixed(2)).toBe(cents)
  })

  test('an hour of 8 vCPU, 32 GiB and an L4 costs 1.421', () => {
    const parts = [
      use('cloud-run/gpu/nvidia-l4', 'us-central1', 'GPU-second', 3600),
      use('cloud-run/instance-based/cpu', 'us-central1', 'vCPU-second', 8 * 3600),
      use('cloud-run/instance-based/memory', 'us-central1', 'GiB-second', 32 * 3600),
    ]
    expect(parts.map((part) => usd([part]).toFixed(3))).toEqual(['0.672', '0.518', '0.230'])
    expect(usd(parts).toFixed(3)).toBe('1.421')
  })

  test('the account credit of 180,000 vCPU-seconds and 360,000 GiB-seconds is worth 5.22', () => {
    const total = usd([
      use('cloud-run/request-based/cpu', 'us-central1', 'vCPU-second', 180_000),
      use('cloud-run/request-based/memory', 'us-central1', 'GiB-second', 360_000),
    ])
    expect(total.toFixed()).toBe('5.22')
  })

  test('the part of that credit for CPU buys 128,571 vCPU-seconds in a tier 2 region', () => {
    const cpu = (count: number) =>
      usd([use('cloud-run/request-based/cpu', 'europe-west3', 'vCPU-second', count)])
    expect(cpu(128_571).lte('4.32')).toBe(true)
    expect(cpu(128_572).gt('4.32')).toBe(true)
  })
})

describe('Cloud Functions, 1st gen', () => {
  test('10 million calls of 128 MB and 300 ms cost 4.00 for CPU beyond the free 200,000 GHz-seconds', () => {
    const ghzS = 10_000_000 * 0.3 * 0.2 - 200_000
    expect(usd([use('functions-1/cpu', 'us-central1', 'GHz-second', ghzS)]).toFixed(2)).toBe('4.00')
  })

  test.each([
    [128, '0.2', '0.000000231'],
    [256, '0.4', '0.000000463'],
    [512, '0.8', '0.000000925'],
    [1024, '1.4', '0.000001650'],
    [2048, '2.4', '0.000002900'],
    [4096, '4.8', '0.000005800'],
    [8192, '4.8', '0.000006800'],
  ])('100 ms of %i MB at %s GHz costs what the published table says, %s', (mb, ghz, published) => {
    const cost = (region: string) => usd(hundredMs(region, mb, ghz))
    expect(cost('us-central1').toFixed(9)).toBe(published)
    expect(cost('us-west2').eq(cost('us-central1').times('1.4'))).toBe(true)
  })

  test('260 ms, billed as 300 ms, costs three steps of 100 ms', () => {
    const steps = [1, 2, 3].flatMap(() => hundredMs('us-central1', 128, '0.2'))
    expect(usd(steps).toFixed(9)).toBe('0.000000694')
  })

  function hundredMs(region: string, mb: number, ghz: string): Usage[] {
    return [
      use('functions-1/memory', region, 'GiB-second', decimal(mb).div(1024).times('0.1').toFixed()),
      use('functions-1/cpu', region, 'GHz-second', decimal(ghz).times('0.1').toFixed()),
    ]
  }
})

describe('Vertex AI', () => {
  test('an a3-highgpu-1g node costs 12.625919 an hour, without management fee or local SSD', () => {
    const total = usd([use('vertex/machine/a3-highgpu-1g', 'us-central1', 'node-hour', 1)])
    expect(total.toFixed()).toBe('12.625919')
  })

  test('a month of one n1-standard-2 node costs 79.935', () => {
    const total = usd([use('vertex/machine/n1-standard-2', 'us-central1', 'node-hour', MONTH_H)])
    expect(total.toFixed()).toBe('79.935')
  })

  test('a g2-standard-4 node includes its L4', () => {
    const total = usd([use('vertex/machine/g2-standard-4', 'us-central1', 'node-hour', MONTH_H)])
    expect(total.div(MONTH_H).toFixed(6)).toBe(decimal('0.706832255').times('1.15').toFixed(6))
  })
})

describe('Compute Engine', () => {
  test('a3-highgpu-1g costs 11.06125 an hour with its 750 GiB of local SSD', () => {
    const total = usd([
      ...machineHours('a3', 'us-central1', [26, 234], MONTH_H),
      use('gce/gpu/nvidia-h100-80gb', 'us-central1', 'GPU-hour', MONTH_H),
      use('gce/disk/local-ssd', 'us-central1', 'GiB-month', 750),
    ])
    expect(total.div(MONTH_H).toFixed(5)).toBe('11.06125')
  })

  test('a2-ultragpu-1g costs 5.068798 an hour with its 375 GiB of local SSD', () => {
    const total = usd([
      ...machineHours('a2', 'us-central1', [12, 170], MONTH_H),
      use('gce/gpu/nvidia-a100-80gb', 'us-central1', 'GPU-hour', MONTH_H),
      use('gce/disk/local-ssd', 'us-central1', 'GiB-month', 375),
    ])
    expect(total.div(MONTH_H).toFixed(6)).toBe('5.068798')
  })

  test('a whole month of N1 earns 30 %: n1-standard-16 costs 388.36 and n1-standard-4 97.089489', () => {
    expect(usd(machineHours('n1', 'us-central1', [16, 60], MONTH_H)).toFixed(2)).toBe('388.36')
    expect(usd(machineHours('n1', 'us-central1', [4, 15], MONTH_H)).toFixed()).toBe('97.089489')
  })

  test('100 hours of n1-standard-16, under a quarter of the month, cost the full 76.00', () => {
    expect(usd(machineHours('n1', 'us-central1', [16, 60], 100)).toFixed(2)).toBe('76.00')
  })

  test('a whole month of N2 costs 0.8002 of its base rate', () => {
    const base = decimal('0.031611').times(8).plus(decimal('0.004237').times(32)).times(MONTH_H)
    const total = usd(machineHours('n2', 'us-central1', [8, 32], MONTH_H))
    expect(total.eq(base.times('0.8002'))).toBe(true)
  })

  test('a month of g2-standard-4 costs 515.99 with its one L4, which earns no discount', () => {
    const total = usd([
      ...machineHours('g2', 'us-central1', [4, 16], MONTH_H),
      { ...use('gce/gpu/nvidia-l4', 'us-central1', 'GPU-hour', MONTH_H), monthShare: '1' },
    ])
    expect(total.toFixed(2)).toBe('515.99')
  })
})

describe('The network', () => {
  test('the first five forwarding rules together cost 18.25 a month', () => {
    const total = usd([use('network/forwarding-rules', 'europe-west1', 'hour', MONTH_H)])
    expect(total.toFixed(2)).toBe('18.25')
  })

  test('an external address in use costs 3.65 a month', () => {
    expect(usd([use('network/ipv4', 'us-central1', 'hour', MONTH_H)]).toFixed(2)).toBe('3.65')
  })

  test('a load balancer takes 0.008 a GiB each way, also where only the rate of us-central1 is known', () => {
    for (const region of ['us-central1', 'asia-east1']) {
      expect(usd([use('network/load-balancer/inbound', region, 'GiB', 1000)]).toFixed()).toBe('8')
      expect(usd([use('network/load-balancer/outbound', region, 'GiB', 1000)]).toFixed()).toBe('8')
    }
  })
})
