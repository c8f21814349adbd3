import { describe, expect, it } from 'vitest'
import { describeHost } from '../../src/serving/describe-host.ts'
import { nameMicroarchitecture, parseCpuinfo } from '../../src/serving/parse-cpuinfo.ts'

const cascadeLake = `processor	: 0
vendor_id	: GenuineIntel
cpu family	: 6
model		: 85
model name	: Intel(R) Xeon(R) CPU @ 2.80GHz
stepping	: 7
microcode	: 0xffffffff
cpu MHz		: 2800.212
flags		: fpu vme sse4_2 avx avx2 avx512f avx512dq avx512_vnni

processor	: 1
vendor_id	: GenuineIntel
cpu family	: 6
model		: 1
`
const arm = `processor	: 0
BogoMIPS	: 50.00
Features	: fp asimd evtstrm aes
CPU implementer	: 0x41
`

describe('/proc/cpuinfo', () => {
  it('is read for its first processor', () => {
    expect(parseCpuinfo(cascadeLake)).toEqual({
      vendor: 'GenuineIntel',
      family: 6,
      model: 85,
      stepping: 7,
      mhz: 2800,
      flags: ['avx2', 'avx512f', 'avx512_vnni'],
    })
  })

  it('is null where it identifies no x86 processor', () => {
    expect(parseCpuinfo(arm)).toBeNull()
    expect(parseCpuinfo('')).toBeNull()
  })
})

describe('the micro-architecture', () => {
  const intel = (model: number, stepping = 0) => ({ vendor: 'GenuineIntel', family: 6, model, stepping })
  const amd = (family: number, model: number) => ({ vendor: 'AuthenticAMD', family, model, stepping: 0 })

  it.each([
    [intel(63), 'Haswell'],
    [intel(79), 'Broadwell'],
    [intel(85, 3), 'Skylake'],
    [intel(85, 4), 'Skylake'],
    [intel(85, 5), 'Cascade Lake'],
    [intel(85, 7), 'Cascade Lake'],
    [intel(85, 11), 'Cooper Lake'],
    [intel(106), 'Ice Lake'],
    [intel(143), 'Sapphire Rapids'],
    [intel(207), 'Emerald Rapids'],
    [intel(173), 'Granite Rapids'],
    [intel(1), null],
    [{ ...intel(63), family: 15 }, null],
    [amd(23, 1), null],
    [amd(23, 49), 'Rome'],
    [amd(25, 1), 'Milan'],
    [amd(25, 17), 'Genoa'],
    [amd(25, 160), 'Genoa'],
    [amd(25, 97), null],
    [amd(26, 2), 'Turin'],
    [{ ...amd(6, 63), vendor: 'Other' }, null],
  ])('of %j is %j', (id, name) => {
    expect(nameMicroarchitecture(id)).toBe(name)
  })
})

describe('this host', () => {
  it('has cores, memory and versions', () => {
    const host = describeHost()
    expect(host.cores).toBeGreaterThan(0)
    expect(host.memoryGib).toBeGreaterThan(0)
    expect(host.onnxruntime).toMatch(/^\d+\.\d+\.\d+$/)
    expect(host.node).toBe(process.versions.node)
  })
})
