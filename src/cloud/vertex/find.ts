import type { Cloud } from '../cloud.ts'
import type { FoundResource, Search } from '../resource.ts'
import { RUN_LABEL } from '../run-labels.ts'
import { endpointClient } from './clients.ts'
import { listOptions } from './operations.ts'

/** Any region: each of them knows where Vertex AI is offered. */
const ASKED_REGION = 'us-central1'
/** Regions that are listed at a time. */
const AT_A_TIME = 8

/** Finds in each region of the search; without one, in each that Vertex AI is offered in. */
export async function findEverywhere(
  { regions }: Search,
  cloud: Cloud,
  findIn: (region: string) => Promise<FoundResource[]>,
): Promise<FoundResource[]> {
  const offered = await offeredRegions(cloud)
  const asked = regions?.filter((region) => offered.has(region)) ?? [...offered]
  const found: FoundResource[] = []
  for (let from = 0; from < asked.length; from += AT_A_TIME) {
    const some = await Promise.all(asked.slice(from, from + AT_A_TIME).map(findIn))
    found.push(...some.flat())
  }
  return found
}

async function offeredRegions(cloud: Cloud): Promise<Set<string>> {
  const client = await endpointClient(cloud, ASKED_REGION)
  const request = { name: `projects/${cloud.project}` }
  const regions = new Set<string>()
  for await (const { locationId } of client.listLocationsAsync(request, listOptions(cloud))) {
    if (locationId && locationId !== 'global') regions.add(locationId)
  }
  return regions
}

export function labelFilter({ run }: Search): string {
  return run === undefined ? `labels.${RUN_LABEL}:*` : `labels.${RUN_LABEL}=${run}`
}
