import { expect, it } from 'vitest'
import { inferenceTime } from '../../src/load/inference-time.ts'

it.each([
  ['inference;dur=12.345', 12.345],
  ['db;dur=53, inference;desc="a model";dur=7', 7],
  ['Inference ; dur = 3', 3],
  ['inference;dur="4.5"', 4.5],
  ['reinference;dur=1', undefined],
  ['inference', undefined],
  ['inference, db;dur=3', undefined],
  [['cache;dur=1', 'inference;dur=2'], 2],
  [undefined, undefined],
])('the time in %j is %j', (header, expected) => {
  expect(inferenceTime(header)).toBe(expected)
})
