import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { GateResult } from '../gate/gate-result.ts'

/** Where runs go unless `--out` says otherwise, in the working directory. */
export const REPORTS_FOLDER = 'reports'
/** As `run-store.ts` names it, which takes too long to load before the first frame. */
const RUN_FILE = 'run.json'
/** More than this nobody goes through key by key. */
const MOST_RUNS = 50

/** Saved runs beneath `reports/` and in this folder, the newest first: by when they were last written. */
export function findRuns(): string[] {
  const files = [RUN_FILE, ...reportsFolders().map((folder) => join(folder, RUN_FILE))].filter((file) =>
    existsSync(file),
  )
  return files
    .map((file) => ({ file, writtenAt: statSync(file).mtimeMs }))
    .sort((a, b) => b.writtenAt - a.writtenAt)
    .slice(0, MOST_RUNS)
    .map(({ file }) => file)
}

/** The folder of the newest run of a scenario. Runs are named after their start, so the last by name is the newest. */
export function newestRunOf(scenario: string): string | undefined {
  return reportsFolders()
    .filter((folder) => isRunOf(basename(folder), scenario))
    .sort()
    .at(-1)
}

function isRunOf(name: string, scenario: string): boolean {
  return name.startsWith(`${scenario}-`) && /^\d{8}-\d{6}(-\d+)?$/.test(name.slice(scenario.length + 1))
}

function reportsFolders(): string[] {
  return existsSync(REPORTS_FOLDER)
    ? readdirSync(REPORTS_FOLDER).map((name) => join(REPORTS_FOLDER, name))
    : []
}

/** @throws UserError when there is no run to explore */
export function newestRun(): string {
  const [newest] = findRuns()
  if (newest !== undefined) return newest
  throw new UserError({
    message: `there is no saved run in ${REPORTS_FOLDER}/ here`,
    hint: 'plimsoll run scenarios/quickstart.yaml makes one; or name a run.json',
  })
}

/**
 * The gate result that was named, else the `gate.json` beside the run or in this folder; null where there is none.
 * @throws UserError when the one that was named is no gate result
 */
export function findGate(
  named: string | undefined,
  runFile: string,
): { file: string; result: GateResult } | null {
  if (named !== undefined) return { file: named, result: readGate(named) }
  const found = [join(dirname(runFile), 'gate.json'), 'gate.json'].find((file) => existsSync(file))
  try {
    return found === undefined ? null : { file: found, result: readGate(found) }
  } catch {
    return null // Some other gate.json: it was not asked for.
  }
}

function readGate(file: string): GateResult {
  let value: Partial<GateResult> | undefined
  try {
    value = JSON.parse(readFileSync(file, 'utf8')) as Partial<GateResult>
  } catch (error) {
    throw new UserError({
      file,
      message: `cannot be read: ${(error as Error).message}`,
      hint: 'plimsoll gate --report gate.json writes one',
    })
  }
  const isGate = value?.schemaVersion === 1 && Array.isArray(value.judgements) && Array.isArray(value.summary)
  if (isGate) return value as GateResult
  throw new UserError({
    file,
    message: 'is not a gate result',
    hint: 'plimsoll gate --report gate.json writes one',
  })
}
