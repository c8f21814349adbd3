import type { PartialProfile, RunRecord } from '../core/run-record.ts'

/** What of two runs may differ when it is that which is judged. The machine and the question never may. */
export const CHANGEABLE = ['model', 'candidates', 'runtime'] as const
export type Changeable = (typeof CHANGEABLE)[number]

export interface Difference {
  readonly what: Changeable | 'machine' | 'settings'
  readonly field: string
  readonly base: string
  readonly head: string
}

/** Everything in which two runs differ and that would be judged along with the change. */
export function findDifferences(base: RunRecord, head: RunRecord): Difference[] {
  const pairs: [Difference['what'], string, (record: RunRecord) => unknown][] = [
    ['settings', 'slo', ({ scenario }) => scenario.slo],
    ['settings', 'traffic', ({ scenario }) => scenario.traffic],
    ['settings', 'load', ({ scenario }) => scenario.load],
    ['settings', 'assumptions', ({ scenario }) => scenario.assumptions],
    ['settings', 'model.encoding', ({ scenario }) => scenario.model?.encoding],
    ['settings', 'model.inputs', ({ scenario }) => scenario.model?.inputs],
    ['candidates', 'candidates', ({ scenario }) => scenario.candidates.map(({ name }) => name).sort()],
    ['model', 'model', ({ profile }) => profile?.model?.sha256],
    ['machine', 'machine', ({ profile }) => machineOf(profile)],
    ['runtime', 'runtime', ({ profile }) => runtimeOf(profile)],
  ]
  return pairs.flatMap(([what, field, of]) =>
    leaves(field, of(base), of(head)).map((leaf) => ({ what, ...leaf })),
  )
}

/** Not the memory, which differs by what else runs, nor the kernel's release. */
function machineOf(profile: PartialProfile | null) {
  if (!profile) return null
  const { cpuModel, cores, os } = profile.host
  return { cpuModel, cores, os: os?.split(' ')[0] }
}

function runtimeOf(profile: PartialProfile | null) {
  return profile ? { onnxruntime: profile.host.onnxruntime, node: profile.host.node } : null
}

/** The fields within two values that differ, by their dotted paths; lists are compared as wholes. */
function leaves(field: string, base: unknown, head: unknown): Omit<Difference, 'what'>[] {
  if (isRecord(base) && isRecord(head)) {
    const names = [...new Set([...Object.keys(base), ...Object.keys(head)])]
    return names.flatMap((name) => leaves(`${field}.${name}`, base[name], head[name]))
  }
  const [before, after] = [word(base), word(head)]
  if (before === after) return []
  if (Array.isArray(base) && Array.isArray(head)) return [listDifference(field, base, head)]
  return [{ field, base: before, head: after }]
}

/** Of long lists only what is in one of them. */
function listDifference(field: string, base: readonly unknown[], head: readonly unknown[]) {
  const [before, after] = [base.map(word), head.map(word)]
  const only = (list: readonly string[], other: readonly string[]) => {
    const extra = list.filter((each) => !other.includes(each))
    return extra.length > 0 ? extra.join(', ') : 'nothing else'
  }
  return { field, base: only(before, after), head: only(after, before) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function word(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
