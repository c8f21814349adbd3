import { describe, expect, test } from 'vitest'
import type { Price, Purchase, Usage } from '../../src/core/bill.ts'
import { decimal } from '../../src/core/money.ts'
import { billUsage } from '../../src/pricing/bill.ts'
import { findPrice, loadPriceBook } from '../../src/pricing/price-book.ts'

const book = await loadPriceBook()
const REGIONS = ['us-central1', 'europe-west1', 'europe-west4', 'asia-east1', 'asia-northeast1']
const TIER_2 = [
  ...['europe-west2', 'europe-west3', 'europe-west6', 'us-west2', 'us-west3', 'us-west4'],
  ...['asia-southeast1', 'australia-southeast1'],
]

function usd(resource: string, region: string, purchase: Purchase = 'on-demand') {
  const price = findPrice(book, resource, region, purchase)
  if (!price) throw new Error(`no price for ${resource} in ${region}`)
  return decimal(price.tiers.at(-1)?.usd ?? Number.NaN)
}

describe('The built-in book', () => {
  test('has several hundred prices, each with unit, month and source', () => {
    expect(book.prices.length).toBeGreaterThan(1500)
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

  test('is free only in first tiers that Google publishes as free', () => {
    const free = book.prices.filter((price) => price.tiers.some((tier) => decimal(tier.usd).eq(0)))
    const amounts = free.map(({ resource, region, tiers }) => `${resource} ${region} ${tiers[1]?.from}`)
    expect(amounts.sort()).toEqual([
      'cloud-run/egress/same-continent us-central1 1',
      'cloud-run/requests global 2000000',
      'functions-1/egress global 5',
      'functions-1/invocations global 2000000',
      'storage/egress global 100',
      'storage/operations/class-a us-central1 5000',
      'storage/operations/class-b us-central1 50000',
      'storage/standard us-central1 5',
    ])
  })

  test('has one unit for each resource', () => {
    const units = new Map(book.prices.map((price) => [price.resource, price.unit]))
    for (const price of book.prices) expect(price.unit).toBe(units.get(price.resource))
  })

  test('gives no resource on demand in one region more than twice its price in another', () => {
    const extremes = new Map<string, { least: Price; most: Price }>()
    const last = ({ tiers }: Price) => decimal(tiers.at(-1)?.usd ?? Number.NaN)
    for (const price of book.prices.filter(({ purchase }) => purchase === 'on-demand')) {
      const { least = price, most = price } = extremes.get(price.resource) ?? {}
      extremes.set(price.resource, {
        least: last(price).lt(last(least)) ? price : least,
        most: last(price).gt(last(most)) ? price : most,
      })
    }
    const spreads = [...extremes].filter(([, { least, most }]) => last(most).gt(last(least).times(2)))
    // Archive storage in Tokyo costs 2.08 times what it costs in Iowa.
    expect(spreads.map(([resource]) => resource)).toEqual(['storage/archive'])
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

  test('gives sustained use discounts to N1, N2, N2D, C2 and the GPUs of N1 on demand, and to nothing else', () => {
    const discounted = new Map(
      book.prices.flatMap(({ resource, sustainedUse }) =>
        sustainedUse
          ? [[resource.replace(/\/(custom-)?(extended-)?(cpu|memory)$/, ''), sustainedUse.join(' ')]]
          : [],
      ),
    )
    expect([...discounted].sort()).toEqual([
      ['gce/c2', '1 0.8678 0.733 0.6'],
      ['gce/gpu/nvidia-tesla-p100', '1 0.8 0.6 0.4'],
      ['gce/gpu/nvidia-tesla-p4', '1 0.8 0.6 0.4'],
      ['gce/gpu/nvidia-tesla-t4', '1 0.8 0.6 0.4'],
      ['gce/gpu/nvidia-tesla-v100', '1 0.8 0.6 0.4'],
      ['gce/machine/f1-micro', '1 0.8 0.6 0.4'],
      ['gce/machine/g1-small', '1 0.8 0.6 0.4'],
      ['gce/n1', '1 0.8 0.6 0.4'],
      ['gce/n2', '1 0.8678 0.733 0.6'],
      ['gce/n2d', '1 0.8678 0.733 0.6'],
    ])
    expect(
      book.prices.filter(({ sustainedUse, purchase }) => sustainedUse && purchase !== 'on-demand'),
    ).toEqual([])
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
  test('bills every component at 1.15 × Compute Engine, and its fee at 0.15 ×, within rounding', () => {
    const vertex = book.prices.filter(({ resource }) => /^vertex\/(fee\/)?[^/]+\/[^/]+$/.test(resource))
    const parts = vertex.filter(({ resource }) => !resource.startsWith('vertex/machine/'))
    expect(parts.length).toBeGreaterThan(150)
    for (const { resource, region } of parts) {
      const engine = usd(resource.replace(/^vertex\/(fee\/)?/, 'gce/'), region)
      const expected = resource.startsWith('vertex/fee/') ? '0.15' : '1.15'
      expect(usd(resource, region).div(engine).div(expected).minus(1).abs().lt('0.0004'), resource).toBe(true)
    }
  })

  test('has two nodes of N1 listed whole, within 1 % of their components', () => {
    for (const [type, vcpus, gib] of [
      ['n1-standard-2', 2, '7.5'],
      ['n1-standard-4', 4, '15'],
    ] as const) {
      const parts = usd('vertex/n1/cpu', 'us-central1')
        .times(vcpus)
        .plus(usd('vertex/n1/memory', 'us-central1').times(gib))
      const whole = usd(`vertex/machine/${type}`, 'us-central1')
      expect(whole.div(parts).minus(1).abs().lt('0.01')).toBe(true)
    }
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

// The same source: spot by the hour, commitments by the month of 730 h; C2D to N4 from its reading of 2025-03.
describe('A bill of its components comes to the listed price of', () => {
  test.each([
    ['e2-highcpu-4', 'us-central1', 'spot', 1, '0.059376'],
    ['e2-highcpu-4', 'asia-east1', 'commit-3yr', 730, '37.63364328'],
    ['n1-standard-4', 'us-central1', 'spot', 1, '0.06701'],
    ['n1-standard-4', 'europe-west4', 'commit-1yr', 730, '96.1921'],
    ['n2-standard-8', 'asia-east1', 'commit-3yr', 730, '147.76952'],
    ['c2-standard-8', 'us-central1', 'spot', 1, '0.19936'],
    ['c2-standard-8', 'asia-east1', 'commit-1yr', 730, '222.3872'],
    ['t2d-standard-4', 'europe-west4', 'commit-3yr', 730, '61.11268'],
    ['g2-standard-4', 'us-central1', 'spot', 1, '0.397336'],
    ['g2-standard-48', 'europe-west4', 'commit-3yr', 730, '1381.65431804'],
    ['a2-highgpu-1g', 'us-central1', 'spot', 1, '1.92802'],
    ['a2-highgpu-1g', 'us-central1', 'commit-1yr', 730, '1689.3711392'],
    ['a2-megagpu-16g', 'us-central1', 'commit-3yr', 730, '14241.71597664'],
    ['a2-ultragpu-1g', 'europe-west4', 'spot', 1, '2.945206712329'],
    ['a3-highgpu-1g', 'us-central1', 'spot', 1, '6.32619260274'],
    ['a3-highgpu-8g', 'us-central1', 'commit-1yr', 730, '44810.08066464'],
    ['a3-highgpu-8g', 'asia-east1', 'commit-3yr', 730, '32816.67618544'],
    ['c2d-standard-112', 'us-central1', 'on-demand', 1, '5.084688'],
    ['c2d-standard-112', 'asia-east1', 'commit-1yr', 730, '2707.64592'],
    ['c3d-highmem-180', 'asia-northeast1', 'spot', 1, '5.66193456'],
    ['c3d-highmem-180', 'europe-west1', 'on-demand', 1, '12.1366548'],
    ['c4-standard-48', 'us-central1', 'on-demand', 1, '2.37204'],
    ['c4-standard-96', 'europe-west4', 'commit-1yr', 730, '2290.94586'],
    ['n4-standard-64', 'europe-west1', 'commit-3yr', 730, '1096.96354816'],
    ['n4-standard-2', 'us-central1', 'spot', 1, '0.037064'],
    ['f1-micro', 'us-central1', 'on-demand', 1, '0.0076'],
    ['g1-small', 'asia-east1', 'spot', 1, '0.006218'],
  ] as [string, string, Purchase, number, string][])(
    '%s in %s, %s',
    (type, region, purchase, hours, listed) => {
      const machine = {
        resource: `gce/machine/${type}`,
        region,
        unit: 'hour',
        purchase,
        quantity: String(hours),
      }
      const { usdTotal, missing } = billUsage([machine], book)
      expect(missing).toEqual([])
      expect(
        decimal(usdTotal ?? Number.NaN)
          .div(listed)
          .minus(1)
          .abs()
          .lt('0.000001'),
      ).toBe(true)
    },
  )
})

// Totals that infracost's golden files and Google's pricing pages print; a month is 730 h.
describe('A published total is met to the cent by', () => {
  const hours = (resource: string, unit: string, quantity: string, some: Partial<Usage> = {}): Usage => {
    return { resource, region: 'us-central1', unit, quantity, ...some }
  }
  const month = { monthShare: '1' }
  const spot = { purchase: 'spot' } as const

  test.each([
    ['101.77', 'vCPUs of custom-6-20480', hours('gce/n1/custom-cpu', 'vCPU-hour', '4380', month)],
    ['45.44', 'memory of custom-6-20480', hours('gce/n1/custom-memory', 'GiB-hour', '14600', month)],
    ['44.41', 'vCPUs of it on spot', hours('gce/n1/custom-cpu', 'vCPU-hour', '4380', spot)],
    ['19.84', 'memory of it on spot', hours('gce/n1/custom-memory', 'GiB-hour', '14600', spot)],
    ['3.88', 'f1-micro', hours('gce/machine/f1-micro', 'hour', '730', month)],
    ['15.53', 'four f1-micro', hours('gce/machine/f1-micro', 'hour', '2920', month)],
    ['515.99', 'g2-standard-4', hours('gce/machine/g2-standard-4', 'hour', '730', month)],
    ['3.65', 'an address in use', hours('network/ipv4', 'hour', '730')],
    ['1.83', 'an address of a spot VM', hours('network/ipv4', 'hour', '730', spot)],
    ['7.30', 'an unused address', hours('network/ipv4/unused', 'hour', '730')],
  ] as const)('%s: %s', (usdTotal, _, usage) => {
    expect(decimal(billUsage([usage], book).usdTotal ?? Number.NaN).toFixed(2)).toBe(usdTotal)
  })
})
