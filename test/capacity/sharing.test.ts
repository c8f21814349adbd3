import { describe, expect, test } from 'vitest'
import { operate } from '../../src/capacity/operate.ts'
import { centralPoint, predictService } from '../../src/capacity/service-times.ts'
import { fullSlots, sharingOf } from '../../src/capacity/sharing.ts'
import { HOURS_PER_MONTH } from '../../src/core/operation.ts'
import { platformOf } from '../../src/platforms/index.ts'
import { vm } from '../fixtures/candidates.ts'
import { closedMeasurement, localProfile, timesAround } from '../fixtures/profile.ts'
import { scenario } from '../fixtures/run.ts'

const measurement = closedMeasurement(timesAround(50, 200), 0.8)
const setting = { threads: 1, measurement, stretch: [1, 1.2, 1.5], batches: [1, 1.4, 1.8] }

describe('What requests in a replica share', () => {
  test('is nothing where nothing was timed, or one runs at a time', () => {
    expect(sharingOf({ threads: 1, measurement }, 4, 4, 0.1)).toBeUndefined()
    expect(sharingOf(setting, 1, 1, 0.1)).toBeUndefined()
  })

  test('is the curve of concurrencies as far as its slots, and batches no larger than were timed', () => {
    expect(sharingOf(setting, 2, 1, 0)).toEqual({ stretch: [1, 1.2] })
    expect(sharingOf(setting, 1, 8, 0)?.batching).toMatchObject({ most: 3, factor: [1, 1.4, 1.8] })
  })

  test('outside the model is spent on every request of a batch', () => {
    const factor = sharingOf(setting, 1, 3, 0.5)?.batching?.factor ?? []
    expect(factor).toEqual([1, 1.7, 2.4])
  })

  test('sets what a replica does at most', () => {
    expect(fullSlots(4)).toBe(4)
    expect(fullSlots(4, { stretch: [1, 1.2, 1.6] })).toBeCloseTo(2.5, 9)
    expect(fullSlots(1, { batching: { most: 4, delayMs: 2, factor: [1, 1.2, 1.6, 2] } })).toBeCloseTo(2, 9)
  })
})

describe('A replica under more traffic than it serves one by one', () => {
  const candidate = vm({ machineType: 'n2-standard-2' })
  const { assumptions, load } = scenario()
  const scaling = platformOf(candidate).scaling(candidate, assumptions)
  const replica = platformOf(candidate).replica(candidate)
  const peakLoad = (some: object, maxBatch = 1) => {
    const profile = localProfile({ settings: [{ threads: 1, measurement, ...some }] })
    const service = predictService(profile, replica, 1, scaling.provisioning, assumptions, maxBatch)
    const plan = { steps: [{ rps: 12, durationS: HOURS_PER_MONTH * 3600 }], periodHours: 24 }
    const effort = { seed: load.seed, requests: 4000, leastHours: 24, clientTimeoutMs: 10_000 }
    return centralPoint(operate([centralPoint(service)], replica, scaling, plan, effort))
  }

  test('is busier where inferences slow each other, and less so with batches that pay', () => {
    const alone = peakLoad({})
    const disturbed = peakLoad({ stretch: [1, 1.5] })
    const batched = peakLoad({ batches: [1, 1.1, 1.2, 1.3] }, 4)
    expect(disturbed.peakLoad).toBeCloseTo(alone.peakLoad * 1.5, 6)
    expect(batched.peakLoad).toBeLessThan(alone.peakLoad)
    expect(disturbed.responseMs.p95.value).toBeGreaterThan(alone.responseMs.p95.value)
  })
})
