import { describe, expect, test } from 'vitest'
import type { Advice } from '../../../src/core/advice.ts'
import { documentOf } from '../../../src/tui/explore/document.ts'
import { initialState } from '../../../src/tui/explore/state.ts'
import { whatIfView } from '../../../src/tui/explore/views/what-if.ts'
import { lineText } from '../../../src/tui/kit/line.ts'
import { fakeExplorer } from '../../fixtures/explorer.ts'
import { mixed } from '../../fixtures/mix.ts'

const explorer = fakeExplorer()
const plain = await explorer.adviseOther('')
const outlook = { scaled: [], breakEvens: [], flat: null }

function stateOf(some: Partial<Advice>) {
  return { ...initialState(explorer), open: null, advice: { ...plain, outlook, ...some } }
}

function viewed(some: Partial<Advice>): string {
  const lines = whatIfView(stateOf(some), { columns: 80, rows: 40 }).map(lineText)
  return lines.join(' ').replace(/\s+/g, ' ')
}

describe('A mix in explore', () => {
  test('stands whole beside the winner of What if, with its parts, its cost and what it saves', () => {
    expect(viewed({ mix: mixed() })).toContain(
      'Or a mix of gce vm e2-standard-2 x2 us-central1 (2 replicas, up to 30 requests/s) and cloud-run 2cpu 2Gi c4 us-central1 (the rest): $85.00 ($80.00 to $90.00) a month, $15.00 less; modelled.',
    )
    expect(viewed({ mix: null })).not.toContain('a mix of')
  })

  test('is shown with the settled answer only', () => {
    expect(viewed({ mix: mixed(), outlook: null })).not.toContain('a mix of')
  })

  test('is written with the view, among the alternatives unless the recommendation has it', () => {
    const written = (isClear: boolean) =>
      JSON.stringify(documentOf(stateOf({ mix: mixed({ isClear }) }), 'what-if'))
    expect(written(false)).toContain('Alternatives')
    expect(written(false)).toContain('Not ranked: a mix of')
    expect(written(true)).not.toContain('Alternatives')
  })
})
