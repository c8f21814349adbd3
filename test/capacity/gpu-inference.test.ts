import { describe, expect, test } from 'vitest'
import { calibrate, holds } from '../../src/capacity/calibrate.ts'
import { FIT, gpuInferenceMs } from '../../src/capacity/gpu-inference.ts'
import published from '../../src/capacity/published/inference-times.json' with { type: 'json' }
import { groupRows, type PublishedRow } from '../../src/capacity/published-rows.ts'
import { fitRoofline } from '../../src/capacity/roofline.ts'
import { ACCELERATORS } from '../../src/core/regions.ts'

const ROWS = groupRows(published.rows as unknown as readonly PublishedRow[])

describe('The roofline', () => {
  const calibrated = calibrate(ROWS)

  test('is kept as it is fitted to the published times', () => {
    expect(ROWS.length).toBeGreaterThan(500)
    for (const [name, value] of Object.entries(calibrated.parameters)) {
      expect(Math.exp(value) / (FIT.parameters[name] ?? 0), name).toBeCloseTo(1, 2)
    }
    for (const [name, spread] of Object.entries(FIT.spread)) {
      expect(calibrated.spread[name as keyof typeof FIT.spread] / spread, name).toBeCloseTo(1, 2)
    }
  })

  test('holds nine in ten published times of hardware that was held back', () => {
    const inside = [...new Set(ROWS.map(({ groups }) => groups[0]))].flatMap((hardware) => {
      const others = ROWS.filter(({ groups }) => groups[0] !== hardware)
      const parameters = fitRoofline(others.map(({ row }) => row))
      const back = ROWS.filter(({ groups }) => groups[0] === hardware)
      return back.map(({ row }) => holds({ parameters, spread: FIT.spread }, row))
    })
    expect(inside).toHaveLength(ROWS.length)
    expect(inside.filter(Boolean).length / inside.length).toBeGreaterThanOrEqual(0.9)
  })
})

describe('A GPU', () => {
  const resnet = { macs: 4.1e9, bytesMoved: 4 * 85.6e6, parameters: 25.6e6, kernels: 122 }

  test('has a time for every accelerator that candidates may have', () => {
    for (const accelerator of ACCELERATORS) {
      const { value, spread } = gpuInferenceMs(accelerator, resnet) ?? { value: 0, spread: 0 }
      expect(value, accelerator).toBeGreaterThan(0.2)
      expect(value, accelerator).toBeLessThan(60)
      expect(spread).toBeGreaterThan(1.9)
    }
    expect(gpuInferenceMs('nvidia-z9', resnet)).toBeUndefined()
  })

  test('takes as long for a tiny model as launching it takes', () => {
    const tiny = { macs: 1e6, bytesMoved: 1e6, parameters: 1e4, kernels: 200 }
    const [t4, h100] = ['nvidia-tesla-t4', 'nvidia-h100-80gb'].map(
      (name) => gpuInferenceMs(name, tiny)?.value ?? 0,
    )
    expect((t4 ?? 0) / (h100 ?? 1)).toBeLessThan(1.1)
  })
})
