import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PriceBook, Usage } from '../../src/core/bill.ts'
import { machineType, machineTypeNames } from '../../src/core/machine-type.ts'
import { decimal, sum } from '../../src/core/money.ts'
import { gceComponents, resolveUsage } from '../../src/pricing/components.ts'

const EMPTY: PriceBook = { schemaVersion: 1, currency: 'USD', date: '2026-09-24', prices: [] }

function node(type: string, more: Partial<Usage> = {}): Usage {
  return {
    resource: `vertex/machine/${type}`,
    region: 'us-central1',
    unit: 'node-hour',
    quantity: '10',
    ...more,
  }
}

function found(usage: Usage, book = EMPTY): string[] {
  return resolveUsage([usage], book).map(
    ({ resource, quantity, unit, purchase = 'on-demand' }) => `${quantity} ${unit} ${resource} ${purchase}`,
  )
}

describe('A Vertex AI node', () => {
  test('is billed by vCPU and memory', () => {
    expect(found(node('n1-standard-4'))).toEqual([
      '40 vCPU-hour vertex/n1/cpu on-demand',
      '150 GiB-hour vertex/n1/memory on-demand',
    ])
  })

  test('with GPUs of its own is billed for them, and on demand not for its local SSD', () => {
    expect(found(node('a3-highgpu-2g'))).toEqual([
      '520 vCPU-hour vertex/a3/cpu on-demand',
      '4680 GiB-hour vertex/a3/memory on-demand',
      '20 GPU-hour vertex/gpu/nvidia-h100-80gb on-demand',
    ])
  })

  test('on spot is billed as Compute Engine spot, local SSD included, and for a fee that is not discounted', () => {
    expect(found(node('a3-highgpu-1g', { purchase: 'spot', quantity: '730' }))).toEqual([
      '18980 vCPU-hour gce/a3/cpu spot',
      '170820 GiB-hour gce/a3/memory spot',
      '730 GPU-hour gce/gpu/nvidia-h100-80gb spot',
      expect.stringMatching(/^(750|749\.9999999\d*|750\.0000000\d*) GiB-month gce\/disk\/local-ssd spot$/),
      '18980 vCPU-hour vertex/fee/a3/cpu on-demand',
      '170820 GiB-hour vertex/fee/a3/memory on-demand',
      '730 GPU-hour vertex/fee/gpu/nvidia-h100-80gb on-demand',
    ])
  })

  test('that the book prices whole in its region stays whole there, and is split elsewhere', () => {
    const whole: PriceBook['prices'][number] = {
      resource: 'vertex/machine/n1-standard-2',
      region: 'us-central1',
      unit: 'node-hour',
      tiers: [{ from: '0', usd: '0.1095' }],
      purchase: 'on-demand',
      sku: { id: null, description: 'a node' },
      basis: 'listed',
      asOf: '2026-09',
      source: 'a table',
    }
    const book = { ...EMPTY, prices: [whole] }
    const listed = node('n1-standard-2')
    expect(resolveUsage([listed], book)).toEqual([listed])
    expect(found({ ...listed, region: 'europe-west1' }, book)).toHaveLength(2)
    expect(found({ ...listed, purchase: 'spot' }, book)).toHaveLength(4)
  })
})

describe('A Compute Engine machine', () => {
  const hours = (type: string, more: Partial<Usage> = {}): Usage => {
    return { resource: `gce/machine/${type}`, region: 'us-central1', unit: 'hour', quantity: '2', ...more }
  }

  test('keeps its purchase, and its share of the month where that may earn a discount', () => {
    const parts = resolveUsage(
      [hours('a2-ultragpu-1g', { purchase: 'commit-1yr', monthShare: '0.5' })],
      EMPTY,
    )
    expect(parts.map(({ purchase }) => purchase)).toEqual(parts.map(() => 'commit-1yr'))
    expect(parts.map(({ unit, monthShare }) => [unit, monthShare])).toEqual([
      ['vCPU-hour', '0.5'],
      ['GiB-hour', '0.5'],
      ['GPU-hour', '0.5'],
      ['GiB-month', undefined],
    ])
  })

  test('of E2 that shares a core is billed for its fraction of a vCPU', () => {
    expect(found(hours('e2-micro'))).toEqual([
      '0.5 vCPU-hour gce/e2/cpu on-demand',
      '2 GiB-hour gce/e2/memory on-demand',
    ])
  })

  test.each(['f1-micro', 'g1-small'])('%s is billed whole', (type) => {
    expect(found(hours(type))).toEqual([`2 hour gce/machine/${type} on-demand`])
  })
})

test('Other usage, and machines that are not known, are left as they are', () => {
  const other = [
    { resource: 'cloud-run/requests', region: 'us-central1', unit: 'request', quantity: '1' },
    node('n9-standard-4'),
  ]
  expect(resolveUsage(other, EMPTY)).toEqual(other)
})

test('Twice the hours are twice of every component, for every machine type and purchase', () => {
  const types = fc.constantFrom(...machineTypeNames())
  const purchases = fc.constantFrom('on-demand', 'spot', 'commit-1yr', 'commit-3yr' as const)
  fc.assert(
    fc.property(types, purchases, fc.nat(10_000), (type, purchase, quantity) => {
      const once = resolveUsage([node(type, { purchase, quantity: String(quantity) })], EMPTY)
      const twice = resolveUsage([node(type, { purchase, quantity: String(2 * quantity) })], EMPTY)
      expect(twice).toHaveLength(once.length)
      for (const [index, { resource, quantity: doubled }] of twice.entries()) {
        expect(resource).toBe(once[index]?.resource)
        expect(
          decimal(once[index]?.quantity ?? Number.NaN)
            .times(2)
            .toFixed(20),
        ).toBe(decimal(doubled).toFixed(20))
      }
    }),
  )
})

test('No machine has a component twice, and the memory and vCPUs are those of its type', () => {
  for (const name of machineTypeNames()) {
    const machine = machineType(name)
    if (!machine || machine.soldWhole) continue
    const parts = gceComponents(machine)
    expect(new Set(parts.map(({ resource }) => resource)).size).toBe(parts.length)
    const perHour = (unit: string) =>
      sum(parts.filter((part) => part.unit === unit).map((part) => part.perHour)).toNumber()
    expect(perHour('vCPU-hour')).toBe(machine.vcpus)
    expect(perHour('GiB-hour')).toBeCloseTo(machine.memoryGib, 9)
    expect(perHour('GiB-month') * 730).toBeCloseTo(machine.localSsdGib, 9)
  }
})
