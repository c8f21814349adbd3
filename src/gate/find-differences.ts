import type { PartialProfile, RunRecord } from '../core/run-record.ts'
import type { Scenario } from '../core/scenario.ts'

/** What of two runs may differ when it is that which is judged. The machine and the question never may. */
export const CHANGEABLE = ['model', 'candidates', 'runtime'] as const
export type Changeable = (typeof CHANGEABLE)[number]

export interface Difference {
  readonly what: Changeable | 'machine' | 'settings'
  readonly field: string
  readonly base: string
  readonly head: string
  /** Of a list all of it; `base` and `head` have what only one of the two has. */
  readonly lists?: { readonly base: readonly string[]; readonly head: readonly string[] }
}

type Compared<T> = readonly [what: Difference['what'], field: string, of: (from: T) => unknown]

const OF_SCENARIOS: readonly Compared<Scenario>[] = [
  ['settings', 'slo', ({ slo }) => slo],
  ['settings', 'traffic', ({ traffic }) => traffic],
  ['settings', 'load', ({ load }) => load],
  ['settings', 'assumptions', ({ assumptions }) => assumptions],
  ['settings', 'model.encoding', ({ model }) => model?.encoding],
  ['settings', 'model.inputs', ({ model }) => model?.inputs],
  ['settings', 'model.maxAccuracyLoss', ({ model }) => model?.maxAccuracyLoss],
  ['candidates', 'candidates', ({ candidates }) => candidates.map(({ name }) => name).sort()],
]
const OF_RUNS: readonly Compared<RunRecord>[] = [
  ['model', 'model', ({ profile }) => profile?.model?.sha256],
  ['model', 'variants', filesOf],
  ['machine', 'machine', ({ profile }) => machineOf(profile)],
  ['runtime', 'runtime', ({ profile }) => runtimeOf(profile)],
]

/** Everything in which two runs differ and that would be judged along with the change. */
export function findDifferences(base: RunRecord, head: RunRecord): Difference[] {
  return [...findScenarioDifferences(base.scenario, head.scenario), ...differencesIn(OF_RUNS, base, head)]
}

/** What of it is known before a run is made. */
export function findScenarioDifferences(base: Scenario, head: Scenario): Difference[] {
  return differencesIn(OF_SCENARIOS, base, head)
}

function differencesIn<T>(compared: readonly Compared<T>[], base: T, head: T): Difference[] {
  return compared.flatMap(([what, field, of]) =>
    leaves(field, of(base), of(head)).map((leaf) => ({ what, ...leaf })),
  )
}

/** Variants that are files of the user's own: what is built from the model differs with it, and with the runtime. */
function filesOf({ scenario, variants }: RunRecord) {
  const own = (scenario.model?.variants ?? []).flatMap((source) =>
    source.path === undefined ? [] : source.name,
  )
  const known = (variants ?? []).filter(({ facts }) => own.includes(facts.name))
  return Object.fromEntries(known.map(({ facts }) => [facts.name, facts.sha256]))
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

function listDifference(field: string, base: readonly unknown[], head: readonly unknown[]) {
  const [before, after] = [base.map(word), head.map(word)]
  const lists = { base: before, head: after }
  return { field, base: withoutCommon(before, [after]), head: withoutCommon(after, [before]), lists }
}

/** Of long lists only what not every other one has too. */
export function withoutCommon(list: readonly string[], others: readonly (readonly string[])[]): string {
  const extra = list.filter((each) => others.some((other) => !other.includes(each)))
  return extra.length > 0 ? extra.join(', ') : 'nothing else'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function word(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
