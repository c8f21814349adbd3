import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { UserError, WorldError } from '../core/errors.ts'
import type { RunRecord } from '../core/run-record.ts'

export const RUN_FILE = 'run.json'

/**
 * The parts without which a saved run says nothing. Loose: what a later version adds is kept.
 */
const RECORD = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  scenario: z.looseObject({
    name: z.string(),
    file: z.string(),
    sha256: z.string(),
    slo: z.looseObject({ latencyMs: z.record(z.string(), z.number()), errorRatio: z.number() }),
    traffic: z.looseObject({ rps: z.number().positive() }),
    load: z.looseObject({ seed: z.number() }),
    assumptions: z.looseObject({ targetUtilization: z.number() }),
    candidates: z.array(z.looseObject({ name: z.string(), platform: z.string(), region: z.string() })),
  }),
  profile: z
    .looseObject({
      startUps: z.array(z.looseObject({})),
      settings: z.array(z.looseObject({ threads: z.number() })),
    })
    .nullable(),
  trials: z.array(z.looseObject({ candidate: z.string(), status: z.string() })),
})

/** Writes the whole record beside its place and moves it there, so that a crash leaves the old one or the new one. */
export function saveRun(folder: string, record: RunRecord): void {
  writeWhole(join(folder, RUN_FILE), `${JSON.stringify(withoutCommands(record), null, 1)}\n`)
}

/** Commands that print what lets requests in may hold a secret themselves: a resumed run reads them from its scenario. */
export function withoutCommands(record: RunRecord): RunRecord {
  const { scenario } = record
  const candidates = scenario.candidates.map((each) => {
    const { auth } = each
    if (auth?.kind !== 'header' || !('command' in auth)) return each
    return { ...each, auth: { ...auth, command: '(not saved)' } }
  })
  return { ...record, scenario: { ...scenario, candidates } }
}

/** Writes a file whole or not at all, and makes its folder. @throws WorldError */
export function writeWhole(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(temporary, content)
    renameSync(temporary, file)
  } catch (cause) {
    if (existsSync(temporary)) rmSync(temporary)
    const { code, message } = cause as NodeJS.ErrnoException
    const hint = code === 'ENOSPC' ? 'the disk is full; what was saved before is still there' : undefined
    throw new WorldError(`cannot write ${file}: ${message}`, { cause, ...(hint ? { hint } : {}) })
  }
}

/** The file that is meant by a saved run's file or its folder. */
export function runFileOf(path: string): string {
  return path.endsWith('.json') ? path : join(path, RUN_FILE)
}

/** @throws UserError when the file is not a saved run */
export function loadRun(file: string): RunRecord {
  const path = runFileOf(file)
  const value = parse(path)
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (typeof version === 'number' && version > 1) {
    throw new UserError({
      file: path,
      message: `saved with schema version ${version}`,
      hint: 'upgrade plimsoll',
    })
  }
  const result = RECORD.safeParse(value)
  if (result.success) return value as RunRecord
  const hint = 'plimsoll run writes these as run.json'
  const other = somethingElse(value)
  if (other) throw new UserError({ file: path, message: `not a saved run: ${other}`, hint })
  throw new UserError(
    result.error.issues.slice(0, 10).map(({ path: field, message }) => ({
      file: path,
      field: field.map(String).join('.'),
      message: `not a saved run: ${message}`,
      hint,
    })),
  )
}

/** Parts of a run that another file may have too. */
const ALIKE = 3

/** Of what is no damaged run but something else, what it is; listing its every fault would help nobody. */
function somethingElse(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `it holds ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}`
  }
  const parts = Object.keys(RECORD.shape)
  const missing = parts.filter((part) => !(part in value))
  return parts.length - missing.length <= ALIKE ? `it has no ${missing.join(', ')}` : undefined
}

/** Moves a run that is already in the folder aside, under its own id. Returns the new name, if there was one. */
export function setAside(folder: string): string | undefined {
  const file = join(folder, RUN_FILE)
  if (!existsSync(file)) return undefined
  let stem = `run-before-${new Date().toISOString().replace(/[:.]/g, '-')}`
  try {
    stem = `run-${loadRun(file).id}`
  } catch {
    // Not one of ours: kept all the same.
  }
  let name = `${stem}.json`
  for (let count = 2; existsSync(join(folder, name)); count++) name = `${stem}-${count}.json`
  renameSync(file, join(folder, name))
  return name
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  ENOTDIR: 'is neither a run.json nor a folder that holds one',
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = (code && (UNREADABLE[code] ?? `cannot be read: ${code}`)) ?? `is not JSON: ${message}`
    throw new UserError({ file: path, message: why, hint: 'name a run.json, or the folder that holds one' })
  }
}
