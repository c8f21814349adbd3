import { readFileSync } from 'node:fs'
import { type Problem, UserError } from '../core/errors.ts'

/**
 * The text of a YAML file that the user named.
 *
 * @param kind what the file is, for messages: `scenario`
 * @throws UserError when it cannot be read, or is not UTF-8, such as the UTF-16 that PowerShell writes
 */
export function readText(file: string, kind: string): { readonly bytes: Buffer; readonly text: string } {
  const bytes = readBytes(file, kind)
  try {
    return { bytes, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    throw new UserError({ file, message: 'the file is not UTF-8 text', hint: 'save it as UTF-8' })
  }
}

/** Orders problems as they stand in their file. */
export function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

function readBytes(file: string, kind: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const why = { ENOENT: 'does not exist', EISDIR: 'is a folder', EACCES: 'may not be read' }[code ?? '']
    throw new UserError({
      message: `${kind} ${file} ${why ?? `cannot be read: ${code}`}`,
      hint: 'name a YAML file',
    })
  }
}
