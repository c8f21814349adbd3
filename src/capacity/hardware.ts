import type { HostFacts } from '../core/measurement.ts'
import { between, type Estimate, inverse, product } from '../core/operation.ts'

/**
 * Published speed of processors, for predicting service times on hardware that is not at hand. CoreMark stands for
 * clock and instructions per clock, the width of the vector units for what inference gains beyond that; the two
 * disagree, and the spread of every estimate here says by how much.
 */
interface CpuSpeed {
  /** CoreMark of one vCPU with all vCPUs of the machine busy. */
  readonly coreMark: Estimate
  /** Single-precision operations per clock of a whole core, from its vector units. */
  readonly flopsPerClock: Estimate
}

const exactly = (value: number): Estimate => ({ value, spread: 1.02 })
const SAME: Estimate = { value: 1, spread: 1 }
const AVX2 = exactly(32)
const AVX512 = exactly(64)
const AVX2_OR_512 = between(32, 64)

const N1: CpuSpeed = { coreMark: exactly(13_001), flopsPerClock: AVX2_OR_512 }

// CoreMark: Google's table for Compute Engine (cloud.google.com/compute/docs/benchmarks-linux, 2024-06), mean over
// the standard types with 4 to 32 vCPUs. Vector units: the public micro-architecture of the CPUs that Google names
// for each series (cloud.google.com/compute/docs/cpu-platforms).
const SERIES: Readonly<Record<string, CpuSpeed>> = {
  e2: { coreMark: between(13_015, 15_500), flopsPerClock: AVX2_OR_512 },
  n1: N1,
  n2: { coreMark: exactly(17_164), flopsPerClock: AVX512 },
  n2d: { coreMark: exactly(20_337), flopsPerClock: AVX2 },
  n4: { coreMark: exactly(22_016), flopsPerClock: AVX512 },
  c2: { coreMark: exactly(18_163), flopsPerClock: AVX512 },
  c2d: { coreMark: exactly(22_071), flopsPerClock: AVX2 },
  c3: { coreMark: exactly(20_075), flopsPerClock: AVX512 },
  c3d: { coreMark: exactly(23_614), flopsPerClock: AVX2_OR_512 },
  // Not in the table: between N4 (the same Emerald Rapids) and its newer generation.
  c4: { coreMark: between(22_016, 30_000), flopsPerClock: AVX512 },
  t2d: { coreMark: exactly(29_743), flopsPerClock: AVX2 },
  g2: { coreMark: exactly(13_981), flopsPerClock: AVX512 },
  a2: { coreMark: between(13_478, 14_995), flopsPerClock: AVX512 },
  // Not in the table: the host has C3's processor.
  a3: { coreMark: between(18_000, 21_000), flopsPerClock: AVX512 },
  // Serverless platforms do not say what they run on: anything from E2 to N2.
  serverless: { coreMark: between(12_000, 18_500), flopsPerClock: AVX2_OR_512 },
}

/** The series whose CoreMark is that of a micro-architecture. */
const SERIES_OF: Readonly<Record<string, string>> = {
  Haswell: 'n1',
  Broadwell: 'n1',
  Skylake: 'n1',
  'Cascade Lake': 'n2',
  'Ice Lake': 'n2',
  'Sapphire Rapids': 'c3',
  'Emerald Rapids': 'n4',
  Rome: 'n2d',
  Milan: 'c2d',
  Genoa: 'c3d',
}

/**
 * What a thread gains when its core's other hyper-thread is idle: n1-standard-1 scores 20,060 where each vCPU of
 * n1-standard-2 scores 13,146 (the same CoreMark table).
 */
const ALONE_ON_CORE = 20_060 / 13_146

/** Series whose vCPU is a whole core already. */
const WHOLE_CORE = new Set(['t2d'])

/** What a series' vCPU gains on average from idle neighbours, anywhere between none and all of it. */
function idleNeighbours(series: string): Estimate {
  return WHOLE_CORE.has(series) ? exactly(1) : between(1, ALONE_ON_CORE)
}

/** CoreMark per MHz of Genoa, the best in the table. */
const GENOA_PER_MHZ = 23_614 / 3450

/**
 * A processor that is not in the table: one that is known to be newer does between as much per clock as Genoa and a
 * third more; one that is not known at all, down to half of that. The clock that systems report is the nominal one.
 */
function unlistedHost({ mhz, simd, microarchitecture }: HostFacts): CpuSpeed {
  const least = microarchitecture === null ? 0.55 : 1
  const perMhz = between(GENOA_PER_MHZ * least, GENOA_PER_MHZ * 1.35)
  const clockMhz = between(Math.max(mhz, 2000), Math.max(mhz, 2000) * 1.5)
  const vectors = simd.includes('avx512f') ? AVX512 : microarchitecture === null ? between(16, 32) : AVX2
  return { coreMark: product(perMhz, clockMhz), flopsPerClock: vectors }
}

/** One core of this machine whose other hyper-thread was idle when the profile was made. */
function localCore(host: HostFacts): CpuSpeed {
  const { coreMark, flopsPerClock } = hostSpeed(host)
  return { coreMark: product(coreMark, exactly(ALONE_ON_CORE)), flopsPerClock }
}

function hostSpeed(host: HostFacts): CpuSpeed {
  const series = SERIES[SERIES_OF[host.microarchitecture ?? ''] ?? '']
  if (!series) return unlistedHost(host)
  // A cloud's clock or a desktop's: the same design runs up to a quarter faster or slower than Google's.
  return { ...series, coreMark: product(series.coreMark, { value: 1, spread: 1.25 }) }
}

/** Whatever else differs between two servers: memory, caches, versions of the runtime. */
const OTHER: Estimate = { value: 1, spread: 1.2 }

/**
 * Speed of one vCPU of `series` as a multiple of one core of this machine, whose other hyper-thread was idle when
 * the profile was made.
 */
export function cpuSpeedup(
  series: string,
  host: HostFacts,
  n1VcpuPerLocalCore?: number,
  arithmetic?: 'int8',
): Estimate {
  const target = SERIES[series]
  if (!target) throw new Error(`no published speed for ${series}`)
  const int8 = arithmetic === 'int8' ? int8Ratio(series, host) : SAME
  // What the user measured holds whatever its neighbours did.
  if (n1VcpuPerLocalCore !== undefined) {
    return product({ value: n1VcpuPerLocalCore, spread: 1.05 }, speedRatio(target, N1), int8)
  }
  return product(speedRatio(target, localCore(host)), idleNeighbours(series), OTHER, int8)
}

/**
 * What int8 gains over float32 by the units of a CPU: 2.2 to 2.8 with VNNI for ResNet-50 and MobileNet on one core
 * (Paddle, 1e9b1d50360c), 4 to 11 with AMX by the ratio of MLPerf's ResNet-50 on Xeon 8480+ to that on 8380, v3.0 to
 * v1.1, which is 3.5 times per core; with AVX2 alone twice the lanes, less what unpacking takes.
 */
const INT8_GAIN = { avx2: between(1.1, 2), vnni: between(2.2, 4), amx: between(4, 11) } as const

type Int8Units = keyof typeof INT8_GAIN

/** Of the CPUs that Google names for each series; where it may be one of several, the units that all have to most. */
const INT8_UNITS: Readonly<Record<string, readonly [least: Int8Units, most: Int8Units]>> = {
  e2: ['avx2', 'vnni'],
  n1: ['avx2', 'avx2'],
  n2: ['vnni', 'vnni'],
  n2d: ['avx2', 'avx2'],
  n4: ['amx', 'amx'],
  c2: ['vnni', 'vnni'],
  c2d: ['avx2', 'avx2'],
  c3: ['amx', 'amx'],
  c3d: ['vnni', 'vnni'],
  c4: ['amx', 'amx'],
  t2d: ['avx2', 'avx2'],
  g2: ['vnni', 'vnni'],
  a2: ['vnni', 'vnni'],
  a3: ['amx', 'amx'],
  serverless: ['avx2', 'vnni'],
}

/** How much more int8 gains on a series than on this machine: from nothing to all of it, as little of a model is int8. */
function int8Ratio(series: string, { simd }: HostFacts): Estimate {
  const [least, most] = INT8_UNITS[series] ?? ['avx2', 'avx2']
  const here = simd.includes('amx_int8') ? 'amx' : simd.includes('avx512_vnni') ? 'vnni' : 'avx2'
  if (least === here && most === here) return SAME
  const ends = [least, most].map((units) => INT8_GAIN[units].value / INT8_GAIN[here].value)
  return between(Math.min(1, ...ends), Math.max(1, ...ends))
}

/** Half of the gain of wider vectors, as a rule: the other half is lost to memory and to what is not a convolution. */
function speedRatio(fast: CpuSpeed, slow: CpuSpeed): Estimate {
  if (fast === slow) return { value: 1, spread: 1 }
  const lanes = product(fast.flopsPerClock, inverse(slow.flopsPerClock))
  const gain = {
    value: Math.sqrt(lanes.value),
    spread: Math.max(Math.sqrt(lanes.value), Math.sqrt(1 / lanes.value)),
  }
  const vector = { value: gain.value, spread: Math.max(gain.spread, Math.sqrt(lanes.spread)) }
  return product(fast.coreMark, inverse(slow.coreMark), vector)
}

// Batch 1, ResNet-50: a GPU's latency against one core of a Xeon 6271 (Cascade Lake, turbo off), 86.7 ms with Paddle
// 1.3 and about 58 ms with the oneDNN of Paddle 2.0 (PaddlePaddle README, commit 1e9b1d50360c). T4 3.0 to 12.96 ms,
// V100 2.84 to 12.78 ms, A100 0.7 to 7.86 ms over PyTorch, TensorFlow, MXNet, Paddle and TensorRT
// (NVIDIA DeepLearningExamples, 729963dd47e7). L4 is 2.4 times a T4 in MLPerf SingleStream (0.33 and 0.82 ms).
const GPU_OVER_CASCADE_LAKE_CORE: Readonly<Record<string, Estimate>> = {
  'nvidia-tesla-t4': between(58 / 12.96, 86.7 / 3.0),
  'nvidia-l4': product(between(58 / 12.96, 86.7 / 3.0), { value: 2, spread: 1.25 }),
  'nvidia-tesla-v100': between(58 / 12.78, 86.7 / 2.84),
  'nvidia-tesla-a100': between(58 / 7.86, 86.7 / 0.7),
  'nvidia-a100-80gb': between(58 / 7.86, 86.7 / 0.7),
  // By the ratio of their single-precision rate (P4, P100 to T4) or memory bandwidth (H100 to A100).
  'nvidia-tesla-p4': product(between(58 / 12.96, 86.7 / 3.0), { value: 5.44 / 8.1, spread: 1.3 }),
  'nvidia-tesla-p100': product(between(58 / 12.96, 86.7 / 3.0), { value: 9.3 / 8.1, spread: 1.5 }),
  'nvidia-h100-80gb': product(between(58 / 7.86, 86.7 / 0.7), { value: 3350 / 2039, spread: 1.3 }),
}

/** The Xeon 6271 of those figures: N2's CoreMark per clock at its 2.6 GHz, a thread alone on its core. */
const CASCADE_LAKE_CORE: CpuSpeed = {
  coreMark: { value: (17_164 / 3.4) * 2.6 * ALONE_ON_CORE, spread: 1.1 },
  flopsPerClock: AVX512,
}

/** Other models than ResNet-50 keep a GPU less busy, or more. */
const OTHER_MODEL: Estimate = { value: 1, spread: 1.6 }

/** Least time of an inference on a GPU: kernels are launched one after the other, ms. */
export const GPU_FLOOR_MS: Estimate = between(0.3, 2)

/** Speed of a GPU at batch 1 as a multiple of one core of this machine. */
export function gpuSpeedup(accelerator: string, host: HostFacts, n1VcpuPerLocalCore?: number): Estimate {
  const gpu = GPU_OVER_CASCADE_LAKE_CORE[accelerator]
  if (!gpu) throw new Error(`no published speed for ${accelerator}`)
  const core =
    n1VcpuPerLocalCore === undefined
      ? speedRatio(CASCADE_LAKE_CORE, localCore(host))
      : product({ value: n1VcpuPerLocalCore, spread: 1.05 }, speedRatio(CASCADE_LAKE_CORE, N1))
  return product(gpu, core, OTHER_MODEL)
}
