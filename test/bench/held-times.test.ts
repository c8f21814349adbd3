import { mean } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { capacityRps, serviceUnderLoad } from '../../bench/held-times.ts'

const idleMs = [11, 12, 13]
const busyMs = [9, 10, 11]
const meanOf = (values: readonly number[]) => mean([...values])

describe('The capacity of workers', () => {
  test('is what they serve when each is held all the time', () => {
    expect(capacityRps({ workers: 1, idleMs, busyMs })).toBeCloseTo(100, 9)
    expect(capacityRps({ workers: 4, idleMs, busyMs })).toBeCloseTo(400, 9)
  })

  test('does not depend on how slow an idle worker is', () => {
    const rps = capacityRps({ workers: 2, idleMs: [500], busyMs })
    expect(rps).toBe(capacityRps({ workers: 2, idleMs, busyMs }))
  })
})

describe('The service under load of one worker', () => {
  const at = (rps: number) => serviceUnderLoad({ workers: 1, idleMs, busyMs }, rps, 1)

  test('is that of an idle one at no load, and near that of a busy one at its capacity', () => {
    expect(meanOf(at(0).samplesMs)).toBeCloseTo(12, 1)
    expect(meanOf(at(99).samplesMs)).toBeCloseTo(10, 1)
  })

  test('is drawn from both kinds in the share of the utilisation', () => {
    expect(meanOf(at(50).samplesMs)).toBeCloseTo(11, 1)
    expect(at(50).stretch).toEqual([1])
  })

  test('is measured times only, and the same for the same seed', () => {
    expect(new Set(at(50).samplesMs)).toEqual(new Set([...idleMs, ...busyMs]))
    expect(at(50)).toEqual(at(50))
  })
})

describe('The service under load of several workers', () => {
  const slower = { idleMs: [10, 10], busyMs: [12, 16] }

  test('takes as long as an idle one alone, and as long as was measured with all at work', () => {
    for (const workers of [2, 3, 8]) {
      const { samplesMs, stretch } = serviceUnderLoad({ workers, ...slower }, 50 * workers, 1)
      expect(stretch).toHaveLength(workers)
      expect(meanOf(samplesMs)).toBeCloseTo(10, 1)
      expect(meanOf(samplesMs) * (stretch.at(-1) ?? 0)).toBeCloseTo(14, 1)
    }
  })

  test('grows evenly with every worker at work', () => {
    const { stretch } = serviceUnderLoad({ workers: 3, ...slower }, 100, 1)
    expect(stretch.map((factor) => Number(factor.toFixed(9)))).toEqual([1, 1.2, 1.4])
  })
})
