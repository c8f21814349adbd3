import type { GceCandidate } from '../../core/candidate.ts'
import type { Cloud } from '../cloud.ts'
import { computeClient, listOptions } from './compute-clients.ts'
import { called, lastPart } from './compute-operation.ts'
import { attachedGpus } from './machine.ts'

/**
 * Zones of the candidate's region that offer its machine, and its GPU where that is attached, in alphabetical order.
 * Custom types are in no list: those of their region's zones that offer the family are not told apart.
 */
export async function zonesFor(candidate: GceCandidate, cloud: Cloud): Promise<readonly string[]> {
  const { region, machineType } = candidate
  const custom = machineType.includes('custom-')
  const zones = custom
    ? await zonesOf(region, cloud)
    : await zonesOffering('MachineTypesClient', 'machineTypes', machineType, region, cloud)
  const gpu = attachedGpus(candidate)
  if (gpu === undefined) return zones
  const withGpu = await zonesOffering('AcceleratorTypesClient', 'acceleratorTypes', gpu.type, region, cloud)
  return zones.filter((zone) => withGpu.includes(zone))
}

/** What is wrong where no zone offers it. */
export function noZone({ machineType, accelerator, region }: GceCandidate): string {
  const gpu = accelerator ? ` with ${accelerator.type}` : ''
  return `no zone of ${region} offers ${machineType}${gpu}`
}

type Lister = 'MachineTypesClient' | 'AcceleratorTypesClient'

async function zonesOffering(
  lister: Lister,
  collection: 'machineTypes' | 'acceleratorTypes',
  name: string,
  region: string,
  cloud: Cloud,
): Promise<string[]> {
  const client = await computeClient(cloud, lister)
  const asked = { project: cloud.project, filter: `name = ${name}` }
  return called(async () => {
    const zones: string[] = []
    for await (const [scope, listed] of client.aggregatedListAsync(asked, listOptions(cloud))) {
      const some = (listed as Record<string, readonly unknown[] | null | undefined>)[collection]
      const zone = lastPart(scope)
      if (some?.length && zone.startsWith(`${region}-`)) zones.push(zone)
    }
    return zones.sort()
  })
}

async function zonesOf(region: string, cloud: Cloud): Promise<string[]> {
  const client = await computeClient(cloud, 'RegionsClient')
  const [{ zones }] = await called(() => client.get({ project: cloud.project, region }, cloud.callOptions))
  return (zones ?? []).map(lastPart).sort()
}
