import type { Deployment } from '../deployer.ts'
import { computeClient } from './compute-clients.ts'
import { called } from './compute-operation.ts'
import { createResource, type GroupOrder } from './deploy-group.ts'
import { answers } from './probe.ts'

/** Without an encrypted line: a certificate takes a domain, and a trial has none. */
const PORT = 8080
const SCHEME = 'EXTERNAL_MANAGED'

/** Backend service, URL map, proxy, rule: each names the one before. Waits until the rule's address passes requests on. */
export async function createBalancer(group: GroupOrder): Promise<Deployment> {
  await createBackendService(group)
  await createUrlMap(group)
  await createProxy(group)
  await createRule(group)
  const { scope, order } = group
  const { healthPath, predictPath } = order.settings
  const address = await scope.step('start the load balancer', async () => {
    const found = await scope.until('getting the address of the load balancer', () => addressOf(group))
    await scope.until('starting the load balancer', () => answers(`http://${found}:${PORT}${healthPath}`))
    return found
  })
  return {
    url: `http://${address}:${PORT}${predictPath}`,
    auth: { kind: 'none' },
    startStep: 'start the VMs',
  }
}

function createBackendService(group: GroupOrder): Promise<true> {
  const { resources, common, scope, candidate, order } = group
  const { project, callOptions } = scope.cloud
  return createResource(group, resources.backendService, 'create the load balancer', async () => {
    const client = await computeClient(scope.cloud, 'BackendServicesClient')
    const backendServiceResource = {
      ...common,
      loadBalancingScheme: SCHEME,
      protocol: 'HTTP',
      portName: 'model',
      timeoutSec: Math.max(1, Math.ceil(order.requestTimeoutMs / 1000)),
      healthChecks: [resources.healthCheck.name],
      backends: [
        {
          group: `projects/${project}/regions/${candidate.region}/instanceGroups/${common.name}`,
          balancingMode: 'UTILIZATION',
          maxUtilization: 0.8,
        },
      ],
    }
    return client.insert({ project, backendServiceResource }, callOptions)
  })
}

function createUrlMap(group: GroupOrder): Promise<true> {
  const { resources, common, scope } = group
  const { project, callOptions } = scope.cloud
  return createResource(group, resources.urlMap, 'create the URL map', async () => {
    const client = await computeClient(scope.cloud, 'UrlMapsClient')
    const urlMapResource = { ...common, defaultService: resources.backendService.name }
    return client.insert({ project, urlMapResource }, callOptions)
  })
}

function createProxy(group: GroupOrder): Promise<true> {
  const { resources, common, scope } = group
  const { project, callOptions } = scope.cloud
  return createResource(group, resources.proxy, 'create the proxy', async () => {
    const client = await computeClient(scope.cloud, 'TargetHttpProxiesClient')
    const targetHttpProxyResource = { ...common, urlMap: resources.urlMap.name }
    return client.insert({ project, targetHttpProxyResource }, callOptions)
  })
}

function createRule(group: GroupOrder): Promise<true> {
  const { resources, common, scope } = group
  const { project, callOptions } = scope.cloud
  return createResource(group, resources.rule, 'create the forwarding rule', async () => {
    const client = await computeClient(scope.cloud, 'GlobalForwardingRulesClient')
    const forwardingRuleResource = {
      ...common,
      loadBalancingScheme: SCHEME,
      IPProtocol: 'TCP',
      portRange: String(PORT),
      target: resources.proxy.name,
    }
    return client.insert({ project, forwardingRuleResource }, callOptions)
  })
}

/** An address of Google's choice, which goes with the rule. */
async function addressOf({ scope, common }: GroupOrder): Promise<string | undefined> {
  const { cloud } = scope
  const client = await computeClient(cloud, 'GlobalForwardingRulesClient')
  const asked = { project: cloud.project, forwardingRule: common.name }
  const [rule] = await called(() => client.get(asked, cloud.callOptions))
  return rule.IPAddress ?? undefined
}
