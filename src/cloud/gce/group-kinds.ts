import type { Cloud } from '../cloud.ts'
import { computeClient, listOptions } from './compute-clients.ts'
import { called, lastPart } from './compute-operation.ts'
import { FREE, groupHourly, type Priced } from './hourly.ts'
import { namedKind, regionOfScope } from './kind.ts'
import { foundMachine, type ListedMachine } from './listed-machine.ts'

const scalers = (cloud: Cloud) => computeClient(cloud, 'RegionAutoscalersClient')
export const AUTOSCALER = namedKind({
  kind: 'gce-autoscaler',
  title: 'Compute Engine autoscaler',
  collection: 'autoscalers',
  async *list(cloud, filter) {
    const client = await computeClient(cloud, 'AutoscalersClient')
    const request = { project: cloud.project, filter }
    for await (const [scope, { autoscalers }] of client.aggregatedListAsync(request, listOptions(cloud)))
      for (const each of autoscalers ?? []) yield [regionOfScope(scope), each]
  },
  remove: async (cloud, region, autoscaler) =>
    (await scalers(cloud)).delete({ project: cloud.project, region, autoscaler }, cloud.callOptions),
  hourly: async () => FREE,
})

interface ListedGroup {
  readonly name?: string | null
  readonly description?: string | null
  readonly targetSize?: number | null
  readonly instanceTemplate?: string | null
}

const groups = (cloud: Cloud) => computeClient(cloud, 'RegionInstanceGroupManagersClient')
export const GROUP = namedKind<ListedGroup>({
  kind: 'gce-instance-group',
  title: 'Compute Engine instance group',
  collection: 'instanceGroupManagers',
  async *list(cloud, filter) {
    const client = await computeClient(cloud, 'InstanceGroupManagersClient')
    const request = { project: cloud.project, filter }
    for await (const [scope, listed] of client.aggregatedListAsync(request, listOptions(cloud)))
      for (const each of listed.instanceGroupManagers ?? []) yield [regionOfScope(scope), each]
  },
  remove: async (cloud, region, instanceGroupManager) =>
    (await groups(cloud)).delete({ project: cloud.project, region, instanceGroupManager }, cloud.callOptions),
  hourly: async (cloud, region, { targetSize, instanceTemplate }) => {
    const priced = await templateMachine(cloud, region, lastPart(instanceTemplate))
    return groupHourly(priced, targetSize ?? 1, targetSize ?? 1)
  },
})

/** A template that cannot be read leaves the price unknown; its group is found and deleted all the same. */
async function templateMachine(cloud: Cloud, region: string, instanceTemplate: string): Promise<Priced> {
  try {
    const client = await computeClient(cloud, 'InstanceTemplatesClient')
    const asked = { project: cloud.project, instanceTemplate }
    const [{ properties }] = await called(() => client.get(asked, cloud.callOptions))
    return foundMachine(region, (properties ?? {}) as ListedMachine)
  } catch {
    return foundMachine(region, {})
  }
}
