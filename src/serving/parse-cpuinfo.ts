export interface CpuFacts {
  readonly vendor: string
  readonly family: number
  readonly model: number
  readonly stepping: number
  /** Clock of the moment, MHz; 0 where it is not given. */
  readonly mhz: number
  readonly flags: readonly string[]
}

type CpuId = Omit<CpuFacts, 'flags' | 'mhz'>

/** CPU flags that matter to inference. */
const simdFlags = ['avx2', 'avx512f', 'avx512_vnni', 'amx_int8']

/** The first processor of Linux's /proc/cpuinfo; null where it has no x86 identification. */
export function parseCpuinfo(text: string): CpuFacts | null {
  const [first = ''] = text.trim().split(/\n\s*\n/)
  const fields = new Map(first.split('\n').map(splitField))
  const vendor = fields.get('vendor_id')
  const [family, model, stepping] = ['cpu family', 'model', 'stepping'].map((name) =>
    Number(fields.get(name)),
  )
  if (!vendor || !Number.isInteger(family) || !Number.isInteger(model)) return null
  const flags = (fields.get('flags') ?? '').split(/\s+/).filter((flag) => simdFlags.includes(flag))
  const mhz = Math.round(Number(fields.get('cpu MHz') ?? 0))
  return { vendor, family: family ?? 0, model: model ?? 0, stepping: stepping || 0, mhz, flags }
}

/**
 * Name of the micro-architecture, for those that Google Cloud offers; null for any other.
 *
 * Family and model numbers as in Linux's arch/x86/include/asm/intel-family.h and arch/x86/kernel/cpu/amd.c.
 */
export function nameMicroarchitecture({ vendor, family, model, stepping }: CpuId): string | null {
  if (vendor === 'GenuineIntel' && family === 6) return nameIntel(model, stepping)
  if (vendor === 'AuthenticAMD') return nameAmd(family, model)
  return null
}

const intelModels: ReadonlyMap<number, string> = new Map([
  [63, 'Haswell'],
  [79, 'Broadwell'],
  [106, 'Ice Lake'],
  [143, 'Sapphire Rapids'],
  [173, 'Granite Rapids'],
  [207, 'Emerald Rapids'],
])

/** Three generations share model 85 and differ in their stepping. */
function nameIntel(model: number, stepping: number): string | null {
  if (model !== 85) return intelModels.get(model) ?? null
  if (stepping <= 4) return 'Skylake'
  return stepping <= 7 ? 'Cascade Lake' : 'Cooper Lake'
}

function nameAmd(family: number, model: number): string | null {
  const within = (low: number, high: number) => model >= low && model <= high
  if (family === 23) return model >= 49 ? 'Rome' : null
  if (family === 25 && within(0, 15)) return 'Milan'
  if (family === 25 && (within(16, 31) || within(160, 175))) return 'Genoa'
  return family === 26 ? 'Turin' : null
}

function splitField(line: string): [string, string] {
  const [name = '', ...rest] = line.split(':')
  return [name.trim(), rest.join(':').trim()]
}
