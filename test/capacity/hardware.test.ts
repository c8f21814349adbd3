import { describe, expect, test } from 'vitest'
import { cpuSpeedup, gpuSpeedup } from '../../src/capacity/hardware.ts'
import { machineType, machineTypeNames } from '../../src/core/machine-type.ts'
import type { HostFacts } from '../../src/core/measurement.ts'
import { toRange } from '../../src/core/operation.ts'
import { ACCELERATORS } from '../../src/core/regions.ts'
import { host } from '../fixtures/profile.ts'

const FAMILIES = [...new Set(machineTypeNames().map((name) => machineType(name)?.family ?? ''))]

const HOSTS: readonly HostFacts[] = [
  host,
  { ...host, microarchitecture: 'Milan', simd: ['avx2'] },
  { ...host, microarchitecture: 'Sapphire Rapids' },
  { ...host, microarchitecture: null, simd: ['avx2'], mhz: 4000 },
  { ...host, microarchitecture: null, simd: [], mhz: 0 },
]

describe.each(
  HOSTS.map((each) => [each.microarchitecture ?? `an unknown CPU at ${each.mhz} MHz`, each] as const),
)('Against %s', (_, on) => {
  test('every series and the serverless platforms have a speed with a range', () => {
    expect(FAMILIES.length).toBeGreaterThan(10)
    for (const family of [...FAMILIES, 'serverless']) {
      const { low, value, high } = toRange(cpuSpeedup(family, on))
      expect(low).toBeGreaterThan(0)
      expect(low).toBeLessThan(value)
      expect(value).toBeLessThan(high)
      expect(high).toBeLessThan(Number.POSITIVE_INFINITY)
    }
  })

  test('every accelerator has a speed with a range, centrally above every CPU', () => {
    expect(ACCELERATORS.length).toBeGreaterThan(4)
    const fastestCpu = Math.max(...FAMILIES.map((family) => cpuSpeedup(family, on).value))
    for (const accelerator of ACCELERATORS) {
      const { low, value, high } = toRange(gpuSpeedup(accelerator, on))
      expect(low).toBeGreaterThan(0)
      expect(low).toBeLessThan(value)
      expect(value).toBeLessThan(high)
      expect(value, accelerator).toBeGreaterThan(fastestCpu)
    }
  })

  test('newer series are faster', () => {
    const speed = (series: string) => cpuSpeedup(series, on).value
    expect(speed('n1')).toBeLessThan(speed('n2'))
    expect(speed('n2')).toBeLessThan(speed('c3'))
    expect(speed('n2d')).toBeLessThan(speed('c2d'))
    expect(speed('n1')).toBeLessThan(speed('t2d'))
    expect(gpuSpeedup('nvidia-tesla-t4', on).value).toBeLessThan(gpuSpeedup('nvidia-l4', on).value)
    expect(gpuSpeedup('nvidia-tesla-a100', on).value).toBeLessThan(gpuSpeedup('nvidia-h100-80gb', on).value)
  })
})

describe('The speed of a CPU', () => {
  test('is lower against a faster machine', () => {
    const fast = { ...host, microarchitecture: 'Genoa' }
    for (const family of FAMILIES) {
      expect(cpuSpeedup(family, fast).value).toBeLessThan(cpuSpeedup(family, host).value)
    }
  })

  test('of one vCPU, half a core, is under that of a whole core of the same series', () => {
    expect(cpuSpeedup('n2', host).value).toBeLessThan(1)
  })

  test('has a narrower range where the scenario gives the speed of an N1 vCPU', () => {
    for (const family of [...FAMILIES, 'serverless']) {
      expect(cpuSpeedup(family, host, 0.5).spread, family).toBeLessThan(cpuSpeedup(family, host).spread)
    }
  })

  test('follows the speed of an N1 vCPU that the scenario gives', () => {
    for (const family of FAMILIES) {
      const [half, whole] = [cpuSpeedup(family, host, 0.5), cpuSpeedup(family, host, 1)]
      expect(whole.value / half.value).toBeCloseTo(2)
    }
    const { low, high } = toRange(cpuSpeedup('n1', host, 0.5))
    expect(low).toBeLessThan(0.5)
    expect(high).toBeGreaterThan(0.5)
  })

  test('is not made up for hardware without published figures', () => {
    expect(() => cpuSpeedup('z9', host)).toThrow('no published speed for z9')
    expect(() => gpuSpeedup('nvidia-z9', host)).toThrow('no published speed for nvidia-z9')
  })
})
