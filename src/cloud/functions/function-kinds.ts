import type { protos } from '@google-cloud/functions'
import { failureOf } from '../call-error.ts'
import type { Cloud } from '../cloud.ts'
import { settleDeletion } from '../pending.ts'
import type { FoundResource, Resource, ResourceKind, Search } from '../resource.ts'
import { readLabels } from '../run-labels.ts'
import { firstClient, secondClient } from './clients.ts'
import { FIRST_GENERATION_KIND, SECOND_GENERATION_KIND } from './names.ts'
import { type FunctionShape, hourlyOf } from './shape.ts'

type SecondGeneration = protos.google.cloud.functions.v2.IFunction
type FirstGeneration = protos.google.cloud.functions.v1.ICloudFunction

/** Instances at most where a function does not say (Cloud Run docs, 2026-08). */
const DEFAULT_MAX = 100

export const secondGenerationKind: ResourceKind = {
  kind: SECOND_GENERATION_KIND,
  title: 'Cloud Function (2nd generation)',
  delete: ({ name }, cloud) =>
    removeFunction(name, cloud, async () => {
      const [operation] = await (await secondClient(cloud)).deleteFunction({ name }, cloud.callOptions)
      return operation
    }),
  find: (search, cloud) =>
    findFunctions(search, cloud, foundSecond, async (request) => {
      const client = await secondClient(cloud)
      return (await client.listFunctions(request, onePage(cloud)))[2]
    }),
  describe: ({ name }, cloud) =>
    unlessMissing(async () => {
      const client = await secondClient(cloud)
      return foundSecond((await client.getFunction({ name }, cloud.callOptions))[0])
    }),
}

export const firstGenerationKind: ResourceKind = {
  kind: FIRST_GENERATION_KIND,
  title: 'Cloud Function (1st generation)',
  delete: ({ name }, cloud) =>
    removeFunction(name, cloud, async () => {
      const [operation] = await (await firstClient(cloud)).deleteFunction({ name }, cloud.callOptions)
      return operation
    }),
  find: (search, cloud) =>
    findFunctions(search, cloud, foundFirst, async (request) => {
      const client = await firstClient(cloud)
      return (await client.listFunctions(request, onePage(cloud)))[2]
    }),
  describe: ({ name }, cloud) =>
    unlessMissing(async () => {
      const client = await firstClient(cloud)
      return foundFirst((await client.getFunction({ name }, cloud.callOptions))[0])
    }),
}

async function removeFunction(name: string, cloud: Cloud, remove: () => Promise<object>): Promise<void> {
  try {
    await settleDeletion(cloud, await remove(), name)
  } catch (error) {
    if (failureOf(error) !== 'not-found') throw error
  }
}

async function unlessMissing(look: () => Promise<FoundResource | undefined>): Promise<FoundResource | null> {
  try {
    return (await look()) ?? null
  } catch (error) {
    if (failureOf(error) === 'not-found') return null
    throw error
  }
}

function onePage({ callOptions }: Cloud) {
  return { ...callOptions, autoPaginate: false }
}

interface Page<T> {
  readonly functions?: T[] | null
  readonly nextPageToken?: string | null
  readonly unreachable?: string[] | null
}

/** The region `-` stands for all of them. @throws where the API says that it could not look into one */
async function findFunctions<T>(
  { run, regions = ['-'] }: Search,
  cloud: Cloud,
  found: (each: T) => FoundResource | undefined,
  list: (request: { parent: string; pageToken: string }) => Promise<Page<T> | null | undefined>,
): Promise<FoundResource[]> {
  const all: FoundResource[] = []
  for (const region of regions.filter((each) => each !== 'global')) {
    const parent = `projects/${cloud.project}/locations/${region}`
    for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
      const page: Page<T> = (await list({ parent, pageToken })) ?? {}
      const { functions, nextPageToken, unreachable } = page
      if (unreachable?.length)
        throw new Error(`Cloud Functions cannot be listed in ${unreachable.join(', ')}`)
      all.push(...(functions ?? []).flatMap((each) => found(each) ?? []))
      pageToken = nextPageToken || undefined
    }
  }
  return all.filter((each) => run === undefined || each.run === run)
}

/** The API of the 2nd generation lists those of the 1st, too. */
function foundSecond(each: SecondGeneration): FoundResource | undefined {
  if (each.environment !== 'GEN_2' && each.environment !== 2) return undefined
  const { availableMemory, availableCpu, minInstanceCount, maxInstanceCount } = each.serviceConfig ?? {}
  return foundFunction(each, SECOND_GENERATION_KIND, {
    generation: 2,
    memoryMib: mibOf(availableMemory || '256M'),
    ...(availableCpu && { vcpus: Number(availableCpu) }),
    minInstances: minInstanceCount ?? 0,
    maxInstances: maxInstanceCount || DEFAULT_MAX,
  })
}

function foundFirst(each: FirstGeneration): FoundResource | undefined {
  return foundFunction(each, FIRST_GENERATION_KIND, {
    generation: 1,
    memoryMib: each.availableMemoryMb || 256,
    minInstances: each.minInstances ?? 0,
    maxInstances: each.maxInstances || DEFAULT_MAX,
  })
}

function foundFunction(
  { name, labels }: Pick<SecondGeneration, 'name' | 'labels'>,
  kind: Resource['kind'],
  shape: Omit<FunctionShape, 'region'>,
): FoundResource | undefined {
  const read = readLabels(labels)
  if (!read || !name) return undefined
  const region = name.split('/')[3] ?? ''
  return { kind, name, region, ...read, hourly: hourlyOf({ ...shape, region }) }
}

const MIB: Readonly<Record<string, number>> = {
  k: 1e3 / 2 ** 20,
  G: 1e9 / 2 ** 20,
  Ki: 2 ** -10,
  Mi: 1,
  Gi: 1024,
}

/** `2048Mi`, `256M`; Functions take an M for 2^20, as their memories are sold. */
function mibOf(text: string): number {
  const [, amount = '0', unit = ''] = /^([\d.]+)(\D*)$/.exec(text) ?? []
  if (unit === 'M') return Number(amount)
  return Number(amount) * (MIB[unit] ?? 2 ** -20)
}
