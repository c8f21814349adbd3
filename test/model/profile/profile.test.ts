import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProfilePoint } from '../../../src/core/model-profile.ts'
import { seededRandom } from '../../../src/core/random.ts'
import type { Block } from '../../../src/model/profile/measure-block.ts'
import { planProfile, shuffle } from '../../../src/model/profile/plan-profile.ts'
import { scalingCurves, summarizePoints } from '../../../src/model/profile/summarize-blocks.ts'
import { profileModel } from '../../../src/run/profile-model.ts'
import { classifier, writeModel } from '../../fixtures/onnx-models.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

function point(variant: string, concurrency = 1): ProfilePoint {
  return { variant, threads: 1, batch: 1, concurrency }
}

function block(of: ProfilePoint, round: number, ms: number, perSecond = 1000 / ms): Block {
  return { point: of, round, loadMs: [10], firstMs: [5], timesMs: [ms, ms, ms], perSecond, peakRssMib: 100 }
}

describe('The plan of a profile', () => {
  test('has every concurrency with one thread and the smallest batch, and else what fills the cores', () => {
    const grid = { variants: ['fp32'], threads: [1, 2], batches: [1, 4], concurrencies: [1, 2, 4, 8] }
    const plan = planProfile(grid, 4).map(({ threads, batch, concurrency }) =>
      [threads, batch, concurrency].join('/'),
    )
    expect(plan).toEqual([
      '1/1/1',
      '1/1/2',
      '1/1/4',
      '1/1/8',
      '1/4/1',
      '1/4/4',
      '2/1/1',
      '2/1/2',
      '2/4/1',
      '2/4/2',
    ])
  })

  test('comes in another order each round', () => {
    const random = seededRandom(1)
    const orders = Array.from({ length: 20 }, () => shuffle([1, 2, 3, 4, 5, 6], random))
    expect(new Set(orders.map(String)).size).toBeGreaterThan(15)
    for (const order of orders) expect([...order].sort()).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('A profile', () => {
  test('pairs variants with fp32 by round, so that drift of the machine cancels', () => {
    const [fp32, int8] = [point('fp32'), point('int8-dynamic')]
    const blocks = [10, 14, 30, 11].flatMap((ms, round) => [
      block(fp32, round, ms),
      block(int8, round, ms * 0.5 * (1 + round / 100)),
    ])
    const ratio = summarizePoints([fp32, int8], blocks)[1]?.ratioToFp32
    expect(ratio?.value).toBeCloseTo(0.5075, 3)
    expect((ratio?.high ?? 1) - (ratio?.low ?? 0)).toBeLessThan(0.05)
  })

  test('has a scaling curve of what was measured at three concurrencies', () => {
    const blocks = [0, 1, 2].flatMap((round) =>
      [1, 2, 4, 8].map((n) => block(point('fp32', n), round, 10, (100 * n) / (1 + 0.1 * (n - 1)))),
    )
    const [curve] = scalingCurves(blocks, seededRandom(1))
    expect(curve?.sigma.value).toBeCloseTo(0.1, 6)
    expect(curve?.points.map(({ concurrency }) => concurrency)).toEqual([1, 2, 4, 8])
    expect(
      scalingCurves(
        blocks.filter(({ point }) => point.concurrency < 4),
        seededRandom(1),
      ),
    ).toEqual([])
  })

  test('of a real model has times, starts, memory and accuracy for every variant', async () => {
    const folder = temporaryFolder()
    const path = writeModel(join(folder, 'm.onnx'), classifier(64, 2, 8))
    const inputs = { x: { shape: [1, 64], values: { from: 'uniform', low: -1, high: 1 } } } as const
    const profile = await profileModel({
      model: { file: 'm.onnx', path, inputs, encoding: 'base64' },
      variants: [{ name: 'int8-dynamic' }],
      threads: [1],
      batches: [1, 2],
      concurrencies: [1],
      budgetMs: 1,
      seed: 1,
      folder: join(folder, 'variants'),
      signal: new AbortController().signal,
      notify: () => {},
    })
    expect(profile.results.map(({ variant, batch }) => `${variant} ${batch}`)).toEqual([
      'fp32 1',
      'fp32 2',
      'int8-dynamic 1',
      'int8-dynamic 2',
    ])
    for (const { inferenceMs, perSecond } of profile.results) {
      expect(inferenceMs.p50.value).toBeGreaterThan(0)
      expect(perSecond.value).toBeGreaterThan(0)
    }
    expect(profile.starts.map(({ variant }) => variant)).toEqual(['fp32', 'int8-dynamic'])
    for (const { loadMs, peakRssMib } of profile.starts)
      expect(Math.min(loadMs, peakRssMib)).toBeGreaterThan(0)
    expect(profile.variants[1]?.accuracy?.samples).toBe(32)
    expect(profile.best.point).not.toBeNull()
  })
})
