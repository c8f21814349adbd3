import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, exact, formatUsd, sum } from '../../src/core/money.ts'

/** An amount in units of 10^-12 dollars, with the BigInt that it must stay equal to. */
const amount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n })

function toText(picos: bigint): string {
  const digits = (picos < 0n ? -picos : picos).toString().padStart(13, '0')
  const text = `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '')
  return picos < 0n && text !== '0' ? `-${text}` : text
}

describe('exactness', () => {
  test('ten thousand times a price per GiB-second is exact, where floats are not', () => {
    const floats = Array.from({ length: 10_000 }, () => 0.0000025).reduce((total, value) => total + value, 0)
    expect(floats).not.toBe(0.025)
    expect(exact(sum(Array.from({ length: 10_000 }, () => decimal('0.0000025'))))).toBe('0.025')
  })

  test('a sum is the integer sum of its smallest units', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 50 }), (picos) => {
        const total = picos.reduce((left, right) => left + right, 0n)
        expect(exact(sum(picos.map((each) => decimal(toText(each)))))).toBe(toText(total))
      }),
    )
  })

  test('a product keeps every digit', () => {
    expect(exact(decimal('0.000000000000000000000123').times('1234567890123456789.7'))).toBe(
      '0.0001518518504851851851331' /* 123 × 12345678901234567897 = 1518518504851851851331, 22 places + 3 */,
    )
  })

  test('an amount is saved with all its digits and never in exponent form', () => {
    expect(exact(decimal('0.0000000000000000000001'))).toBe('0.0000000000000000000001')
    expect(exact(decimal('123456789012345678901234567890'))).toBe('123456789012345678901234567890')
  })

  test('a number is taken at its shortest decimal form', () => {
    expect(exact(decimal(0.1).plus(decimal(0.2)))).toBe('0.3')
  })

  test('the sum of nothing is zero', () => {
    expect(exact(sum([]))).toBe('0')
  })

  test.each(['', 'abc', '1,000', '$5', 'NaN'])('%j is no amount', (text) => {
    expect(() => decimal(text)).toThrow()
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is no amount', (value) => {
    expect(() => decimal(value)).toThrow()
  })
})

describe('reading', () => {
  test.each([
    ['0', '$0.00'],
    ['0.0025', '$0.0025'],
    ['0.01', '$0.01'],
    ['41.2', '$41.20'],
    ['41.205', '$41.21'],
    ['999.994', '$999.99'],
    ['1204.4', '$1,204'],
    ['1234567.5', '$1,234,568'],
    ['-12.5', '-$12.50'],
    ['-1204', '-$1,204'],
  ])('%s dollars read %s', (value, text) => {
    expect(formatUsd(value)).toBe(text)
    expect(formatUsd(decimal(value))).toBe(text)
  })

  test('a reading is within half a cent under a thousand dollars and half a dollar from there', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 10n, max: 10n ** 19n }), (picos) => {
        const value = decimal(toText(picos))
        const back = decimal(formatUsd(value).replace(/[$,]/g, ''))
        expect(
          back
            .minus(value)
            .abs()
            .lte(value.gte(1000) ? '0.5' : '0.005'),
        ).toBe(true)
      }),
    )
  })
})
