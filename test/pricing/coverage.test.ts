import { describe, expect, test } from 'vitest'
import type { Price, PriceBook } from '../../src/core/bill.ts'
import { type Candidate, REPLICA_BOUNDS } from '../../src/core/candidate.ts'
import { machineTypeNames } from '../../src/core/machine-type.ts'
import type { MonthOperation } from '../../src/core/operation.ts'
import { ACCELERATORS, REGIONS } from '../../src/core/regions.ts'
import { platformOf } from '../../src/platforms/index.ts'
import { checkBook } from '../../src/pricing/check-book.ts'
import { resolveUsage } from '../../src/pricing/components.ts'
import { coverageOf, wildcard } from '../../src/pricing/coverage.ts'
import { KNOWN_GAPS } from '../../src/pricing/known-gaps.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { requiredPrices } from '../../src/pricing/required-prices.ts'
import { cloudFunction, cloudRun, mig, vertex, vm } from '../fixtures/candidates.ts'

const book = await loadPriceBook()
const required = requiredPrices()
const without = (resource: string, region: string, purchase = 'on-demand'): PriceBook => {
  const isGone = (price: Price) =>
    price.resource === resource && price.region === region && price.purchase === purchase
  const prices = book.prices.filter((price) => !isGone(price))
  expect(prices).toHaveLength(book.prices.length - 1)
  return { ...book, prices }
}
const withPrice = (some: Partial<Price>): PriceBook => {
  const [first] = book.prices
  if (!first) throw new Error('the book is empty')
  return { ...book, prices: [...book.prices, { ...first, ...some }] }
}

describe('The built-in book', () => {
  test('has every price that anything which a user may name can ask for, or a known gap in its place', () => {
    const { unlisted, filled, priced, gaps } = coverageOf(book, required, KNOWN_GAPS)
    expect(unlisted).toEqual([])
    expect(filled).toEqual([])
    expect(priced + gaps.reduce((sum, { missing }) => sum + missing, 0)).toBe(required.length)
    expect(priced).toBeGreaterThan(1700)
  })

  test('has no known gap that stands for nothing', () => {
    const { gaps } = coverageOf(book, required, KNOWN_GAPS)
    expect(gaps.filter(({ missing }) => missing === 0)).toEqual([])
  })

  test('passes its check', () => {
    expect(checkBook(book, book.date).passed).toBe(true)
  })

  test('fails its check without any one row that a bill may ask for, and the row is named', () => {
    for (const [resource, region, purchase] of [
      ['gce/e2/memory', 'us-central1', 'on-demand'],
      ['gce/gpu/nvidia-l4', 'asia-east1', 'commit-3yr'],
      ['vertex/fee/n1/cpu', 'europe-west4', 'on-demand'],
      ['cloud-run/request-based/idle-cpu', 'asia-northeast3', 'on-demand'],
      ['network/ipv4', 'global', 'spot'],
    ] as const) {
      const check = checkBook(without(resource, region, purchase), book.date)
      expect(check.passed).toBe(false)
      expect(check.coverage.unlisted.map((price) => price.resource)).toContain(resource)
    }
  })

  test('fails its check with a price that is a known gap; another book may fill gaps', () => {
    const filling = withPrice({ resource: 'gce/e2/cpu', region: 'us-west1', unit: 'vCPU-hour' })
    const { coverage, passed } = checkBook(filling, book.date)
    expect([passed, coverage.filled]).toEqual([
      false,
      [{ resource: 'gce/e2/cpu', region: 'us-west1', purchase: 'on-demand' }],
    ])
    expect(checkBook({ ...filling, date: '2027-01-01' }, book.date)).toMatchObject({ mustMatchGaps: false })
  })
})

const MONTH: MonthOperation = {
  replicaHours: 1460,
  busyReplicaS: 730 * 3600,
  startingReplicaS: 0,
  executionS: 730 * 3600,
  replicasByHours: [[730, 2]],
  requests: 1_000_000,
  requestBytes: 1000,
  replyBytes: 1000,
}

function everyCandidate(region: string): Candidate[] {
  const accelerators = [
    undefined,
    ...ACCELERATORS.flatMap((type) => [1, 2, 4, 8].map((count) => ({ type, count }))),
  ]
  const machines = machineTypeNames().flatMap((machineType) =>
    accelerators.flatMap((accelerator) => {
      const some = { region, machineType, ...(accelerator && { accelerator }) }
      return [vertex(some), vm(some), mig(some)]
    }),
  )
  const [minReplicas] = [1, ...REPLICA_BOUNDS['cloud-run']]
  const services = (['request-based', 'instance-based'] as const).flatMap((billing) => [
    cloudRun({ region, billing, minReplicas }),
    cloudRun({
      region,
      billing,
      vcpus: 4,
      memoryGib: 16,
      minReplicas,
      accelerator: { type: 'nvidia-l4', count: 1 },
    }),
  ])
  const calls = ([1, 2] as const).map((generation) => cloudFunction({ region, generation, minReplicas }))
  return [...machines, ...services, ...calls]
}

describe('The list of required prices', () => {
  test('has whatever any candidate that a platform accepts is billed for', () => {
    const region = 'us-central1'
    const accepted = everyCandidate(region).filter(
      (candidate) => platformOf(candidate).limits(candidate).length === 0,
    )
    expect(accepted.length).toBeGreaterThan(500)
    const billed = accepted.flatMap((candidate) =>
      resolveUsage(platformOf(candidate).usage(candidate, MONTH), { ...book, prices: [] }),
    )
    const known = new Set(required.map(({ resource }) => resource))
    const unknown = billed.filter(({ resource }) => !known.has(resource))
    expect([...new Set(unknown.map(({ resource }) => resource))]).toEqual([])
    expect(new Set(billed.map(({ resource }) => resource)).size).toBeGreaterThan(60)
  })

  test('names each price once, in every region that a scenario may name', () => {
    const keys = required.map(({ resource, region, purchase }) => `${resource} ${region} ${purchase}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(new Set(required.map(({ region }) => region))).toEqual(new Set(REGIONS))
  })

  test('prices every component of Vertex AI on spot: Compute Engine and the fee', () => {
    const known = new Set(required.map(({ resource, purchase }) => `${resource} ${purchase}`))
    const node = {
      resource: 'vertex/machine/a3-highgpu-1g',
      region: 'us-central1',
      unit: 'node-hour',
      purchase: 'spot',
      quantity: '1',
    } as const
    for (const { resource, purchase } of resolveUsage([node], { ...book, prices: [] }))
      expect(known).toContain(`${resource} ${purchase}`)
  })
})

test.each([
  ['gce/*/cpu', 'gce/n1/cpu', true],
  ['gce/*', 'gce/n1/cpu', true],
  ['gce/*', 'vertex/gce/cpu', false],
  ['gce/n1', 'gce/n1/cpu', false],
  ['a.c', 'abc', false],
  ['*', '', true],
])('%s matches %s: %s', (pattern, text, matches) => {
  expect(wildcard(pattern).test(text)).toBe(matches)
})
