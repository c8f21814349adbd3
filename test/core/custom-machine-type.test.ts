import { describe, expect, test } from 'vitest'
import { customMachineType } from '../../src/core/custom-machine-type.ts'
import { machineType } from '../../src/core/machine-type.ts'

describe('a custom machine type', () => {
  test.each([
    ['custom-6-20480', 'n1', 6, 20, 0],
    ['n1-custom-1-1024', 'n1', 1, 1, 0],
    ['n2-custom-4-16384', 'n2', 4, 16, 0],
    ['n2d-custom-96-98304', 'n2d', 96, 96, 0],
    ['e2-custom-2-16384', 'e2', 2, 16, 0],
    ['n1-custom-2-20480-ext', 'n1', 2, 20, 7],
    ['n2-custom-2-20480-ext', 'n2', 2, 20, 4],
    ['n2-custom-4-16384-ext', 'n2', 4, 16, 0],
  ])(
    '%s is %s with %d vCPU and %d GiB, %d of them extended',
    (name, family, vcpus, memoryGib, extendedGib) => {
      expect(machineType(name)).toEqual({
        name,
        family,
        vcpus,
        memoryGib,
        localSsdGib: 0,
        custom: { extendedGib },
      })
    },
  )

  test.each([
    ['c3-custom-4-16384', /not of c3/],
    ['n2-custom-3-16384', /even number/],
    ['n1-custom-98-102400', /up to 96/],
    ['n2-custom-4-1000', /multiple of 256/],
    ['n1-custom-4-2048', /at least 3.6 GiB/],
    ['n1-custom-2-20480', /over 13 GiB .* -ext/],
    ['e2-custom-2-20480-ext', /up to 16 GiB/],
  ])('%s cannot be, and the reason is named', (name, fault) => {
    expect(machineType(name)).toBeUndefined()
    expect(customMachineType(name)).toEqual({ fault: expect.stringMatching(fault) })
  })

  test.each(['n1-standard-4', 'custom', 'n2-custom-4', 'n2-custom-four-16384', 'n2-custom-4-16384-extra'])(
    '%s is not a custom type',
    (name) => {
      expect(customMachineType(name)).toBeUndefined()
    },
  )
})
