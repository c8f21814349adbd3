import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dialogLines, overlay } from '../../../src/tui/kit/dialog.ts'
import { editText } from '../../../src/tui/kit/edit-text.ts'
import { gauge, intervalBar } from '../../../src/tui/kit/gauge.ts'
import { histogramLines } from '../../../src/tui/kit/histogram.ts'
import { keyBar } from '../../../src/tui/kit/key-bar.ts'
import { lineText, lineWidth, span } from '../../../src/tui/kit/line.ts'
import { plotLines } from '../../../src/tui/kit/plot.ts'
import { promptLine } from '../../../src/tui/kit/prompt.ts'
import { scaleOf } from '../../../src/tui/kit/scale.ts'
import { sparkline } from '../../../src/tui/kit/sparkline.ts'
import { statusLine, tabs } from '../../../src/tui/kit/status-line.ts'

const text = (lines: readonly Parameters<typeof lineText>[0][]) => lines.map(lineText)

describe('a gauge', () => {
  test('tells eighths of a column apart and is as wide as it is told', () => {
    expect(lineText(gauge(0, 4))).toBe('░░░░')
    expect(lineText(gauge(0.5, 4))).toBe('██░░')
    expect(lineText(gauge(0.53125, 4))).toBe('██▏░')
    expect(lineText(gauge(Number.POSITIVE_INFINITY, 4))).toBe('████')
    fc.assert(
      fc.property(fc.double(), fc.nat(30), (share, width) => lineWidth(gauge(share, width)) === width),
    )
  })
})

describe('an interval bar', () => {
  test('shows value, interval and limit on one axis', () => {
    const bar = intervalBar({ low: 20, value: 40, high: 60 }, { from: 0, to: 100, limit: 80, width: 11 })
    expect(lineText(bar)).toBe('  ├─●─┤ ┃  ')
  })

  test('has arrows where the interval goes on beyond the axis', () => {
    const bar = intervalBar(
      { low: -5, value: 50, high: Number.POSITIVE_INFINITY },
      { from: 0, to: 100, width: 11 },
    )
    expect(lineText(bar)).toBe('◀────●────▶')
  })
})

describe('a sparkline', () => {
  test('draws the last values as heights, and what is not known as blanks', () => {
    expect(sparkline([0, 1, null, 4, 8]).text).toBe('▁▂ ▅█')
    expect(sparkline([1, 2, 3, 4], { width: 2 }).text).toBe('▇█')
    expect(sparkline([]).text).toBe('')
    expect(sparkline([0, 0]).text).toBe('▁▁')
  })
})

describe('a histogram', () => {
  test('shows how often each size came, and where the limit is', () => {
    const values = [10, 10, 10, 20, 30, 30, 95]
    expect(
      text(histogramLines(values, { width: 24, height: 5, format: String, limit: 80 })),
    ).toMatchInlineSnapshot(`
      [
        " █                 ┃    ",
        " █    █            ┃    ",
        " █ █  █            ┃  █ ",
        "───────────┴───────┃────",
        "          50",
      ]
    `)
  })

  test('keeps to its size whatever the values are', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 50 })
    fc.assert(
      fc.property(
        values,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 3, max: 12 }),
        (some, width, height) => {
          const lines = histogramLines(some, { width, height, format: String, limit: 10 })
          expect(lines.length).toBeLessThanOrEqual(height)
          expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})

describe('a scale', () => {
  test('is logarithmic where values span far, and says round numbers', () => {
    expect(scaleOf([1, 1000])).toMatchObject({ isLog: true })
    expect(scaleOf([1, 1000]).ticks(20)).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
    expect(scaleOf([1, 1000]).ticks(4)).toEqual([1, 10, 100, 1000])
    expect(scaleOf([10, 100])).toMatchObject({ isLog: false })
    expect(scaleOf([0, 1000])).toMatchObject({ isLog: false })
    expect(scaleOf([10, 100]).ticks(5)).toEqual([20, 40, 60, 80, 100])
  })

  test('puts every value between its ends', () => {
    const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 12 }), (some, most) => {
        const scale = scaleOf(some)
        for (const value of some) {
          expect(scale.at(value)).toBeGreaterThanOrEqual(0)
          expect(scale.at(value)).toBeLessThanOrEqual(1)
        }
        expect(scale.ticks(most).length).toBeLessThanOrEqual(most + 1)
      }),
      {
        examples: [
          [[-5e-324, 5e-324], 1],
          [[1e9, 1e9 + 1e-7], 12],
          [[0, 5e-324], 3],
        ],
      },
    )
  })
})

describe('a plot', () => {
  const options = { formatX: String, formatY: String, titleX: 'USD', titleY: 'p95' }
  const marks = [
    { x: 60, y: 66, symbol: '✓' },
    { x: 140, y: 106, symbol: '✓' },
    { x: 450, y: 28, symbol: '✗', isChosen: true },
  ]

  test('shows marks, the path that joins them and the limit', () => {
    const lines = plotLines(marks, { ...options, width: 44, height: 12, limitY: 150, path: marks })
    expect(text(lines)).toMatchInlineSnapshot(`
      [
        "p95",
        " 150┤╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌",
        "    │                                       ",
        "    │                                       ",
        " 100┤       ⢀⠔✓⠤⢄⡀                          ",
        "    │    ⢀⡠⠊⠁    ⠈⠉⠒⠢⢄⣀                     ",
        "    │  ⡠⠒⠁             ⠉⠑⠒⠤⣀⡀               ",
        "    │ ✓                     ⠈⠉⠒⠤⢄⣀          ",
        "  50┤                             ⠉⠒⠢⠤⣀     ",
        "    │                                  ⠉⠑⠒✗ ",
        "    └──────────────┬─────────────────┬──────",
        "                  200               400  USD",
      ]
    `)
  })

  test('keeps to its size whatever the marks are', () => {
    const figure = fc.oneof(
      fc.double({ min: 1e-9, max: 1e12, noNaN: true }),
      fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY),
    )
    const mark = fc.record({ x: figure, y: figure, symbol: fc.constant('✓') })
    fc.assert(
      fc.property(
        fc.array(mark, { maxLength: 9 }),
        fc.integer({ min: 12, max: 90 }),
        fc.integer({ min: 4, max: 30 }),
        (some, width, height) => {
          const format = (value: number) => value.toPrecision(1)
          const lines = plotLines(some, {
            ...options,
            formatX: format,
            formatY: format,
            width,
            height,
            path: some,
            limitY: 3,
          })
          expect(lines.length).toBeLessThanOrEqual(height)
          expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})

describe('bars of keys, states and views', () => {
  test('show as much as fits', () => {
    const hints = [
      { key: '↑↓', label: 'move' },
      { key: 'q', label: 'quit' },
    ]
    expect(lineText(keyBar(hints, 80))).toBe('↑↓ move  q quit')
    expect(lineText(keyBar(hints, 14))).toBe('↑↓ move')
    expect(lineText(statusLine([span('left')], [span('right')], 12))).toBe('left   right')
    expect(lineText(statusLine([span('left')], [span('right')], 8))).toBe('left')
    expect(lineText(tabs(['Candidates', 'Why'], 1, 40))).toBe(' 1 Candidates [2 Why]')
    expect(lineText(tabs(['Candidates', 'Why'], 1, 12))).toBe(' 1 [2 Why]')
  })
})

describe('a dialog', () => {
  test('lies over the middle of the screen and is never larger than it', () => {
    const size = { columns: 20, rows: 5 }
    const box = dialogLines('Save', [[span('to a file')]], 'Enter', size)
    expect(text(box)).toEqual(['┌─ Save ────┐', '│ to a file │', '└─ Enter ───┘'])
    const under = Array.from({ length: 5 }, () => [span('x'.repeat(20))])
    expect(text(overlay(under, box, size))).toEqual([
      'x'.repeat(20),
      '   ┌─ Save ────┐',
      '   │ to a file │',
      '   └─ Enter ───┘',
      'x'.repeat(20),
    ])
    const many = Array.from({ length: 50 }, () => [span('y'.repeat(90))])
    const large = overlay([], dialogLines('T', many, 'h', size), size)
    expect(large).toHaveLength(5)
    expect(Math.max(...large.map(lineWidth))).toBeLessThanOrEqual(20)
  })
})

describe('a prompt', () => {
  test('shows the end of what is typed', () => {
    expect(lineText(promptLine('/', 'vertex', 20))).toBe('/vertex ')
    expect(lineText(promptLine('/', '漢字漢字漢字', 8))).toBe('/字漢字 ')
  })

  test('takes text and the keys that mend it, and no others', () => {
    const typed = (text: string) => ({ name: text, text })
    const named = (name: string) => ({ name, text: '' })
    expect(editText('ab', typed('é'))).toBe('abé')
    expect(editText('ae\u0301', named('backspace'))).toBe('a')
    expect(editText('one two', named('ctrl-w'))).toBe('one ')
    expect(editText('one two', named('ctrl-u'))).toBe('')
    expect(editText('one', named('up'))).toBeUndefined()
    expect(editText('one', typed('\x1b'))).toBe('one')
  })
})
