import { expect, test } from 'vitest'
import { provisioningMs } from '../../src/capacity/start-up.ts'
import { PROVISIONINGS, toRange } from '../../src/core/operation.ts'

test('Every kind of start has a range, and what the scenario says replaces it', () => {
  for (const kind of PROVISIONINGS) {
    const { low, value, high } = toRange(provisioningMs(kind, {}))
    expect(low).toBeGreaterThan(0)
    expect(low).toBeLessThan(value)
    expect(value).toBeLessThan(high)
    expect(provisioningMs(kind, { startUpMs: { [kind]: 42_000 } }).value).toBe(42_000)
  }
})
