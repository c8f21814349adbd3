import type { BestSettings, Verdict } from '../core/advice.ts'
import type { Candidate } from '../core/candidate.ts'

/** Of candidates that differ in settings only (concurrency, replica bounds, threads, batches, billing), the best ranked. */
export function bestSettings(verdicts: readonly Verdict[]): BestSettings[] {
  const families = new Map<string, Verdict[]>()
  for (const verdict of verdicts) {
    if (verdict.usdPerMonth === null) continue
    const family = familyOf(verdict.candidate)
    families.set(family, [...(families.get(family) ?? []), verdict])
  }
  return [...families].flatMap(([of, members]) => {
    const [best] = members
    if (!best || members.length < 2 || best.outcome !== 'meets') return []
    return [{ of, best: best.candidate.name, among: members.map(({ candidate }) => candidate.name) }]
  })
}

function familyOf(candidate: Candidate): string {
  const gpu = candidate.accelerator ? ` +${candidate.accelerator.count} ${candidate.accelerator.type}` : ''
  const bought = 'purchase' in candidate && candidate.purchase ? ` ${candidate.purchase}` : ''
  return `${candidate.platform} ${shapeOf(candidate)}${gpu}${bought} ${candidate.region}`
}

function shapeOf(candidate: Candidate): string {
  switch (candidate.platform) {
    case 'vertex':
      return candidate.machineType
    case 'gce':
      return `${candidate.kind} ${candidate.machineType}`
    case 'cloud-run':
      return `${candidate.vcpus} vCPU ${candidate.memoryGib} GiB`
    case 'functions':
      return `gen${candidate.generation} ${candidate.memoryMib} MiB${candidate.vcpus === undefined ? '' : ` ${candidate.vcpus} vCPU`}`
  }
}
