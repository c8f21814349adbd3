import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where runs go unless `--out` says otherwise, in the working directory. */
export const REPORTS_FOLDER = 'reports'

/** Runs are named after their start, so the last by name is the newest. */
export function newestRun(name: string): string | undefined {
  if (!existsSync(REPORTS_FOLDER)) return undefined
  const folders = readdirSync(REPORTS_FOLDER).filter((folder) => isRunOf(folder, name))
  const newest = folders.sort().at(-1)
  return newest && join(REPORTS_FOLDER, newest)
}

function isRunOf(folder: string, name: string): boolean {
  if (!folder.startsWith(`${name}-`)) return false
  return /^\d{8}-\d{6}(-\d+)?$/.test(folder.slice(name.length + 1))
}
