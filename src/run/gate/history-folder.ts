import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { HistoryEntry } from '../../gate/gate-result.ts'
import { writeWhole } from '../run-store.ts'

const ENTRY = z.looseObject({
  schemaVersion: z.literal(1),
  at: z.iso.datetime(),
  head: z.string(),
  commit: z.string().optional(),
  series: z.string(),
  figures: z.record(z.string(), z.number()),
  units: z.record(z.string(), z.string()).optional(),
})

/** Every entry of a history, oldest first; none where the folder does not exist. @throws UserError naming each bad file */
export function readHistory(folder: string): HistoryEntry[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const read = files.map((name) => readEntry(join(folder, name)))
  const problems = read.flatMap((entry) => (typeof entry === 'string' ? [entry] : []))
  if (problems.length > 0) {
    throw new UserError(
      problems.map((file) => ({
        file,
        message: 'is no entry of a history',
        hint: 'remove it, or upgrade plimsoll',
      })),
    )
  }
  const entries = read.filter((entry) => typeof entry !== 'string')
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

/** Adds an entry as a file of its own, so that branches merge without conflict. Returns its path. */
export function appendHistory(folder: string, entry: HistoryEntry): string {
  const stem = entry.at.replace(/\.\d+Z$/, 'Z').replaceAll(':', '-')
  let file = join(folder, `${stem}.json`)
  for (let count = 2; existsSync(file); count++) file = join(folder, `${stem}-${count}.json`)
  writeWhole(file, `${JSON.stringify(entry, null, 1)}\n`)
  return file
}

/** The commit of the work tree around a folder, with `-dirty` where its files differ; undefined where git knows none. */
export function commitAround(folder: string): string | undefined {
  mkdirSync(folder, { recursive: true })
  const command = ['describe', '--always', '--dirty', '--exclude=*']
  const { status, stdout } = spawnSync('git', command, { cwd: folder, encoding: 'utf8', timeout: 10_000 })
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
}

/** The entry, or the path of a file that holds none. */
function readEntry(file: string): HistoryEntry | string {
  try {
    const result = ENTRY.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return result.success ? result.data : file
  } catch {
    return file
  }
}
