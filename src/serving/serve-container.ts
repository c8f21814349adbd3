/**
 * Entry of a container that serves one model: the options of `plimsoll serve`, with the model as its argument, in
 * `MODEL_URI`, or, on Vertex AI, in `AIP_STORAGE_URI`. A model in Cloud Storage is fetched first.
 */
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatProblem, UserError, WorldError } from '../core/errors.ts'
import { cloudStorage } from './cloud-storage.ts'
import { fetchModel, isCloudStorageUri } from './fetch-model.ts'
import { requireReadable } from './model-file.ts'
import { nameOf, readServeOptions, SERVE_OPTIONS } from './serve-options.ts'
import { serveUntilSignal } from './serve-until-signal.ts'

// Whoever reads the log may stop.
process.stderr.on('error', () => {})
try {
  await serve(process.argv.slice(2))
  process.exitCode = 0
} catch (error) {
  console.error(describe(error))
  // The codes of the command line: what the user gave, or the world.
  process.exitCode = error instanceof UserError ? 2 : 3
}

async function serve(args: string[]): Promise<void> {
  const options = Object.fromEntries(SERVE_OPTIONS.map((name) => [name, { type: 'string' as const }]))
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const source = positionals[0] || process.env.MODEL_URI || process.env.AIP_STORAGE_URI
  if (source === undefined || source === '') {
    throw new UserError({ message: 'no model: name it as the argument, or set MODEL_URI to its gs:// URI' })
  }
  const fetched = isCloudStorageUri(source)
  const path = fetched
    ? await fetchModel(source, await mkdtemp(join(tmpdir(), 'model-')), cloudStorage())
    : source
  await requireReadable(path)
  const given = new Map(Object.entries(values).map(([name, value]) => [name, String(value)]))
  if (!given.has('name')) given.set('name', nameOf(path))
  await serveUntilSignal(readServeOptions(path, version(), given, process.env), ({ port }) => {
    console.error(`serving ${given.get('name')} on port ${port}`)
  })
}

/** Of the package.json that the container has beside `server/`. */
function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.problems.map(formatProblem).join('\n')
  if (error instanceof WorldError) return `failed: ${error.message}${error.hint ? `\n    ${error.hint}` : ''}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
