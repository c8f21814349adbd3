import type { GceCandidate } from '../../core/candidate.ts'
import type { DeployOrder, DeployPlan } from '../deployer.ts'
import type { Hourly, PlannedResource } from '../resource.ts'
import { FREE, groupHourly, pricedOf, ruleHourly, vmHourly } from './hourly.ts'
import { type Collection, nameOf, resourcePath } from './names.ts'

/** Seconds until a VM answers: boot, the image, on a GPU the driver, which is built at the first start (2018 to 2022, as reported by users). */
const VM_S = { cpu: [30, 180], gpu: [240, 720] } as const
/** Seconds until a new load balancer passes requests on (Cloud Load Balancing docs, 2026-08: several minutes). */
const BALANCER_S = [60, 420] as const
const QUICK_S = [2, 30] as const

/** Resources of a fixed VM: who may reach it, and itself. */
export function vmResources(candidate: GceCandidate, order: DeployOrder) {
  return {
    firewall: planned(order, 'gce-firewall', 'firewalls', 'global'),
    vm: planned(order, 'gce-instance', 'instances', candidate.region, vmHourly(pricedOf(candidate))),
  }
}

/** Resources of a group, in an order in which each needs none but those before it. */
export function groupResources(candidate: GceCandidate, order: DeployOrder) {
  const { region } = candidate
  const { min, max } = groupSize(candidate, order)
  const vms = groupHourly(pricedOf(candidate), min, max)
  return {
    firewall: planned(order, 'gce-firewall', 'firewalls', 'global'),
    template: planned(order, 'gce-instance-template', 'instanceTemplates', 'global'),
    healthCheck: planned(order, 'gce-health-check', 'healthChecks', 'global'),
    group: planned(order, 'gce-instance-group', 'instanceGroupManagers', region, vms),
    autoscaler: planned(order, 'gce-autoscaler', 'autoscalers', region),
    backendService: planned(order, 'gce-backend-service', 'backendServices', 'global'),
    urlMap: planned(order, 'gce-url-map', 'urlMaps', 'global'),
    proxy: planned(order, 'gce-target-http-proxy', 'targetHttpProxies', 'global'),
    rule: planned(order, 'gce-forwarding-rule', 'forwardingRules', 'global', ruleHourly(region)),
  }
}

/** VMs that the group may have while it is measured. */
export function groupSize(
  { minReplicas, maxReplicas }: GceCandidate,
  { settings }: DeployOrder,
): { readonly min: number; readonly max: number } {
  const max = Math.max(1, Math.min(maxReplicas, settings.maxReplicas))
  return { min: Math.max(1, Math.min(minReplicas, max)), max }
}

function planned(
  order: DeployOrder,
  kind: string,
  collection: Collection,
  region: string,
  hourly: Hourly = FREE,
): PlannedResource {
  const name = resourcePath(order.settings.project, region, collection, nameOf(order))
  return { kind, name, region, hourly }
}

export function planGce(candidate: GceCandidate, order: DeployOrder): DeployPlan {
  return candidate.kind === 'vm' ? planVm(candidate, order) : planGroup(candidate, order)
}

function planVm(candidate: GceCandidate, order: DeployOrder): DeployPlan {
  const [lowS, highS] = VM_S[candidate.accelerator ? 'gpu' : 'cpu']
  const { firewall, vm } = vmResources(candidate, order)
  return {
    resources: [firewall, vm],
    steps: [
      step('open the firewall', QUICK_S),
      step('create the VM', QUICK_S),
      { step: 'start the server', lowS, highS },
    ],
    notes: purchaseNotes(candidate),
  }
}

function planGroup(candidate: GceCandidate, order: DeployOrder): DeployPlan {
  const { max } = groupSize(candidate, order)
  const capped =
    max < candidate.maxReplicas ? [`at most ${max} of ${candidate.maxReplicas} VMs (deploy.maxReplicas)`] : []
  return {
    resources: Object.values(groupResources(candidate, order)),
    steps: [
      step('open the firewall', QUICK_S),
      step('create the template', QUICK_S),
      step('create the health check', QUICK_S),
      step('create the group', QUICK_S),
      step('create the autoscaler', QUICK_S),
      step('start the VMs', VM_S[candidate.accelerator ? 'gpu' : 'cpu']),
      step('create the load balancer', QUICK_S),
      step('start the load balancer', BALANCER_S),
    ],
    notes: [
      ...capped,
      'each VM has an address to fetch its image over, which the month does not count',
      'the load balancer answers anyone who knows its address, while it exists',
      ...purchaseNotes(candidate),
    ],
  }
}

function step(name: string, [lowS, highS]: readonly [number, number]) {
  return { step: name, lowS, highS }
}

function purchaseNotes({ purchase }: GceCandidate): string[] {
  return purchase?.startsWith('commit') ? ['no commitment is made: the trial is paid for on demand'] : []
}
