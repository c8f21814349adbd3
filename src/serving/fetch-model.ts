import { isAbsolute, join, relative } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { ObjectStore } from './cloud-storage.ts'
import { externalDataFiles } from './external-data.ts'

/**
 * Fetches a model from Cloud Storage into a folder: `gs://bucket/path/model.onnx` with the external data files that it
 * names, or `gs://bucket/path/` with everything below it.
 *
 * @returns path of the ONNX file
 */
export async function fetchModel(uri: string, folder: string, store: ObjectStore): Promise<string> {
  const { bucket, name } = parseUri(uri)
  if (!name.endsWith('.onnx')) return fetchFolder(uri, folder, store)
  const base = name.slice(0, name.lastIndexOf('/') + 1)
  const path = placeIn(folder, name.slice(base.length), uri)
  await store.download(bucket, name, path)
  for (const file of externalDataFiles(path)) {
    await store.download(bucket, `${base}${file}`, placeIn(folder, file, uri))
  }
  return path
}

async function fetchFolder(uri: string, folder: string, store: ObjectStore): Promise<string> {
  const { bucket, name } = parseUri(uri)
  const prefix = name === '' || name.endsWith('/') ? name : `${name}/`
  const names = (await store.list(bucket, prefix)).filter((each) => !each.endsWith('/'))
  const model = chooseModel(
    uri,
    names.filter((each) => each.endsWith('.onnx')),
  )
  if (model === undefined) throw notThere(uri)
  for (const each of names)
    await store.download(bucket, each, placeIn(folder, each.slice(prefix.length), uri))
  return placeIn(folder, model.slice(prefix.length), uri)
}

export function isCloudStorageUri(text: string): boolean {
  return text.startsWith('gs://')
}

function parseUri(uri: string): { readonly bucket: string; readonly name: string } {
  const match = /^gs:\/\/([^/]+)(?:\/(.*))?$/.exec(uri)
  if (match) return { bucket: match[1] ?? '', name: match[2] ?? '' }
  throw new UserError({ message: `${uri} is no gs://bucket/path of Cloud Storage` })
}

/** Of several, the one that is named as one expects. */
function chooseModel(uri: string, models: readonly string[]): string | undefined {
  if (models.length <= 1) return models[0]
  const named = models.find((each) => each === 'model.onnx' || each.endsWith('/model.onnx'))
  if (named !== undefined) return named
  throw new UserError({
    message: `${uri} has ${models.length} .onnx files`,
    hint: 'name one: gs://bucket/path/model.onnx',
  })
}

function notThere(uri: string): UserError {
  return new UserError({
    message: `there is no ONNX model at ${uri}`,
    hint: 'gcloud storage ls shows what is there',
  })
}

/** An object may be called `../../etc/passwd`. */
function placeIn(folder: string, name: string, uri: string): string {
  const path = join(folder, name)
  const inside = relative(folder, path)
  if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return path
  throw new UserError({ message: `${uri} has an object called ${name}, which is no name of a file` })
}
