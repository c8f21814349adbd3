import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { ModelFacts } from '../core/measurement.ts'
import type { LocalServer } from './local-server.ts'

/** The model's file and its inputs and outputs. External data files are not part of the sum. */
export async function describeModel(path: string, facts: LocalServer['facts']): Promise<ModelFacts> {
  const hash = createHash('sha256')
  const file = createReadStream(path)
  await pipeline(file, hash)
  return { sha256: hash.digest('hex'), bytes: file.bytesRead, inputs: facts.inputs, outputs: facts.outputs }
}
