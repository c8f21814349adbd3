import { expect, test } from 'vitest'
import type { Advice } from '../../../src/core/advice.ts'
import { dayLines } from '../../../src/tui/explore/views/day.ts'
import { lineText } from '../../../src/tui/kit/line.ts'

const rps = Array.from({ length: 48 }, (_, hour) => (hour === 40 ? 80 : hour % 24))
const advice = {
  hourly: {
    rps,
    candidates: [{ candidate: 'a', replicas: rps.map((each) => Math.ceil(each / 10)), usd: null }],
  },
  loadCurves: [{ candidate: 'a', capacityRps: 12.3, points: [] }],
} as unknown as Advice

test('the day shown is the busiest, with its rate and its replicas hour by hour', () => {
  const [capacity, rate, replicas] = dayLines(advice, 'a', 80).map(lineText)
  expect(capacity).toBe('one replica serves   12.3 requests/s within the SLO')
  expect(rate).toMatch(/^rate, busiest day {4}[▁-█]{24} most 80\/s$/)
  expect(rate?.indexOf('█')).toBe(21 + 16)
  expect(replicas).toMatch(/most 8$/)
})

test('nothing is shown of a candidate that was not looked at so closely', () => {
  expect(dayLines(advice, 'b', 80)).toEqual([])
})
