import { describe, expect, test } from 'vitest'
import { COMPARISON_REPORTS } from '../../src/report/comparison/index.ts'
import { comparison } from '../fixtures/comparison.ts'

const compared = comparison()

describe('runs side by side', () => {
  test('name every setting in which one of them differs, with the value of each', () => {
    const of = (field: string) => compared.differences.find((each) => each.field === field)
    expect(of('traffic.rps')).toEqual({ what: 'settings', field: 'traffic.rps', values: ['20', '20', '7'] })
    expect(of('model')?.values[1]).toBe('beef')
    expect(of('plimsoll')).toEqual({
      what: 'version',
      field: 'plimsoll',
      values: ['0.1.0', '0.2.0', '0.1.0'],
    })
    expect(of('machine.cpuModel')?.values[2]).toBe('Another CPU')
    expect(of('candidates')?.what).toBe('candidates')
  })

  test('say that they cannot be compared, and each reason', () => {
    expect(compared.comparable).toBe(false)
    expect(compared.because).toEqual([
      expect.stringContaining('different questions (traffic.rps)'),
      expect.stringContaining('different machines (machine.cpuModel)'),
      expect.stringContaining('other.json was cut short'),
    ])
  })

  test('have what was measured with its interval, and the change from the first with its own', () => {
    const p50 = compared.measured.find(({ metric }) => metric === 'p50')
    const [first, second] = p50?.values ?? []
    expect(first?.low ?? Number.NaN).toBeLessThan(first?.value ?? 0)
    expect(first?.high ?? Number.NaN).toBeGreaterThan(first?.value ?? 0)
    expect(first).toMatchObject({ worsening: null, change: 'unknown' })
    expect(second).toMatchObject({ worsening: { value: 0 }, change: 'not shown' })
    const size = compared.measured.find(({ metric }) => metric === 'modelSize')
    expect(size?.values[1]).toMatchObject({ worsening: { value: 1, low: 1, high: 1 }, change: 'worse' })
  })

  test('have every candidate of any of them, and say where one does not have it', () => {
    expect(compared.candidates).toHaveLength(12)
    expect(compared.candidates.filter(({ values }) => values[2] === null)).toHaveLength(11)
  })

  test.each([
    ['text', 'compare.txt'],
    ['markdown', 'compare.md'],
    ['json', 'compare.json'],
  ] as const)('read as %s as in test/golden', async (format, file) => {
    await expect(COMPARISON_REPORTS[format](compared, { width: 100 })).toMatchFileSnapshot(
      `../golden/${file}`,
    )
  })
})
