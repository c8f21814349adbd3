import type { Cloud } from '../cloud.ts'
import type { FoundResource, Hourly, Resource, ResourceKind, Search } from '../resource.ts'
import { readLabels, runOfName } from '../run-labels.ts'
import { called, deleted, type Started } from './compute-operation.ts'
import { type Collection, labelsInDescription, resourcePath } from './names.ts'

/** What listings give of every kind. */
export interface Listed {
  readonly name?: string | null
  readonly description?: string | null
}

/** How one kind is listed and deleted; what is common to all is `resourceKind`. */
export interface KindDefinition<T extends Listed> {
  readonly kind: string
  readonly title: string
  readonly collection: Collection
  /** Lists those that the filter lets pass, in every region, each with its region or `global`. */
  readonly list: (cloud: Cloud, filter: string) => AsyncIterable<readonly [region: string, listed: T]>
  readonly remove: (cloud: Cloud, region: string, name: string) => Promise<Started>
  readonly hourly: (cloud: Cloud, region: string, listed: T) => Promise<Hourly>
}

/** A kind that takes no labels: names and descriptions say whose a resource is. */
export function namedKind<T extends Listed>(definition: KindDefinition<T>): ResourceKind {
  const { kind, title, collection, list, remove } = definition
  const listAll = async (cloud: Cloud, filter: string) => {
    const all: (readonly [string, T])[] = []
    for await (const each of list(cloud, filter)) all.push(each)
    return all
  }
  const found = async (cloud: Cloud, region: string, listed: T): Promise<FoundResource[]> => {
    const name = listed.name ?? ''
    const run = runOfName(name)
    if (run === undefined) return []
    const expiresS = readLabels(labelsInDescription(listed.description))?.expiresS ?? null
    const hourly = await definition.hourly(cloud, region, listed)
    return [
      { kind, name: resourcePath(cloud.project, region, collection, name), region, run, expiresS, hourly },
    ]
  }
  const findAll = async (cloud: Cloud, filter: string, keep: (region: string) => boolean) => {
    const all = await called(() => listAll(cloud, filter))
    const kept = all.filter(([region]) => keep(region))
    return (await Promise.all(kept.map(([region, listed]) => found(cloud, region, listed)))).flat()
  }
  return {
    kind,
    title,
    delete: ({ name, region }, cloud) =>
      deleted(cloud, `the ${title} ${shortName(name)}`, () => remove(cloud, region, shortName(name))),
    find: (search, cloud) => findAll(cloud, nameFilter(search), (region) => isIn(search, region)),
    describe: async ({ name, region }, cloud) => {
      const all = await findAll(cloud, `name = ${shortName(name)}`, (each) => each === region)
      return all[0] ?? null
    },
  }
}

/** Global resources are in every region. */
export function isIn({ regions }: Search, region: string): boolean {
  return regions === undefined || region === 'global' || regions.includes(region)
}

/** As the filters of Compute Engine's lists have it: a regular expression of the whole name. */
function nameFilter({ run }: Search): string {
  return `name eq plimsoll-${run ?? '.*'}-.*`
}

export function shortName(name: Resource['name']): string {
  return name.split('/').at(-1) ?? name
}

/** Keys of aggregated lists: `zones/us-central1-b`, `regions/us-central1`, `global`. */
export function regionOfScope(scope: string): string {
  const [kind, place = ''] = scope.split('/')
  if (kind === 'zones') return place.replace(/-[a-z]$/, '')
  return kind === 'regions' ? place : 'global'
}
