import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flowLines } from '../../../src/tui/kit/flow.ts'
import { lineText, lineWidth, span } from '../../../src/tui/kit/line.ts'

const flow = (texts: readonly string[], width: number, indent = 0) =>
  flowLines(
    texts.map((text) => [span(text)]),
    width,
    indent,
  ).map(lineText)

describe('pieces that flow', () => {
  test('stand side by side where there is room, and below each other where not', () => {
    expect(flow(['p50 1 ms', 'p95 2 ms', 'p99 3 ms'], 40)).toEqual(['p50 1 ms  p95 2 ms  p99 3 ms'])
    expect(flow(['p50 1 ms', 'p95 2 ms', 'p99 3 ms'], 20)).toEqual(['p50 1 ms  p95 2 ms', 'p99 3 ms'])
    expect(flow(['time p50 1 ms', 'p95 2 ms'], 14, 5)).toEqual(['time p50 1 ms', '     p95 2 ms'])
    expect(flow(['', 'only'], 14)).toEqual(['only'])
  })

  test('never are wider than told, and lose nothing where each fits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 12 })),
        fc.integer({ min: 1, max: 40 }),
        (texts, width) => {
          const lines = flow(texts, width)
          for (const line of lines) expect(lineWidth([span(line)])).toBeLessThanOrEqual(width)
          if (width >= 12)
            for (const text of texts) expect(lines.some((line) => line.includes(text))).toBe(true)
        },
      ),
    )
  })
})
