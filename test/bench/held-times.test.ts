import { mean } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { capacityRps, heldUnderLoad } from '../../bench/held-times.ts'

const idleMs = [11, 12, 13]
const busyMs = [9, 10, 11]
const meanOf = (values: readonly number[]) => mean([...values])

test('The capacity of workers is what they serve when each is held all the time', () => {
  expect(capacityRps({ workers: 1, idleMs, busyMs })).toBeCloseTo(100, 9)
  expect(capacityRps({ workers: 4, idleMs, busyMs })).toBeCloseTo(400, 9)
})

describe('The time that a request holds a worker under load', () => {
  const at = (rps: number, workers = 1) => heldUnderLoad({ workers, idleMs, busyMs }, rps, 1)

  test('is that of an idle one at no load, and near that of a busy one at the capacity', () => {
    expect(meanOf(at(0))).toBeCloseTo(12, 1)
    expect(meanOf(at(99))).toBeCloseTo(10, 1)
  })

  test.each([1, 2, 8])(
    'is drawn from both kinds in the share of the utilisation of %i workers',
    (workers) => {
      expect(meanOf(at(50 * workers, workers))).toBeCloseTo(11, 1)
    },
  )

  test('is measured times only, and the same for the same seed', () => {
    expect(new Set(at(50))).toEqual(new Set([...idleMs, ...busyMs]))
    expect(at(50)).toEqual(at(50))
  })
})
