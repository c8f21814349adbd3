import { describe, expect, test } from 'vitest'
import { machineType, machineTypeNames } from '../../src/core/machine-type.ts'

describe('predefined machine types', () => {
  // Compute Engine machine type tables, cloud.google.com/compute/docs, 2026-08.
  test.each([
    ['n1-standard-4', 'n1', 4, 15, undefined, 0],
    ['n1-standard-1', 'n1', 1, 3.75, undefined, 0],
    ['n1-highmem-8', 'n1', 8, 52, undefined, 0],
    ['n1-highcpu-16', 'n1', 16, 14.4, undefined, 0],
    ['e2-standard-2', 'e2', 2, 8, undefined, 0],
    ['e2-highcpu-8', 'e2', 8, 8, undefined, 0],
    ['n2-standard-2', 'n2', 2, 8, undefined, 0],
    ['c2-standard-30', 'c2', 30, 120, undefined, 0],
    ['c3-highcpu-22', 'c3', 22, 44, undefined, 0],
    ['c3-standard-176', 'c3', 176, 704, undefined, 0],
    ['c3-standard-88-lssd', 'c3', 88, 352, undefined, 6000],
    ['c4-standard-2', 'c4', 2, 7, undefined, 0],
    ['c4-standard-48', 'c4', 48, 180, undefined, 0],
    ['e2-micro', 'e2', 0.25, 1, undefined, 0],
    ['e2-medium', 'e2', 1, 4, undefined, 0],
    ['f1-micro', 'n1', 0.2, 0.6, undefined, 0],
    ['n2-highmem-128', 'n2', 128, 864, undefined, 0],
    ['a2-megagpu-16g', 'a2', 96, 1360, { type: 'nvidia-tesla-a100', count: 16 }, 0],
    ['c3d-highmem-360', 'c3d', 360, 2880, undefined, 0],
    ['t2d-standard-60', 't2d', 60, 240, undefined, 0],
    ['g2-standard-4', 'g2', 4, 16, { type: 'nvidia-l4', count: 1 }, 0],
    ['g2-standard-24', 'g2', 24, 96, { type: 'nvidia-l4', count: 2 }, 0],
    ['g2-standard-32', 'g2', 32, 128, { type: 'nvidia-l4', count: 1 }, 0],
    ['g2-standard-96', 'g2', 96, 384, { type: 'nvidia-l4', count: 8 }, 0],
    ['a2-highgpu-1g', 'a2', 12, 85, { type: 'nvidia-tesla-a100', count: 1 }, 0],
    ['a2-ultragpu-8g', 'a2', 96, 1360, { type: 'nvidia-a100-80gb', count: 8 }, 3000],
    ['a3-highgpu-1g', 'a3', 26, 234, { type: 'nvidia-h100-80gb', count: 1 }, 750],
    ['a3-highgpu-8g', 'a3', 208, 1872, { type: 'nvidia-h100-80gb', count: 8 }, 6000],
  ] as const)('%s is %s with %d vCPUs and %d GiB', (name, family, vcpus, memoryGib, accelerator, ssd) => {
    const machine = machineType(name)
    expect(machine).toMatchObject({ name, family, vcpus, localSsdGib: ssd })
    expect(machine?.memoryGib).toBeCloseTo(memoryGib, 9)
    expect(machine?.accelerator).toEqual(accelerator)
  })

  test.each([
    'n1-standard-3',
    'n1-standard',
    'N1-STANDARD-4',
    '',
    'toString',
    'c3-highcpu-16',
    'c3d-highcpu-8',
  ])('%j is none', (name) => {
    expect(machineType(name)).toBeUndefined()
  })

  test('each name is listed once, found by it, and has vCPUs and memory', () => {
    const names = machineTypeNames()
    expect(names.length).toBeGreaterThan(150)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) {
      const machine = machineType(name)
      expect(machine?.name).toBe(name)
      expect(machine?.vcpus).toBeGreaterThan(0)
      expect(machine?.memoryGib).toBeGreaterThan(0)
    }
  })
})
