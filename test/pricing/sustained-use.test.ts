import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal } from '../../src/core/money.ts'
import { sustainedUseFactor } from '../../src/pricing/sustained-use.ts'

const N1 = ['1', '0.8', '0.6', '0.4']
const N2 = ['1', '0.8678', '0.733', '0.6']

describe('The sustained use factor', () => {
  test.each([
    ['0.0001', '1', '1'],
    ['0.25', '1', '1'],
    ['0.5', '0.9', '0.9339'],
    ['0.75', '0.8', '0.86693333'],
    ['1', '0.7', '0.8002'],
  ])('of %s of a month is %s on N1 and %s on N2', (share, n1, n2) => {
    expect(sustainedUseFactor(N1, decimal(share)).eq(n1)).toBe(true)
    expect(sustainedUseFactor(N2, decimal(share)).round(8).eq(n2)).toBe(true)
  })

  test('falls as the share grows, while what is paid in all never falls', () => {
    const share = fc.integer({ min: 1, max: 7300 }).map((tenths) => decimal(tenths).div(7300))
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [less, more] = a.lte(b) ? [a, b] : [b, a]
        const [first, second] = [sustainedUseFactor(N1, less), sustainedUseFactor(N1, more)]
        expect(second.lte(first)).toBe(true)
        expect(second.times(more).gte(first.times(less).minus('1e-25'))).toBe(true)
      }),
    )
  })
})
