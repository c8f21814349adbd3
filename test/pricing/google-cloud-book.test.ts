import { describe, expect, test } from 'vitest'
import { decimal } from '../../src/core/money.ts'
import { findPrice, loadPriceBook } from '../../src/pricing/price-book.ts'

const book = await loadPriceBook()
const REGIONS = ['us-central1', 'europe-west1', 'europe-west4', 'asia-east1', 'asia-northeast1']
const TIER_2 = [
  ...['europe-west2', 'europe-west3', 'europe-west6', 'us-west2', 'us-west3', 'us-west4'],
  ...['asia-southeast1', 'australia-southeast1'],
]

function usd(resource: string, region: string) {
  const price = findPrice(book, resource, region)
  if (!price) throw new Error(`no price for ${resource} in ${region}`)
  return decimal(price.tiers.at(-1)?.usd ?? Number.NaN)
}

describe('The built-in book', () => {
  test('has several hundred prices, each with unit, month and source', () => {
    expect(book.prices.length).toBeGreaterThan(600)
    for (const price of book.prices) {
      expect(price.unit).not.toBe('')
      expect(price.source).not.toBe('')
      expect(price.asOf <= book.date.slice(0, 7)).toBe(true)
      expect(price.asOf >= '2023-01').toBe(true)
    }
  })

  test('has each price once', () => {
    const keys = book.prices.map(({ resource, region, purchase }) => `${resource} ${region} ${purchase}`)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('is free only in the first tier of requests and invocations', () => {
    const free = book.prices.filter((price) => price.tiers.some((tier) => decimal(tier.usd).eq(0)))
    expect(free.map((price) => price.resource)).toEqual(['cloud-run/requests', 'functions-1/invocations'])
    for (const price of free) {
      expect(price.tiers).toEqual([
        { from: '0', usd: '0' },
        { from: '2000000', usd: '0.0000004' },
      ])
    }
  })

  test('has one unit for each resource', () => {
    const units = new Map(book.prices.map((price) => [price.resource, price.unit]))
    for (const price of book.prices) expect(price.unit).toBe(units.get(price.resource))
  })

  test('gives no resource in one region more than twice its price in another', () => {
    for (const price of book.prices) {
      const here = usd(price.resource, price.region)
      for (const other of book.prices.filter(({ resource }) => resource === price.resource)) {
        expect(here.lte(usd(other.resource, other.region).times(2))).toBe(true)
      }
    }
  })

  test('has ids in the form of SKU ids, and one price behind each of them in a kind of region', () => {
    const priceOfSku = new Map<string, string>()
    for (const { sku, tiers } of book.prices) {
      if (sku.id === null) continue
      expect(sku.id).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}$/)
      const prices = JSON.stringify(tiers)
      expect(priceOfSku.get(sku.id) ?? prices).toBe(prices)
      priceOfSku.set(sku.id, prices)
    }
  })

  test('gives sustained use discounts to N1, N2, N2D, C2 and the GPUs of N1, and to nothing else', () => {
    const discounted = new Map(
      book.prices.flatMap(({ resource, sustainedUse }) =>
        sustainedUse ? [[resource.replace(/\/(cpu|memory)$/, ''), sustainedUse.join(' ')]] : [],
      ),
    )
    expect([...discounted].sort()).toEqual([
      ['gce/c2', '1 0.8678 0.733 0.6'],
      ['gce/gpu/nvidia-tesla-p100', '1 0.8 0.6 0.4'],
      ['gce/gpu/nvidia-tesla-p4', '1 0.8 0.6 0.4'],
      ['gce/gpu/nvidia-tesla-t4', '1 0.8 0.6 0.4'],
      ['gce/gpu/nvidia-tesla-v100', '1 0.8 0.6 0.4'],
      ['gce/n1', '1 0.8 0.6 0.4'],
      ['gce/n2', '1 0.8678 0.733 0.6'],
      ['gce/n2d', '1 0.8678 0.733 0.6'],
    ])
  })

  test.each(REGIONS)('covers machines, GPUs, disks, Vertex AI and Cloud Run in %s', (region) => {
    const families = ['e2', 'n1', 'n2', 'n2d', 'c2', 'c3', 't2d', 'g2', 'a2', 'a3']
    const resources = [
      ...families.flatMap((family) => [`gce/${family}/cpu`, `gce/${family}/memory`]),
      ...['nvidia-tesla-t4', 'nvidia-l4', 'nvidia-tesla-a100', 'nvidia-a100-80gb', 'nvidia-h100-80gb'].map(
        (gpu) => `gce/gpu/${gpu}`,
      ),
      ...['pd-balanced', 'pd-standard', 'pd-ssd', 'local-ssd'].map((disk) => `gce/disk/${disk}`),
      ...['n1-standard-4', 'e2-standard-4', 'g2-standard-8', 'a2-highgpu-1g', 'a3-highgpu-8g'].map(
        (machine) => `vertex/machine/${machine}`,
      ),
      'vertex/gpu/nvidia-tesla-t4',
      ...['cpu', 'memory', 'idle-cpu', 'idle-memory'].map((part) => `cloud-run/request-based/${part}`),
      ...['cpu', 'memory'].map((part) => `cloud-run/instance-based/${part}`),
      ...['cloud-run/requests', 'network/forwarding-rules', 'network/ipv4', 'network/load-balancer/inbound'],
    ]
    expect(resources.filter((resource) => !findPrice(book, resource, region))).toEqual([])
  })

  test.each(TIER_2)('bills request-based Cloud Run in %s, a tier 2 region, at 1.4 × tier 1', (region) => {
    for (const part of ['cpu', 'memory', 'idle-cpu', 'idle-memory']) {
      const resource = `cloud-run/request-based/${part}`
      expect(usd(resource, region).eq(usd(resource, 'us-central1').times('1.4'))).toBe(true)
    }
  })

  test('has no price for a Functions 1st gen region that does not exist', () => {
    expect(findPrice(book, 'functions-1/cpu', 'europe-west4')).toBeUndefined()
  })
})

describe('GPUs', () => {
  test.each(REGIONS)('cost more the more they do in %s', (region) => {
    const order = [
      'nvidia-tesla-t4',
      'nvidia-l4',
      'nvidia-tesla-a100',
      'nvidia-a100-80gb',
      'nvidia-h100-80gb',
    ]
    const prices = order.map((gpu) => usd(`gce/gpu/${gpu}`, region))
    for (const [index, price] of prices.slice(1).entries()) expect(price.gt(prices[index] ?? 0)).toBe(true)
  })
})

describe('Vertex AI', () => {
  test.each([
    ['n1-standard-4', 'us-central1', 'n1', 4, 15],
    ['n1-highmem-8', 'asia-east1', 'n1', 8, 52],
    ['e2-standard-4', 'europe-west1', 'e2', 4, 16],
    ['c2-standard-8', 'europe-west4', 'c2', 8, 32],
  ])('bills a %s node in %s within 1 % of 1.15 × Compute Engine', (machine, region, family, vcpus, gib) => {
    const engine = usd(`gce/${family}/cpu`, region)
      .times(vcpus)
      .plus(usd(`gce/${family}/memory`, region).times(gib))
    const ratio = usd(`vertex/machine/${machine}`, region).div(engine).toNumber()
    expect(Math.abs(ratio / 1.15 - 1)).toBeLessThan(0.01)
  })
})

// Whole-machine list prices per hour (gcosts pricing.yml fd66b26f, 2026-07); local SSD is a month's price over 730 h.
const L4 = 'nvidia-l4'
const A100 = 'nvidia-tesla-a100'
const A100_80 = 'nvidia-a100-80gb'
const H100 = 'nvidia-h100-80gb'
describe('Cores, memory, GPUs and local SSD add up to the listed hourly price of', () => {
  test.each([
    ['e2-standard-4', 'us-central1', 4, 16, '0.13402284'],
    ['e2-highcpu-8', 'europe-west1', 8, 8, '0.21767568'],
    ['n1-standard-16', 'us-central1', 16, 60, '0.759996'],
    ['n1-highmem-8', 'asia-east1', 8, 52, '0.547928'],
    ['n2-standard-8', 'europe-west4', 8, 32, '0.427664'],
    ['n2d-highmem-16', 'asia-east1', 16, 128, '1.055808'],
    ['c2-standard-8', 'europe-west1', 8, 32, '0.4594'],
    ['c3-highcpu-22', 'asia-northeast1', 22, 44, '1.20146158'],
    ['t2d-standard-4', 'europe-west4', 4, 16, '0.18604'],
    ['g2-standard-12', 'asia-east1', 12, 48, '1.158382064', L4, 1],
    ['g2-standard-48', 'europe-west4', 48, 192, '4.205950264', L4, 4],
    ['g2-standard-96', 'asia-northeast1', 96, 384, '10.277876896', L4, 8],
    ['a2-highgpu-1g', 'us-central1', 12, 85, '3.673385', A100, 1],
    ['a2-highgpu-1g', 'asia-northeast1', 12, 85, '4.049590926', A100, 1],
    ['a2-megagpu-16g', 'europe-west4', 96, 1360, '56.62656', A100, 16],
    ['a2-ultragpu-8g', 'europe-west1', 96, 1360, '44.607607123288', A100_80, 8, 3000],
    ['a3-highgpu-1g', 'us-central1', 26, 234, '11.061249987822', H100, 1, 750],
    ['a3-highgpu-8g', 'europe-west4', 208, 1872, '112.540479175233', H100, 8, 6000],
    ['a3-highgpu-2g', 'asia-northeast1', 52, 468, '31.660847658137', H100, 2, 1500],
  ] as [string, string, number, number, string, string?, number?, number?][])('%s in %s', (...row) => {
    const [machine, region, vcpus, memoryGib, listed, gpu, gpuCount = 0, ssdGib = 0] = row
    const family = machine.split('-')[0]
    const parts = usd(`gce/${family}/cpu`, region)
      .times(vcpus)
      .plus(usd(`gce/${family}/memory`, region).times(memoryGib))
      .plus(gpu ? usd(`gce/gpu/${gpu}`, region).times(gpuCount) : 0)
      .plus(usd('gce/disk/local-ssd', region).times(ssdGib).div(730))
    expect(parts.div(listed).minus(1).abs().lt('0.000001')).toBe(true)
  })
})
