import { failureOf } from '../call-error.ts'
import type { Cloud } from '../cloud.ts'
import type { FoundResource, Resource, ResourceKind, Search } from '../resource.ts'
import { NAME_PREFIX, runOfName } from '../run-labels.ts'
import { BUNDLE_KIND, bucketOf, objectName, parseObjectName } from './names.ts'

/** The source of a function in Cloud Storage. Labels are for buckets, so its name says whose it is. */
export const bundleKind: ResourceKind = {
  kind: BUNDLE_KIND,
  title: 'source of a function in Cloud Storage',
  delete: async ({ name }, cloud) => {
    try {
      await cloud.rest('storage', { method: 'DELETE', path: pathOf(name) })
    } catch (error) {
      if (failureOf(error) !== 'not-found') throw error
    }
  },
  find: async (search, cloud) => {
    if (search.regions !== undefined && !search.regions.includes('global')) return []
    const buckets = await bucketsOf(search, cloud)
    const found = await Promise.all(buckets.map((bucket) => findIn(bucket, search, cloud)))
    return found.flat()
  },
  describe: async (resource, cloud) => {
    try {
      await cloud.rest('storage', { method: 'GET', path: pathOf(resource.name) })
      return foundBundle(resource.name)
    } catch (error) {
      if (failureOf(error) === 'not-found') return null
      throw error
    }
  },
}

/** Uploads it; one that is there already is not replaced. */
export async function uploadBundle({ name }: Resource, zip: Buffer, cloud: Cloud): Promise<void> {
  const { bucket, object } = parseObjectName(name)
  await cloud.rest('storage', {
    method: 'POST',
    path: `/upload/storage/v1/b/${bucket}/o`,
    query: { uploadType: 'media', name: object, ifGenerationMatch: '0' },
    body: zip,
    contentType: 'application/zip',
  })
}

/** Those of the model's files for a run of ours; for all runs every one in the project, since other scenarios name others. */
async function bucketsOf({ run }: Search, cloud: Cloud): Promise<string[]> {
  const { modelUri, variants = {} } = cloud.settings
  const uris = [modelUri, ...Object.values(variants).map((place) => place.modelUri)]
  const own = uris.flatMap((uri) => bucketOf(uri) ?? [])
  if (run !== undefined && own.length > 0) return [...new Set(own)]
  const all = await pages<{ readonly name: string }>(cloud, '/storage/v1/b', { project: cloud.project })
  return [...new Set([...own, ...all.map(({ name }) => name)])]
}

async function findIn(bucket: string, { run }: Search, cloud: Cloud): Promise<FoundResource[]> {
  const prefix = run === undefined ? `${NAME_PREFIX}-` : `${NAME_PREFIX}-${run}-`
  const objects = await pages<{ readonly name: string }>(cloud, `/storage/v1/b/${bucket}/o`, { prefix })
  return objects.flatMap(({ name }) => foundBundle(objectName({ bucket, object: name })) ?? [])
}

function foundBundle(name: string): FoundResource | null {
  const run = runOfName(name)
  if (run === undefined || !name.endsWith('.zip')) return null
  // Some hundred KiB: no cent in a year.
  return { kind: BUNDLE_KIND, name, region: 'global', run, expiresS: null, hourly: { least: [], most: [] } }
}

async function pages<T>(cloud: Cloud, path: string, query: Readonly<Record<string, string>>): Promise<T[]> {
  const found: T[] = []
  for (let pageToken = ''; ; ) {
    const page = (await cloud.rest('storage', {
      method: 'GET',
      path,
      query: { ...query, ...(pageToken && { pageToken }) },
    })) as { readonly items?: readonly T[]; readonly nextPageToken?: string }
    found.push(...(page.items ?? []))
    pageToken = page.nextPageToken ?? ''
    if (pageToken === '') return found
  }
}

function pathOf(name: string): string {
  const { bucket, object } = parseObjectName(name)
  return `/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`
}
