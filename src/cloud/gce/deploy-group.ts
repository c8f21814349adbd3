import type { GceCandidate } from '../../core/candidate.ts'
import type { Deployment, DeployOrder } from '../deployer.ts'
import type { PlannedResource } from '../resource.ts'
import type { Scope } from '../scope.ts'
import { computeClient } from './compute-clients.ts'
import { called, pendingOperation, type Started } from './compute-operation.ts'
import { createBalancer } from './create-balancer.ts'
import { BALANCER_RANGES, createFirewall } from './create-firewall.ts'
import { machineProperties } from './machine.ts'
import { describedLabels, nameOf } from './names.ts'
import { groupResources, groupSize } from './plan.ts'
import { noZone, zonesFor } from './zones.ts'

/** What every step of a group needs. */
export interface GroupOrder {
  readonly candidate: GceCandidate
  readonly order: DeployOrder
  readonly scope: Scope
  readonly resources: ReturnType<typeof groupResources>
  /** What all its resources say of themselves. */
  readonly common: { readonly name: string; readonly description: string }
}

/** A regional group of VMs that scales on CPU, behind a global load balancer, which its address is of. */
export async function deployGroup(
  candidate: GceCandidate,
  order: DeployOrder,
  scope: Scope,
): Promise<Deployment> {
  const resources = groupResources(candidate, order)
  const common = { name: nameOf(order), description: describedLabels(order.labels) }
  const group: GroupOrder = { candidate, order, scope, resources, common }
  await createFirewall(scope, resources.firewall, order, BALANCER_RANGES)
  const zones = await scope.step('find zones with the machine', () => zonesFor(candidate, scope.cloud))
  if (zones.length === 0) throw new Error(noZone(candidate))
  await createTemplate(group)
  await createHealthCheck(group)
  await createGroup(group, zones)
  await createAutoscaler(group)
  await scope.step('start the VMs', () => scope.until('starting the VMs', () => isStable(group)))
  return createBalancer(group)
}

/** Creates one resource and waits until it is there. */
export function createResource(
  { scope }: GroupOrder,
  resource: PlannedResource,
  step: string,
  insert: () => Promise<Started>,
): Promise<true> {
  return scope.create(resource, step, async () =>
    pendingOperation(scope.cloud, await called(insert), () => true as const),
  )
}

function createTemplate(group: GroupOrder): Promise<true> {
  const { candidate, order, resources, common, scope } = group
  return createResource(group, resources.template, 'create the template', async () => {
    const client = await computeClient(scope.cloud, 'InstanceTemplatesClient')
    const instanceTemplateResource = { ...common, properties: machineProperties(candidate, order) }
    return client.insert({ project: scope.cloud.project, instanceTemplateResource }, scope.cloud.callOptions)
  })
}

function createHealthCheck(group: GroupOrder): Promise<true> {
  const { order, resources, common, scope } = group
  const { healthPath: requestPath, port } = order.settings
  return createResource(group, resources.healthCheck, 'create the health check', async () => {
    const client = await computeClient(scope.cloud, 'HealthChecksClient')
    const healthCheckResource = {
      ...common,
      type: 'HTTP',
      httpHealthCheck: { port, requestPath },
      checkIntervalSec: 5,
      timeoutSec: 5,
      healthyThreshold: 1,
      unhealthyThreshold: 3,
    }
    return client.insert({ project: scope.cloud.project, healthCheckResource }, scope.cloud.callOptions)
  })
}

/**
 * Where a zone has no machines left, a group of this shape takes those of another; it asks that VMs which run are not
 * moved to even out the zones.
 */
function createGroup(group: GroupOrder, zones: readonly string[]): Promise<true> {
  const { candidate, order, resources, common, scope } = group
  const { project, callOptions } = scope.cloud
  return createResource(group, resources.group, 'create the group', async () => {
    const client = await computeClient(scope.cloud, 'RegionInstanceGroupManagersClient')
    const instanceGroupManagerResource = {
      ...common,
      baseInstanceName: common.name,
      instanceTemplate: `projects/${project}/global/instanceTemplates/${common.name}`,
      targetSize: groupSize(candidate, order).min,
      namedPorts: [{ name: 'model', port: order.settings.port }],
      distributionPolicy: {
        targetShape: 'BALANCED',
        zones: zones.map((zone) => ({ zone: `projects/${project}/zones/${zone}` })),
      },
      updatePolicy: { type: 'OPPORTUNISTIC', instanceRedistributionType: 'NONE' },
    }
    return client.insert({ project, region: candidate.region, instanceGroupManagerResource }, callOptions)
  })
}

function createAutoscaler(group: GroupOrder): Promise<true> {
  const { candidate, order, resources, common, scope } = group
  const { project, callOptions } = scope.cloud
  const { min, max } = groupSize(candidate, order)
  return createResource(group, resources.autoscaler, 'create the autoscaler', async () => {
    const client = await computeClient(scope.cloud, 'RegionAutoscalersClient')
    const autoscalerResource = {
      ...common,
      target: resources.group.name,
      autoscalingPolicy: {
        minNumReplicas: min,
        maxNumReplicas: max,
        coolDownPeriodSec: 60,
        cpuUtilization: { utilizationTarget: 0.6 },
        mode: 'ON',
      },
    }
    return client.insert({ project, region: candidate.region, autoscalerResource }, callOptions)
  })
}

/** Whether all VMs run. @throws what the group could not create one for: a quota, no machine left in any zone */
async function isStable({ candidate, scope, common }: GroupOrder): Promise<true | undefined> {
  const { cloud } = scope
  const client = await computeClient(cloud, 'RegionInstanceGroupManagersClient')
  const asked = { project: cloud.project, region: candidate.region, instanceGroupManager: common.name }
  const [{ status }] = await called(() => client.get(asked, cloud.callOptions))
  if (status?.isStable) return true
  const [errors] = await called(() => client.listErrors(asked, cloud.callOptions))
  const problem = errors[0]?.error
  if (problem) throw new Error(`${problem.code}: ${problem.message}`)
  return undefined
}
