import type { DeployOrder } from '../deployer.ts'
import type { PlannedResource } from '../resource.ts'
import type { Scope } from '../scope.ts'
import { computeClient } from './compute-clients.ts'
import { called, pendingOperation } from './compute-operation.ts'
import { networkOf } from './machine.ts'
import { describedLabels, nameOf } from './names.ts'

/** Where Google's load balancers and health checks come from (Cloud Load Balancing docs, 2026-08). */
export const BALANCER_RANGES = ['130.211.0.0/22', '35.191.0.0/16']

/** Lets these addresses, and no others, reach the model's port of VMs that carry the candidate's tag. */
export function createFirewall(
  scope: Scope,
  planned: PlannedResource,
  order: DeployOrder,
  sourceRanges: readonly string[],
): Promise<true> {
  const { cloud } = scope
  return scope.create(planned, 'open the firewall', async () => {
    const client = await computeClient(cloud, 'FirewallsClient')
    const firewallResource = {
      name: nameOf(order),
      description: describedLabels(order.labels),
      network: networkOf(order).network,
      direction: 'INGRESS',
      sourceRanges: [...sourceRanges],
      targetTags: [nameOf(order)],
      allowed: [{ IPProtocol: 'tcp', ports: [String(order.settings.port)] }],
    }
    const asked = { project: cloud.project, firewallResource }
    const started = await called(() => client.insert(asked, cloud.callOptions))
    return pendingOperation(cloud, started, () => true as const)
  })
}
