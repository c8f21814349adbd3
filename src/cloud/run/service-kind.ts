import type { protos } from '@google-cloud/run'
import { REGIONS } from '../../core/regions.ts'
import { failureOf } from '../call-error.ts'
import type { Cloud } from '../cloud.ts'
import { settleDeletion } from '../pending.ts'
import type { FoundResource, Resource, ResourceKind } from '../resource.ts'
import { readLabels } from '../run-labels.ts'
import { servicesClient } from './client.ts'
import { SERVICE_KIND, serviceHourly } from './plan.ts'

type Service = protos.google.cloud.run.v2.IService

/** Instances at most where a service does not say (Cloud Run docs, 2026-08). */
const DEFAULT_MAX = 100

export const serviceKind: ResourceKind = {
  kind: SERVICE_KIND,
  title: 'Cloud Run service',
  delete: async ({ name, region }, cloud) => {
    try {
      const client = await servicesClient(cloud, region)
      const [operation] = await client.deleteService({ name }, cloud.callOptions)
      await settleDeletion(cloud, operation, name)
    } catch (error) {
      if (failureOf(error) !== 'not-found') throw error
    }
  },
  find: async ({ run, regions = REGIONS }, cloud) => {
    const all = await Promise.all(regions.map((region) => listRegion(region, cloud)))
    return all.flat().filter((each) => run === undefined || each.run === run)
  },
  describe: async (resource, cloud) => {
    try {
      const client = await servicesClient(cloud, resource.region)
      const [service] = await client.getService({ name: resource.name }, cloud.callOptions)
      return foundService(service, resource.region) ?? null
    } catch (error) {
      if (failureOf(error) === 'not-found') return null
      throw error
    }
  },
}

/** The API takes no wildcard for the region. */
async function listRegion(region: string, cloud: Cloud): Promise<FoundResource[]> {
  const client = await servicesClient(cloud, region)
  const parent = `projects/${cloud.project}/locations/${region}`
  const [services] = await client.listServices({ parent }, cloud.callOptions)
  return services.flatMap((service) => foundService(service, region) ?? [])
}

function foundService(service: Service, region: Resource['region']): FoundResource | undefined {
  const labels = readLabels(service.labels)
  if (labels === undefined || !service.name) return undefined
  return { kind: SERVICE_KIND, name: service.name, region, ...labels, hourly: hourlyOf(service, region) }
}

function hourlyOf({ template, scaling }: Service, region: string) {
  const [container] = template?.containers ?? []
  const { limits = {}, cpuIdle } = container?.resources ?? {}
  const accelerator = template?.nodeSelector?.accelerator
  const shape = {
    region,
    vcpus: cpuOf(limits?.cpu ?? '1'),
    memoryGib: gibOf(limits?.memory ?? '512Mi'),
    billing: cpuIdle ? ('request-based' as const) : ('instance-based' as const),
    ...(accelerator && { gpu: accelerator }),
  }
  const min = Math.max(scaling?.minInstanceCount ?? 0, template?.scaling?.minInstanceCount ?? 0)
  return serviceHourly(shape, min, template?.scaling?.maxInstanceCount || DEFAULT_MAX)
}

/** `2` or `500m`. */
function cpuOf(text: string): number {
  return text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text)
}

const GIB: Readonly<Record<string, number>> = {
  Ki: 2 ** -20,
  Mi: 2 ** -10,
  Gi: 1,
  k: 1e3 / 2 ** 30,
  M: 1e6 / 2 ** 30,
  G: 1e9 / 2 ** 30,
}

function gibOf(text: string): number {
  const [, amount = '0', unit = ''] = /^([\d.]+)(\D*)$/.exec(text) ?? []
  return Number(amount) * (GIB[unit] ?? 2 ** -30)
}
