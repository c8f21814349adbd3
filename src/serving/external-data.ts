import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize } from 'node:path'

/** A key and value of an `external_data` entry, as Protocol Buffers write them: field 1 "location", then field 2. */
const LOCATION = Buffer.from([0x0a, 8, ...Buffer.from('location'), 0x12])

/**
 * Files beside a model that hold some of its tensors, as the model names them, relative to its folder.
 * Looks for the entries' bytes instead of reading the whole graph: a name too many does no harm.
 */
export function externalDataFiles(modelPath: string): string[] {
  const bytes = readFileSync(modelPath)
  const names = new Set<string>()
  for (let at = bytes.indexOf(LOCATION); at >= 0; at = bytes.indexOf(LOCATION, at + 1)) {
    const length = bytes[at + LOCATION.length] ?? 0
    const start = at + LOCATION.length + 1
    // A longer length would take a second byte; no file is called so.
    if (length > 0 && length < 128) names.add(normalize(bytes.toString('utf8', start, start + length)))
  }
  return [...names].filter((name) => !isAbsolute(name) && !name.startsWith('..')).sort()
}

export function besideModel(modelPath: string, name: string): string {
  return join(dirname(modelPath), name)
}
