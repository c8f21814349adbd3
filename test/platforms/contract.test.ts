import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candidate, PlatformId } from '../../src/core/candidate.ts'
import { boundsOf } from '../../src/core/controller.ts'
import { decimal, sum } from '../../src/core/money.ts'
import type { MonthOperation } from '../../src/core/operation.ts'
import { PLATFORMS, platformOf } from '../../src/platforms/index.ts'
import { billUsage } from '../../src/pricing/bill.ts'
import { resolveUsage } from '../../src/pricing/components.ts'
import { findPrice, loadPriceBook } from '../../src/pricing/price-book.ts'
import { cloudFunction, cloudRun, cloudRunGpu, l4, mig, t4, vertex, vm } from '../fixtures/candidates.ts'
import { monthOf, type Stretch } from '../fixtures/month.ts'
import { scenario } from '../fixtures/run.ts'

const book = await loadPriceBook()
const { assumptions } = scenario()

/** Deployable candidates of every platform: what one of them must do, all of them must. */
const SOUND: Readonly<Record<PlatformId, readonly Candidate[]>> = {
  vertex: [
    vertex({ machineType: 'n1-standard-2' }),
    vertex({ machineType: 'e2-highmem-8', minReplicas: 2, maxReplicas: 4 }),
    vertex({ machineType: 'n2-standard-4' }),
    vertex({ machineType: 'n1-standard-4', accelerator: t4 }),
    vertex({ machineType: 'n1-standard-32', accelerator: { type: 'nvidia-tesla-v100', count: 4 } }),
    vertex({ machineType: 'c3-highcpu-8' }),
    vertex({ machineType: 'g2-standard-24' }),
    vertex({ machineType: 'a2-ultragpu-1g' }),
  ],
  'cloud-run': [
    cloudRun(),
    cloudRun({ vcpus: 0.5, memoryGib: 1, concurrency: 1 }),
    cloudRun({ vcpus: 8, memoryGib: 32, concurrency: 80, minReplicas: 2 }),
    cloudRun({ vcpus: 1, memoryGib: 0.5, billing: 'instance-based' }),
    cloudRunGpu({ minReplicas: 1, maxReplicas: 3 }),
  ],
  functions: [
    cloudFunction({ generation: 1, memoryMib: 128 }),
    cloudFunction({ generation: 1, memoryMib: 8192, maxReplicas: 10 }),
    cloudFunction({ generation: 2, memoryMib: 256 }),
    cloudFunction({ generation: 2, memoryMib: 4096, vcpus: 2, concurrency: 8 }),
    cloudFunction({ generation: 2, memoryMib: 2048, minReplicas: 1 }),
  ],
  gce: [
    vm(),
    vm({ machineType: 'n2-standard-2', minReplicas: 3, maxReplicas: 3 }),
    vm({ machineType: 'n1-standard-8', accelerator: { type: 'nvidia-tesla-p100', count: 2 } }),
    mig({ machineType: 'n1-standard-4' }),
    mig({ machineType: 'g2-standard-8', accelerator: l4 }),
    mig({ machineType: 'a3-highgpu-1g', minReplicas: 2, maxReplicas: 5 }),
  ],
}

function level(some: Partial<Stretch> = {}): Stretch {
  return { rps: 10, hours: 730, replicas: 2, busyReplicas: 1, executions: 2, ...some }
}

function month(levels: readonly Stretch[]): MonthOperation {
  return monthOf(levels, { requestBytes: 100_000, replyBytes: 20_000 })
}

/** A level that could be: busy time and executions follow from the replicas and their load. */
const anyLevel = fc
  .record({
    rps: fc.double({ min: 0.0001, max: 5000, noNaN: true }),
    replicas: fc.integer({ min: 1, max: 500 }),
    load: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ rps, replicas, load }) =>
    level({ rps, replicas, busyReplicas: load * replicas, executions: load * replicas * 2 }),
  )

describe('The map of platforms', () => {
  test('holds every folder of the room, under its own name', () => {
    const room = fileURLToPath(new URL('../../src/platforms', import.meta.url))
    const folders = readdirSync(room, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.length).toBeGreaterThan(3)
    expect(Object.keys(PLATFORMS).sort()).toEqual(folders.map(({ name }) => name).sort())
    for (const [key, platform] of Object.entries(PLATFORMS)) expect(platform.id).toBe(key)
  })

  test('has candidates here for every platform', () => {
    expect(Object.keys(SOUND).sort()).toEqual(Object.keys(PLATFORMS).sort())
    for (const candidates of Object.values(SOUND)) expect(candidates.length).toBeGreaterThan(3)
  })
})

describe.each(Object.keys(SOUND) as PlatformId[])('Platform %s', (id) => {
  test('names each of its assumptions with a value and a source', () => {
    for (const assumption of PLATFORMS[id].assumptions) {
      expect(assumption.name).not.toBe('')
      expect(assumption.value).not.toBe('')
      expect(assumption.source).toMatch(/20\d\d|published|choice|costs less/)
    }
  })

  describe.each(SOUND[id].map((candidate) => [candidate.name, candidate] as const))('%s', (_, candidate) => {
    const platform = platformOf(candidate)
    const usage = (levels: readonly Stretch[]) => platform.usage(candidate, month(levels))
    const usd = (levels: readonly Stretch[]) => billUsage(usage(levels), book).usdTotal ?? 'missing'

    test('breaks no limit, whatever fits into a request', () => {
      expect(platform.limits(candidate)).toEqual([])
      expect(platform.payloadLimits(candidate, { requestBytes: 1_500_000, replyBytes: 1_500_000 })).toEqual(
        [],
      )
    })

    test('offers a replica with CPU, memory and room for a request', () => {
      const replica = platform.replica(candidate)
      expect(replica.vcpus).toBeGreaterThan(0)
      expect(replica.memoryGib).toBeGreaterThan(0)
      expect(replica.concurrency).toBeGreaterThanOrEqual(1)
      expect(replica.cpu).not.toBe('')
      expect(replica.accelerator).toEqual(candidate.accelerator)
    })

    test('scales within the bounds that it was given', () => {
      const { controller, timeoutS } = platform.scaling(candidate, assumptions)
      expect(boundsOf(controller)).toEqual({ min: candidate.minReplicas, max: candidate.maxReplicas })
      if ('target' in controller) expect(controller.target).toBe(assumptions.targetUtilization)
      expect(timeoutS).toBeGreaterThan(0)
    })

    test('bills quantities that are plain decimals and not negative', () => {
      fc.assert(
        fc.property(anyLevel, (each) => {
          for (const { quantity } of usage([each])) expect(quantity).toMatch(/^\d+(\.\d+)?$/)
        }),
      )
    })

    test('bills only what the built-in book prices in us-central1, in the same unit', () => {
      // A line of nothing needs no price.
      const lines = usage([level()]).filter(({ quantity }) => quantity !== '0')
      expect(lines.length).toBeGreaterThan(0)
      for (const { resource, unit, region } of resolveUsage(lines, book)) {
        expect(findPrice(book, resource, region)?.unit, resource).toBe(unit)
      }
      expect(billUsage(lines, book).missing).toEqual([])
      expect(decimal(billUsage(lines, book).usdTotal ?? '-1').gt(0)).toBe(true)
    })

    test('never costs less for more replicas, hours, busy time or requests', () => {
      fc.assert(
        fc.property(anyLevel, fc.constantFrom(2, 3), (each, factor) => {
          const more = {
            ...each,
            rps: each.rps * factor,
            replicas: each.replicas * factor,
            busyReplicas: each.busyReplicas * factor,
            executions: each.executions * factor,
          }
          const mixed = [
            { ...each, hours: 700 },
            { ...more, hours: 30 },
          ]
          const [least, middle, most] = [usd([each]), usd(mixed), usd([more])].map((total) => decimal(total))
          // Usage is cut to nine digits.
          const slack = decimal('1.0000001')
          expect(least?.lte(slack.times(middle ?? 0))).toBe(true)
          expect(middle?.lte(slack.times(most ?? 0))).toBe(true)
        }),
        { numRuns: 40 },
      )
    })

    test('bills each quantity no less when the month has more hours of the same', () => {
      const total = (hours: number) => usage([level({ hours })]).map(({ quantity }) => decimal(quantity))
      const idle = (index: number) => usage([level()])[index]?.resource.includes('idle')
      const [short, long] = [total(365), total(730)]
      for (const [index, quantity] of short.entries()) {
        if (!idle(index)) expect(quantity.lte(long[index] ?? 0)).toBe(true)
      }
      expect(sum(short).gt(0)).toBe(true)
    })
  })
})
