import { describe, expect, test } from 'vitest'
import { centralPoint, measuredService, predictService } from '../../src/capacity/service-times.ts'
import type { LocalProfile } from '../../src/core/measurement.ts'
import type { Replica } from '../../src/core/operation.ts'
import { closedMeasurement, localProfile, openMeasurement, timesAround } from '../fixtures/profile.ts'
import { scenario } from '../fixtures/run.ts'

const { assumptions } = scenario()
const profile = localProfile()
const exactly = { value: 1100, spread: 1 }
const unlimited = Number.POSITIVE_INFINITY

function replica(some: Partial<Replica> = {}): Replica {
  return { vcpus: 4, cpu: 'n2', memoryGib: 16, concurrency: unlimited, ...some }
}

function predict(some: Partial<Replica> = {}, threads = 1, from: LocalProfile = profile) {
  return predictService(from, replica(some), threads, 'container', assumptions)
}

function meanMs(times: Float64Array | undefined): number {
  if (!times || times.length === 0) throw new Error('no times')
  return times.reduce((sum, ms) => sum + ms, 0) / times.length
}

function centralMs(some: Partial<Replica> = {}, threads = 1, from: LocalProfile = profile): number {
  return meanMs(centralPoint(predict(some, threads, from)).occupancyMs)
}

describe('Predicted service times', () => {
  test.each([
    ['CPU', {}],
    ['a fraction of a vCPU', { vcpus: 0.333, cpu: 'serverless' }],
    ['GPU', { accelerator: { type: 'nvidia-tesla-t4', count: 1 } }],
  ])('on %s are points from fast to slow around a central one', (_, some) => {
    const points = predict(some)
    expect(points.length % 2).toBe(1)
    for (const figure of [
      points.map(({ occupancyMs }) => meanMs(occupancyMs)),
      points.map(({ networkMs }) => networkMs),
      points.map(({ startUpMs }) => meanMs(startUpMs)),
    ]) {
      expect(figure).toEqual(figure.toSorted((a, b) => a - b))
      expect(new Set(figure).size).toBe(points.length)
    }
  })

  test('span the network that the scenario assumes, with its value in the middle', () => {
    const points = predict()
    expect(points[0]?.networkMs).toBe(assumptions.networkMs.low)
    expect(centralPoint(points).networkMs).toBe(assumptions.networkMs.value)
    expect(points.at(-1)?.networkMs).toBe(assumptions.networkMs.high)
  })

  test('have one entry for each measured request', () => {
    expect(centralPoint(predict()).occupancyMs).toHaveLength(300)
  })

  test('on a fraction of a vCPU are longer in proportion', () => {
    const whole = centralMs({ vcpus: 1 })
    expect(centralMs({ vcpus: 0.5 })).toBeCloseTo(whole * 2, 6)
    expect(centralMs({ vcpus: 0.083 })).toBeCloseTo(whole / 0.083, 6)
    expect(centralMs({ vcpus: 8 })).toBeCloseTo(whole, 6)
  })

  test('are shorter with more threads, and beyond the measured ones no worse than without', () => {
    const [one = 0, two = 0, four = 0] = [1, 2, 4].map((threads) => centralMs({}, threads))
    expect(two).toBeLessThan(one)
    expect(four).toBeLessThan(two)
    expect(two / one).toBeCloseTo(36 / 60, 1)
    expect(four).toBeGreaterThan(two / 2)
  })

  test('with threads that were not measured have a wider range', () => {
    const width = (threads: number) => {
      const points = predict({}, threads)
      return meanMs(points.at(-1)?.occupancyMs) / meanMs(points[0]?.occupancyMs)
    }
    expect(width(4)).toBeGreaterThan(width(2))
  })

  test('use no more threads than the replica has vCPUs', () => {
    expect(centralMs({ vcpus: 1 }, 4)).toBeCloseTo(centralMs({ vcpus: 1 }, 1), 9)
  })

  test('are shorter on a faster series', () => {
    expect(centralMs({ cpu: 'c3' })).toBeLessThan(centralMs({ cpu: 'n1' }))
  })

  test('on a GPU are shorter than on its CPU, and do not depend on CPU threads', () => {
    const accelerator = { type: 'nvidia-tesla-t4', count: 1 }
    expect(centralMs({ accelerator })).toBeLessThan(centralMs())
    expect(centralMs({ accelerator }, 2)).toBeCloseTo(centralMs({ accelerator }, 1), 9)
    expect(centralMs({ accelerator }, 4)).toBeCloseTo(centralMs({ accelerator }, 1), 9)
  })

  test('on a GPU keep what happens outside the model on the CPU', () => {
    const accelerator = { type: 'nvidia-h100-80gb', count: 1 }
    const outside = meanMs(Float64Array.from(timesAround(60, 300, 1).map((ms) => ms * 0.1)))
    const [wide, narrow] = [8, 1].map((vcpus) => predict({ accelerator, cpu: 'n2', vcpus })[0])
    const spent = (times = wide) => meanMs(times?.occupancyMs) + (times?.networkMs ?? 0)
    expect(spent()).toBeGreaterThan(outside * 0.4)
    expect(spent(narrow)).toBeCloseTo(spent(wide), 9)
    // Beside eight vCPUs the GPU sets the pace; beside one, what it does for each request takes longer.
    expect(meanMs(narrow?.occupancyMs)).toBeGreaterThan(2 * meanMs(wide?.occupancyMs))
  })

  test('on a GPU never fall under the time that launching takes', () => {
    const quick = localProfile({
      settings: [{ threads: 1, measurement: closedMeasurement(timesAround(0.5, 100), 1) }],
    })
    const points = predict({ accelerator: { type: 'nvidia-h100-80gb', count: 1 } }, 1, quick)
    for (const { occupancyMs } of points) expect(Math.min(...occupancyMs)).toBeGreaterThan(0.25)
  })

  test('take the whole service time for the model where the server reports no more', () => {
    const silent = localProfile({
      settings: [{ threads: 1, measurement: closedMeasurement(timesAround(60, 300, 1)) }],
    })
    expect(centralMs({}, 1, silent)).toBeCloseTo(centralMs(), 6)
  })
})

describe('The slots of a replica', () => {
  const slots = (some: Partial<Replica>, threads = 1) => centralPoint(predict(some, threads)).slots

  test.each([
    ['one for each vCPU', { vcpus: 4 }, 1, 4],
    ['fewer with more threads each', { vcpus: 4 }, 2, 2],
    ['whole ones only', { vcpus: 7 }, 2, 3],
    ['one on a fraction of a vCPU', { vcpus: 0.5 }, 1, 1],
    ['no more than the platform lets in', { vcpus: 8, concurrency: 3 }, 1, 3],
    ['no more than the memory holds: three times 320 MiB in 1 GiB', { vcpus: 8, memoryGib: 1 }, 1, 3],
    ['one even where the memory is too small', { vcpus: 2, memoryGib: 0.25 }, 1, 1],
    [
      'one for each GPU, whatever the vCPUs',
      { vcpus: 16, accelerator: { type: 'nvidia-tesla-t4', count: 2 } },
      1,
      2,
    ],
  ])('are %s', (_, some, threads, expected) => {
    expect(slots(some, threads)).toBe(expected)
  })
})

describe('The share of its vCPUs that a full replica has at work', () => {
  test.each([
    ['all, with a thread for each', { vcpus: 4 }, 1, 1],
    ['what inferences of several threads leave', { vcpus: 7 }, 4, 4 / 7],
    ['what the memory leaves', { vcpus: 8, memoryGib: 1 }, 1, 3 / 8],
    ['all of what a part of a vCPU is', { vcpus: 0.5 }, 1, 1],
    ['all beside a GPU', { vcpus: 16, accelerator: { type: 'nvidia-tesla-t4', count: 1 } }, 1, 1],
  ])('is %s', (_, some, threads, expected) => {
    expect(centralPoint(predict(some, threads)).cpuShare).toBeCloseTo(expected, 9)
  })
})

describe('A cold start', () => {
  test('takes the container and the local start-up at the speed of the CPU', () => {
    const slow = localProfile({
      startUps: profile.startUps.map((each) => ({ ...each, totalMs: each.totalMs + 2000 })),
    })
    const coldMs = (from: LocalProfile, cpu: string) =>
      meanMs(centralPoint(predict({ cpu }, 1, from)).startUpMs)
    expect(coldMs(slow, 'n2')).toBeGreaterThan(coldMs(profile, 'n2') + 2000)
    expect(coldMs(profile, 'n1')).toBeGreaterThan(coldMs(profile, 'c3'))
    expect(coldMs(profile, 'n2')).toBeGreaterThan(900)
  })
})

describe('Measured service times', () => {
  test('are what was measured, between their time in the model and the upper end of their mean', () => {
    const measurement = openMeasurement(timesAround(90, 500))
    const points = measuredService(measurement, replica({ vcpus: 4, concurrency: 2 }), 1, exactly)
    expect(points).toHaveLength(3)
    expect(points[1]).toMatchObject({ slots: 2, networkMs: 0 })
    expect([...(points[1]?.occupancyMs ?? [])]).toEqual(measurement.samplesMs)
    const means = points.map(({ occupancyMs }) => meanMs(occupancyMs))
    expect(means).toEqual(means.toSorted((a, b) => a - b))
    const told = { ...measurement, inferenceMs: measurement.samplesMs.map((ms) => ms / 2) }
    expect(meanMs(measuredService(told, replica(), 1, exactly)[0]?.occupancyMs)).toBeCloseTo(
      (means[1] ?? 0) / 2,
      9,
    )
  })
})

describe('The central point', () => {
  test('is the middle one, of an odd number only', () => {
    expect(centralPoint(['a', 'b', 'c'])).toBe('b')
    expect(() => centralPoint([1, 2])).toThrow('odd')
    expect(() => centralPoint([])).toThrow('odd')
  })
})
