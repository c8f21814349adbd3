import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AccountBill, PriceBook, Usage } from '../../src/core/bill.ts'
import { type Decimal, decimal, exact, sum } from '../../src/core/money.ts'
import { billAccount } from '../../src/pricing/bill-account.ts'
import { bookAgeDays } from '../../src/pricing/book-age.ts'
import { billOf, book, meter } from '../fixtures/usage-file.ts'

/** Items on every platform whose quantity is free to vary, with what it may be. */
const TEMPLATES: readonly ((quantity: string) => string)[] = [
  (n) =>
    `platform: cloud-run, region: europe-west1, vcpuSeconds: "${n}", gibSeconds: "${n}", requests: "${n}"`,
  (n) => `platform: cloud-run, region: us-west2, vcpuSeconds: 7, gibSeconds: "${n}", idleVcpuSeconds: "${n}"`,
  (n) =>
    `platform: cloud-run, billing: instance-based, vcpuSeconds: 8, gibSeconds: 16, gpu: nvidia-l4, gpuSeconds: "${n}"`,
  (n) => `platform: functions, generation: 1, memoryMb: 256, invocations: "${n}", durationMs: 120`,
  (n) => `platform: functions, generation: 2, memoryMb: 512, invocations: "${n}", durationMs: 120`,
  (n) => `platform: vertex, machineType: n1-standard-4, accelerator: nvidia-tesla-t4, nodeHours: "${n}"`,
  (n) =>
    `platform: vertex, region: europe-west4, machineType: g2-standard-8, purchase: spot, nodeHours: "${n}"`,
  (n) => `platform: gce, machineType: e2-standard-4, hours: 300, count: "${n}", diskGib: 50, addresses: 1`,
  (n) => `platform: gce, machineType: n1-standard-8, hours: 500, diskGib: "${n}", diskType: pd-ssd`,
  (n) => `platform: network, egressGib: "${n}"`,
  (n) => `platform: load-balancer, forwardingRules: 4, inboundGib: "${n}"`,
  (n) => `platform: storage, gibMonths: "${n}"`,
]

/** Up to a hundred million, with up to four decimals. */
const quantity = fc
  .tuple(fc.nat(99_999_999), fc.nat(9999))
  .map(([whole, part]) => exact(decimal(whole).plus(decimal(part).times('0.0001'))))
const item = fc.record({ template: fc.constantFrom(...TEMPLATES), quantity })
const written = item.map(({ template, quantity }) => template(quantity))
const freeTier = fc.boolean()

function total(items: readonly string[], free = false): Decimal {
  return totalOf(billOf(items, { freeTier: free }))
}

function totalOf({ usdTotal, missing }: AccountBill): Decimal {
  expect(missing).toEqual([])
  return decimal(usdTotal ?? Number.NaN)
}

describe('The bill of an account', () => {
  test('is the sum of its lines and credits, and of nothing else', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 8 }), freeTier, (items, free) => {
        const bill = billOf(items, { freeTier: free })
        const amounts = [...bill.lines, ...bill.credits].map(({ usd }) => decimal(usd))
        expect(bill.usdTotal).toBe(exact(sum(amounts)))
      }),
    )
  })

  test('does not depend on the order of the items, line by line', () => {
    const shuffled = fc
      .array(written, { minLength: 1, maxLength: 8 })
      .chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })))
    fc.assert(
      fc.property(shuffled, freeTier, ([items, other], free) => {
        const [a, b] = [billOf(items, { freeTier: free }), billOf(other, { freeTier: free })]
        expect(b.usdTotal).toBe(a.usdTotal)
        expect(b.credits.map(({ usd }) => usd)).toEqual(a.credits.map(({ usd }) => usd))
        // Which of two load balancers pays for the rules that they share is all that may differ.
        const lines = (bill: AccountBill) =>
          bill.lines
            .filter(({ resource }) => !resource.includes('forwarding'))
            .map(({ usageIndex: _, ...line }) => JSON.stringify(line))
            .sort()
        expect(lines(b)).toEqual(lines(a))
      }),
    )
  })

  test('never falls when a quantity grows, with or without the free tier', () => {
    fc.assert(
      fc.property(
        fc.array(written, { maxLength: 4 }),
        item,
        quantity,
        freeTier,
        (others, grown, more, free) => {
          const larger = exact(decimal(grown.quantity).plus(more))
          const small = total([...others, grown.template(grown.quantity)], free)
          expect(total([...others, grown.template(larger)], free).gte(small)).toBe(true)
        },
      ),
    )
  })

  test('never falls when hours grow, sustained use discounts included', () => {
    const hours = fc.integer({ min: 0, max: 74_400 }).map((hundredths) => hundredths / 100)
    const families = fc.constantFrom(
      'n1-standard-4',
      'n2-standard-2',
      'c2-standard-4',
      'e2-small',
      'f1-micro',
    )
    fc.assert(
      fc.property(families, hours, hours, (type, a, b) => {
        const month = (each: number) => total([`platform: gce, machineType: ${type}, hours: ${each}`])
        expect(month(Math.max(a, b)).gte(month(Math.min(a, b)))).toBe(true)
      }),
    )
  })

  test('of two accounts is that of one with both, where no tier is reached and no rule is shared', () => {
    const below = TEMPLATES.slice(0, 10).map((template) => template('50'))
    const some = fc.array(fc.constantFrom(...below), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(some, some, (a, b) => {
        expect(exact(total([...a, ...b]))).toBe(exact(total(a).plus(total(b))))
      }),
    )
  })

  test('has every line under the item that it is for', () => {
    const bill = billOf([
      TEMPLATES[0]?.('3000000') ?? '',
      TEMPLATES[9]?.('5') ?? '',
      TEMPLATES[0]?.('3000000') ?? '',
    ])
    const requests = bill.lines.filter(({ resource }) => resource === 'cloud-run/requests')
    expect(requests.map(({ usageIndex, tier, quantity }) => [usageIndex, tier, quantity])).toEqual([
      [0, 'from 0', '2000000'],
      [0, 'from 2000000', '1000000'],
      [2, 'from 2000000', '3000000'],
    ])
    expect(bill.lines.filter(({ usageIndex }) => usageIndex === 1).map(({ unit }) => unit)).toEqual(['GiB'])
  })

  test('says in each line how its amount came about', () => {
    const [cpu] = billOf(['platform: gce, machineType: n1-standard-4, hours: 730, count: 2']).lines
    expect(cpu?.arithmetic).toBe(
      '4 vCPU × 2 × 730 h: 5840 vCPU-hour × $0.031611 × 0.7 (sustained use) = $129.225768',
    )
  })
})

test('A million additions do not drift by the last digit', () => {
  const usage = { resource: 'cloud-run/request-based/cpu', region: 'us-central1', unit: 'vCPU-second' }
  const tenth = { ...usage, quantity: '0.1', usageIndex: 0 }
  const million = Array.from({ length: 1_000_000 }, () => tenth)
  const bill = billAccount(million, book, { freeTier: false })
  expect(bill.lines).toMatchObject([{ quantity: '100000' }])
  expect(bill.usdTotal).toBe('2.4')
  // What floats make of it: the test would see a drift.
  expect(million.reduce((total) => total + 0.1, 0)).not.toBe(100_000)
})

describe('A price that the book lacks', () => {
  const without = (gone: (typeof book.prices)[number]): PriceBook => ({
    ...book,
    prices: book.prices.filter((price) => price !== gone),
  })
  /** Prices that another row of the book can stand in for: the global one, or those of the machine's components. */
  const replaceable = (price: (typeof book.prices)[number]) =>
    price.resource.startsWith('vertex/machine/') ||
    book.prices.some(
      (other) =>
        other !== price &&
        other.resource === price.resource &&
        other.purchase === price.purchase &&
        other.region === 'global',
    )

  test('leaves no total and no line of nothing, whichever it is', () => {
    expect(book.prices.length).toBeGreaterThan(1000)
    let tried = 0
    for (const price of book.prices.filter((each) => !replaceable(each))) {
      const { resource, unit, purchase } = price
      const region = price.region === 'global' ? 'me-west1' : price.region
      const usage: Usage & { usageIndex: number } = {
        resource,
        region,
        unit,
        purchase,
        quantity: '5',
        usageIndex: 0,
      }
      expect(billAccount([usage], book, { freeTier: false }).usdTotal).not.toBeNull()
      const bill = billAccount([usage], without(price), { freeTier: true })
      expect([bill.usdTotal, bill.lines, bill.credits]).toEqual([null, [], []])
      expect(bill.missing).toMatchObject([{ resource, region, unit, usageIndex: 0 }])
      tried++
    }
    expect(tried).toBeGreaterThan(book.prices.length - 10)
  })

  test('takes the total of a whole account with it, whichever of its lines it is', () => {
    const { usage } = meter(...TEMPLATES.map((template) => template('3000000')))
    const whole = billAccount(usage, book, { freeTier: false })
    const used = book.prices.filter((price) =>
      whole.lines.some(
        (line) =>
          line.resource === price.resource &&
          line.region === price.region &&
          (line.purchase ?? 'on-demand') === price.purchase,
      ),
    )
    expect(used.length).toBeGreaterThan(30)
    for (const price of used.filter((each) => !replaceable(each))) {
      const bill = billAccount(usage, without(price), { freeTier: false })
      expect(bill.usdTotal).toBeNull()
      expect(bill.missing.every(({ resource }) => resource === price.resource)).toBe(true)
    }
  })

  test('is missing also where only the free tier needs it', () => {
    const tier1 = book.prices.find(
      (each) => each.resource === 'cloud-run/request-based/cpu' && each.region === 'us-central1',
    )
    const prices = without(tier1 as (typeof book.prices)[number])
    const item = 'platform: cloud-run, region: us-west2, vcpuSeconds: 1000'
    expect(billOf([item], { prices }).usdTotal).toBe('0.0336')
    const bill = billOf([item], { prices, freeTier: true })
    expect([bill.usdTotal, bill.missing]).toMatchObject([null, [{ region: 'us-central1' }]])
  })
})

describe('The free tier', () => {
  const heavy = 'vcpuSeconds: 10000000, gibSeconds: 10000000'

  test.each([
    ['tier 1', `platform: cloud-run, ${heavy}`],
    ['tier 2, worth what it is in tier 1', `platform: cloud-run, region: us-west2, ${heavy}`],
    ['instance-based', `platform: cloud-run, billing: instance-based, ${heavy}`],
    [
      '2nd generation',
      'platform: functions, generation: 2, memoryMb: 2048, invocations: 10000000, durationMs: 1000',
    ],
  ])('gives back 5.22 of Cloud Run: %s', (_, item) => {
    const [paid, billed] = [total([item], true), total([item])]
    expect(exact(billed.minus(paid))).toBe('5.22')
  })

  test('counts once for all regions, services and ways of billing', () => {
    const items = [
      `platform: cloud-run, ${heavy}`,
      `platform: cloud-run, region: us-west2, ${heavy}`,
      `platform: cloud-run, billing: instance-based, ${heavy}`,
    ]
    expect(billOf(items, { freeTier: true }).credits.map(({ usd }) => usd)).toEqual(['-5.22'])
  })

  test('of tier 2 buys 128,571 vCPU-seconds and 257,142 GiB-seconds, and no more', () => {
    const paid = (cpu: number, memory: number) =>
      total([`platform: cloud-run, region: us-west2, vcpuSeconds: ${cpu}, gibSeconds: ${memory}`], true)
    expect(paid(128_571, 257_142).eq(0)).toBe(true)
    expect(paid(128_572, 257_142).gt(0)).toBe(true)
    expect(paid(128_571, 257_143).gt(0)).toBe(true)
  })

  test('gives back no more than was spent on what it covers, and nothing for idle instances, GPUs and requests', () => {
    const [credit] = billOf(['platform: cloud-run, vcpuSeconds: 1000'], { freeTier: true }).credits
    expect(credit?.usd).toBe('-0.024')
    const idle = 'platform: cloud-run, idleVcpuSeconds: 1000000, idleGibSeconds: 1000000, requests: 5000000'
    expect(billOf([idle], { freeTier: true }).credits).toEqual([])
  })

  test('is for those who ask for it; the free first requests are for all', () => {
    expect(billOf([`platform: cloud-run, ${heavy}`]).credits).toEqual([])
    expect(billOf(['platform: cloud-run, requests: 2000000']).usdTotal).toBe('0')
  })

  test('of the 1st generation is 200,000 GHz-seconds and 400,000 GiB-seconds, apart from that of Cloud Run', () => {
    const call = 'platform: functions, generation: 1, memoryMb: 1024, invocations: 10000000, durationMs: 1000'
    const { credits } = billOf([call, `platform: cloud-run, ${heavy}`], { freeTier: true })
    expect(credits.map(({ usd }) => usd)).toEqual(['-5.22', '-3'])
  })
})

test('A book is as old as the whole days since its date', () => {
  expect(bookAgeDays('2026-09-24', new Date('2026-09-24T23:59:59Z'))).toBe(0)
  expect(bookAgeDays('2026-09-24', new Date('2026-12-24T00:00:00Z'))).toBe(91)
  expect(bookAgeDays('2026-09-24', new Date('2026-09-01T00:00:00Z'))).toBe(0)
})
