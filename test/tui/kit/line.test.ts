import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  clean,
  clip,
  clipLine,
  fitLine,
  lineText,
  lineWidth,
  padTo,
  span,
  textWidth,
  wrapText,
} from '../../../src/tui/kit/line.ts'
import { chooseTheme, paintLine } from '../../../src/tui/kit/theme.ts'

const anyText = fc.string({ unit: fc.constantFrom('a', 'é', 'e\u0301', '漢', '🙂', ' ', '-', '👨‍👩‍👧', 'ﾞ') })

describe('a line', () => {
  test('counts wide characters twice and combining ones not at all', () => {
    expect(textWidth('漢字')).toBe(4)
    expect(textWidth('e\u0301')).toBe(1)
    expect(padTo('漢字', 6)).toBe('漢字  ')
    expect(padTo('漢字', 6, 'right')).toBe('  漢字')
  })

  test('is cut to any width without halving a character', () => {
    fc.assert(
      fc.property(anyText, fc.nat(20), (text, width) => {
        expect(textWidth(clip(text, width))).toBeLessThanOrEqual(width)
        expect(textWidth(padTo(text, width))).toBe(width)
        const cut = clipLine([span(text, 'good'), span(text), span('end')], width)
        expect(lineWidth(cut)).toBeLessThanOrEqual(width)
        expect(lineWidth(fitLine([span(text), span(text)], width))).toBe(width)
      }),
    )
  })

  test('is wrapped to lines that all fit and lose nothing but blanks', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 20 }), (text, width) => {
        const lines = wrapText(text, width, { indent: 0 })
        expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(width)
        expect(lines.map(lineText).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
      }),
      { examples: [[' 👨‍👩‍👧', 2]] },
    )
    expect(wrapText('one two three', 9, { indent: 2 }).map(lineText)).toEqual(['one two', '  three'])
  })

  test('obeys nothing that is in a text', () => {
    expect(clean('a\x1b[2Jb\nc\u202ed')).toBe('a[2Jb cd')
    const painted = paintLine([span('x\x1b[31my', 'good')], chooseTheme({}, false))
    expect(painted).toBe('x[31my')
  })
})
