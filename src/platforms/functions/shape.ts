import type { FunctionsCandidate } from '../../core/candidate.ts'

/** 1st generation: clock in GHz by memory in MiB (Cloud Functions pricing table, 2026-08). */
const GHZ: Readonly<Record<number, number>> = {
  128: 0.2,
  256: 0.4,
  512: 0.8,
  1024: 1.4,
  2048: 2.4,
  4096: 4.8,
  8192: 4.8,
}

/** 2nd generation: vCPUs that a memory comes with unless set (Cloud Run functions docs, 2026-08). */
const VCPUS: readonly (readonly [memoryMib: number, vcpus: number])[] = [
  [128, 0.083],
  [256, 0.167],
  [512, 0.333],
  [1024, 0.583],
  [2048, 1],
  [4096, 2],
  [8192, 2],
  [16384, 4],
  [32768, 8],
]

export const FIRST_GENERATION_MEMORIES = Object.keys(GHZ).map(Number)

export function functionGhz(memoryMib: number): number {
  return GHZ[memoryMib] ?? 4.8
}

export function functionVcpus({
  generation,
  memoryMib,
  vcpus,
}: Pick<FunctionsCandidate, 'generation' | 'memoryMib' | 'vcpus'>): number {
  if (generation === 1) return functionGhz(memoryMib) / 2.4
  return vcpus ?? VCPUS.find(([most]) => memoryMib <= most)?.[1] ?? 8
}
