import type { Cloud } from '../cloud.ts'
import type { FoundResource, ResourceKind } from '../resource.ts'
import { RUN_LABEL, readLabels } from '../run-labels.ts'
import { computeClient, listOptions } from './compute-clients.ts'
import { called, deleted, lastPart } from './compute-operation.ts'
import { vmHourly } from './hourly.ts'
import { isIn, regionOfScope, shortName } from './kind.ts'
import { foundMachine, type ListedMachine } from './listed-machine.ts'
import { resourcePath } from './names.ts'

const KIND = 'gce-instance'
/** Metadata of the VMs that a group made; they go with their group, and it would replace them until then. */
const MADE_BY_GROUP = 'created-by'

interface ListedVm extends ListedMachine {
  readonly name?: string | null
  readonly zone?: string | null
  readonly metadata?: { readonly items?: readonly { readonly key?: string | null }[] | null } | null
}

/** A VM. Its name has no zone, so that a VM that was tried in several zones is deleted in all of them. */
export const VM: ResourceKind = {
  kind: KIND,
  title: 'Compute Engine VM',
  async delete({ name, region }, cloud) {
    for (const { zone } of await vmsNamed(cloud, region, shortName(name))) {
      const client = await computeClient(cloud, 'InstancesClient')
      const asked = { project: cloud.project, zone: lastPart(zone), instance: shortName(name) }
      await deleted(cloud, `the VM ${shortName(name)}`, () => client.delete(asked, cloud.callOptions))
    }
  },
  async find(search, cloud) {
    const filter = `labels.${RUN_LABEL}${search.run === undefined ? ':*' : ` = ${search.run}`}`
    const all = await listVms(cloud, filter)
    const own = all.filter(([region, vm]) => isIn(search, region) && !isMadeByGroup(vm))
    // A VM that exists in two zones is one resource, and costs what each of them does.
    return own.flatMap(([region, vm]) => foundVm(cloud, region, vm))
  },
  async describe({ name, region }, cloud) {
    const [vm] = await vmsNamed(cloud, region, shortName(name))
    return vm === undefined ? null : (foundVm(cloud, region, vm)[0] ?? null)
  },
}

function foundVm(cloud: Cloud, region: string, vm: ListedVm): FoundResource[] {
  const owner = readLabels(vm.labels)
  if (owner === undefined) return []
  const name = resourcePath(cloud.project, region, 'instances', vm.name ?? '')
  return [{ kind: KIND, name, region, ...owner, hourly: vmHourly(foundMachine(region, vm)) }]
}

function isMadeByGroup({ metadata }: ListedVm): boolean {
  return metadata?.items?.some(({ key }) => key === MADE_BY_GROUP) ?? false
}

/** In every zone of the region. */
async function vmsNamed(cloud: Cloud, region: string, name: string): Promise<ListedVm[]> {
  const all = await listVms(cloud, `name = ${name}`)
  return all.filter(([each]) => each === region).map(([, vm]) => vm)
}

/** Of a run, those of its groups too. */
export async function vmsOfRun(cloud: Cloud, region: string, run: string): Promise<ListedVm[]> {
  const all = await listVms(cloud, `labels.${RUN_LABEL} = ${run}`)
  return all.filter(([each]) => each === region).map(([, vm]) => vm)
}

async function listVms(cloud: Cloud, filter: string): Promise<[region: string, vm: ListedVm][]> {
  const client = await computeClient(cloud, 'InstancesClient')
  const asked = { project: cloud.project, filter }
  return called(async () => {
    const all: [string, ListedVm][] = []
    for await (const [scope, { instances }] of client.aggregatedListAsync(asked, listOptions(cloud)))
      for (const vm of instances ?? []) all.push([regionOfScope(scope), vm as ListedVm])
    return all
  })
}
