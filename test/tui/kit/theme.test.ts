import { describe, expect, test } from 'vitest'
import { span } from '../../../src/tui/kit/line.ts'
import { chooseTheme, OUTCOME_MARKS, paintLine, type Role } from '../../../src/tui/kit/theme.ts'

const ROLES: readonly Role[] = ['heading', 'dim', 'good', 'bad', 'open', 'accent', 'changed']

function codes(env: Record<string, string>, hasColors = true): string {
  const theme = chooseTheme(env, hasColors)
  return ROLES.map((role) => paintLine([span('x', role)], theme)).join('')
}

describe('a theme', () => {
  test('uses none but the 16 colours', () => {
    const numbers = [...codes({}).matchAll(/\x1b\[(\d+)m/g)].map((match) => Number(match[1]))
    expect(numbers.length).toBeGreaterThan(0)
    expect(numbers.every((each) => each < 50 || (each >= 90 && each < 110))).toBe(true)
    expect(codes({})).not.toMatch(/\x1b\[[34]8/)
  })

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, true],
    ['TERM=dumb', { TERM: 'dumb' }, true],
    ['a terminal without colours', {}, false],
  ])('has no colour with %s', (_, env, hasColors) => {
    expect(codes(env as Record<string, string>, hasColors)).not.toMatch(/\x1b\[(3|9)\d/)
  })

  test('has no yellow, which a light background swallows, where the background is light', () => {
    expect(codes({ COLORFGBG: '15;0' })).toContain('\x1b[33m')
    expect(codes({ COLORFGBG: '0;15' })).not.toContain('\x1b[33m')
  })

  test('tells outcomes apart without a colour', () => {
    const symbols = Object.values(OUTCOME_MARKS).map(({ symbol }) => symbol)
    expect(new Set(symbols).size).toBe(symbols.length)
  })
})
