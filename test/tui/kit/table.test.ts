import { describe, expect, test } from 'vitest'
import { lineText, lineWidth } from '../../../src/tui/kit/line.ts'
import { type Column, scrolled, tableLines } from '../../../src/tui/kit/table.ts'

interface Row {
  readonly name: string
  readonly usd: string
  readonly region: string
}
const ROWS: readonly Row[] = [
  { name: 'vertex n1-standard-4', usd: '160', region: 'us-central1' },
  { name: '漢字 e\u0301', usd: '1,392', region: 'asia' },
]
const COLUMNS: readonly Column<Row>[] = [
  { title: 'candidate', keep: 0, least: 8, cell: ({ name }) => name },
  { title: 'USD', keep: 1, align: 'right', cell: ({ usd }) => usd },
  { title: 'region', keep: 2, cell: ({ region }) => region },
]

function drawn(width: number, height = 10, cursor?: number): string[] {
  return tableLines(COLUMNS, ROWS, { width, height, ...(cursor === undefined ? {} : { cursor }) }).map(
    lineText,
  )
}

describe('a table', () => {
  test('aligns wide and combining characters', () => {
    expect(drawn(60)).toEqual([
      'candidate               USD  region',
      'vertex n1-standard-4    160  us-central1',
      '漢字 e\u0301                1,392  asia',
    ])
  })

  test('shortens what may shrink before it leaves out columns, those kept least first', () => {
    expect(drawn(30)).toEqual([
      'candidate     USD  region',
      'vertex n1…    160  us-central1',
      '漢字 e\u0301      1,392  asia',
    ])
    expect(drawn(20)).toEqual(['candidate        USD', 'vertex n1-st…    160', '漢字 e\u0301         1,392'])
    expect(drawn(5)).toEqual(['cand…', 'vert…', '漢字…'])
  })

  test('is never wider or higher than it may be', () => {
    for (let width = 1; width < 60; width++) {
      for (let height = 0; height < 4; height++) {
        const lines = tableLines(COLUMNS, ROWS, { width, height, cursor: 1 })
        expect(Math.max(0, ...lines.map(lineWidth))).toBeLessThanOrEqual(width)
        expect(lines.length).toBeLessThanOrEqual(height)
      }
    }
  })

  test('shows the row of the cursor over the whole width, in reverse', () => {
    const lines = tableLines(COLUMNS, ROWS, { width: 50, height: 2, cursor: 1 })
    expect(lines).toHaveLength(2)
    expect(lineText(lines[1] ?? [])).toContain('漢字')
    expect(lines[1]?.every(({ inverse }) => inverse)).toBe(true)
    expect(lineWidth(lines[1] ?? [])).toBe(50)
  })

  test('scrolls no further than it must', () => {
    expect(scrolled(0, 5, 100, 10)).toBe(0)
    expect(scrolled(0, 15, 100, 10)).toBe(6)
    expect(scrolled(50, 15, 100, 10)).toBe(15)
    expect(scrolled(95, 99, 100, 10)).toBe(90)
    expect(scrolled(3, 0, 2, 10)).toBe(0)
  })
})
