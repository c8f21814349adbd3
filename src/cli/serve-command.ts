import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { probeModel } from '../run/probe-model.ts'
import { writeWhole } from '../run/run-store.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import { cloudStorage } from '../serving/cloud-storage.ts'
import { fetchModel, isCloudStorageUri } from '../serving/fetch-model.ts'
import { requireReadable } from '../serving/model-file.ts'
import type { ServeOptions } from '../serving/serve-model.ts'
import { readServeOptions } from '../serving/serve-options.ts'
import { serveUntilSignal } from '../serving/serve-until-signal.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { isScenario, resolveModelArgument } from './model-argument.ts'
import { VERSION } from './version.ts'

/** `plimsoll serve`: a model, or the one of a scenario, over HTTP until SIGTERM or Ctrl-C. */
export async function serveCommand(source: string, { values }: Given): Promise<number> {
  if (isCloudStorageUri(source)) return serveFetched(source, values)
  const path = isScenario(source) ? await openScenario(source, values.get('body')) : openModel(source, values)
  if (path === undefined) return EXIT.ok
  await requireReadable(path)
  return serve(readServeOptions(path, VERSION, values, process.env))
}

function openModel(source: string, values: Given['values']): string {
  if (values.has('body')) {
    throw new UserError({ message: '--body needs a scenario, which says what a request holds', file: source })
  }
  return resolveModelArgument(source)
}

/** The model's path; undefined when that was interrupted. Checks the inputs, and writes the request that runs send. */
async function openScenario(file: string, bodyFile: string | undefined): Promise<string | undefined> {
  const { scenario, source } = readScenario(file)
  try {
    const { body } = await withInterruption((signal) =>
      probeModel(scenario, source.problem.bind(source), signal),
    )
    if (bodyFile !== undefined) writeWhole(bodyFile, body.toString('utf8'))
    return scenario.model.path
  } catch (error) {
    if (error instanceof Interruption) return undefined
    throw error
  }
}

async function serveFetched(uri: string, values: Given['values']): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-model-'))
  try {
    const path = await fetchModel(uri, folder, cloudStorage())
    return await serve(readServeOptions(path, VERSION, values, process.env))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function serve(options: ServeOptions): Promise<number> {
  const { host, modelName, workers, threads, device, predictRoute } = options
  await serveUntilSignal(options, ({ port }) => {
    const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    const where = device === 'cpu' ? '' : ` on ${device}`
    console.error(
      `serving ${modelName} with ${workers} worker(s) of ${threads} thread(s)${where}; Ctrl-C stops it`,
    )
    console.error(`also ${base}/v2/models/${modelName}/infer and ${base}/v1/models/${modelName}:predict`)
    console.log(`${base}${predictRoute}`)
  })
  return EXIT.ok
}
