import { describe, expect, test } from 'vitest'
import { comparisonOf } from '../../../src/tui/explore/comparison.ts'
import { initialState, type State, visibleRows } from '../../../src/tui/explore/state.ts'
import { hear } from '../../../src/tui/explore/update.ts'
import { fakeExplorer } from '../../fixtures/explorer.ts'

const explorer = fakeExplorer()
let known: State = initialState(explorer)
explorer.ask({}, (answer) => {
  known = hear(known, answer)
})
const cheapest = known.advice?.cheapest
const names = visibleRows(known).map(({ candidate }) => candidate.name)
const other = names.findLast((name) => name !== cheapest)

function sides(state: State) {
  const compared = comparisonOf(state)
  if (typeof compared === 'string') throw new Error(compared)
  return compared
}

describe('what is compared', () => {
  test('is what is chosen with the cheapest, where nothing is marked', () => {
    expect(sides({ ...known, chosen: other ?? null })).toMatchObject({
      left: cheapest,
      right: other,
      notes: [],
    })
  })

  test('is the cheapest with the next of the ranking', () => {
    const { left, right, notes } = sides({ ...known, chosen: cheapest ?? null })
    expect(right).toBe(cheapest)
    expect(left).toBe(
      known.advice?.verdicts.find(({ candidate }) => candidate.name !== cheapest)?.candidate.name,
    )
    expect(notes).toEqual([])
  })

  test('is one candidate with itself only where that is marked, and says so', () => {
    const { left, right, notes } = sides({ ...known, chosen: other ?? null, marked: other ?? null })
    expect(left).toBe(right)
    expect(notes).toHaveLength(1)
  })
})
