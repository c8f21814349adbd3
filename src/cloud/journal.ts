import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DeploySettings } from '../core/deploy-settings.ts'
import { WorldError } from '../core/errors.ts'
import type { Resource } from './resource.ts'

export const JOURNAL_FILE = 'cloud-journal.jsonl'

/** One line of a journal. Each is on disk before what it tells of is done. */
export type JournalLine =
  | { readonly event: 'run'; readonly run: string; readonly id: string; readonly settings: DeploySettings }
  /** Written before the call that creates it. @see usdPerHour the most it bills, null where a price is missing */
  | ({
      readonly event: 'creating'
      readonly candidate: string
      readonly usdPerHour: string | null
    } & Resource)
  /** Written when no listing shows it any more. */
  | ({ readonly event: 'deleted' } & Resource)
  | ({ readonly event: 'left'; readonly why: string } & Resource)

export interface Journal {
  /** Returns once the line is on disk. @throws WorldError where it cannot be written: then nothing may be created */
  write(line: JournalLine): void
  close(): void
}

/** @param file is appended to, so that a resumed run has one journal */
export function openJournal(file: string, now: () => number): Journal {
  let descriptor: number
  try {
    mkdirSync(dirname(file), { recursive: true })
    descriptor = openSync(file, 'a')
    // The entry in the folder too must outlive a power cut.
    syncFolder(dirname(file))
  } catch (cause) {
    throw unwritable(file, cause)
  }
  return {
    write: (line) => {
      try {
        writeSync(descriptor, `${JSON.stringify({ at: new Date(now()).toISOString(), ...line })}\n`)
        fsyncSync(descriptor)
      } catch (cause) {
        throw unwritable(file, cause)
      }
    },
    close: () => closeSync(descriptor),
  }
}

function unwritable(file: string, cause: unknown): WorldError {
  const hint = 'nothing is created in the cloud that is not written down first'
  return new WorldError(`cannot write ${file}: ${(cause as Error).message}`, { cause, hint })
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** What a journal says exists, or may exist, in which project. */
export interface Standing {
  readonly run: string
  readonly settings: DeploySettings
  readonly resources: readonly (Resource & { readonly usdPerHour: string | null })[]
}

/** @returns undefined where there is no journal, or it does not say whose it is */
export function readJournal(file: string): Standing | undefined {
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n').flatMap(parseLine)
  const head = lines.find((line) => line.event === 'run')
  if (head?.event !== 'run') return undefined
  const standing = new Map<string, Standing['resources'][number]>()
  for (const line of lines) {
    if (line.event === 'creating') {
      const { kind, name, region, usdPerHour } = line
      standing.set(`${kind} ${name}`, { kind, name, region, usdPerHour })
    }
    if (line.event === 'deleted') standing.delete(`${line.kind} ${line.name}`)
  }
  return { run: head.run, settings: head.settings, resources: [...standing.values()] }
}

/** The last line may be torn by a power cut: then what it tells of was not begun. */
function parseLine(text: string): JournalLine[] {
  try {
    return text === '' ? [] : [JSON.parse(text) as JournalLine]
  } catch {
    return []
  }
}
