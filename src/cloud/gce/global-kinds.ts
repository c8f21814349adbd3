import type { Cloud } from '../cloud.ts'
import type { ResourceKind } from '../resource.ts'
import { computeClient, listOptions } from './compute-clients.ts'
import type { Started } from './compute-operation.ts'
import { FREE, ruleHourly } from './hourly.ts'
import { type KindDefinition, type Listed, namedKind } from './kind.ts'

interface Lister {
  listAsync(request: object, options: object): AsyncIterable<Listed>
}

type Definition = Omit<KindDefinition<Listed>, 'list' | 'remove' | 'hourly'> & {
  readonly client: (cloud: Cloud) => Promise<object>
  readonly remove: (cloud: Cloud, name: string) => Promise<Started>
  readonly hourly?: KindDefinition<Listed>['hourly']
}

function globalKind({ client, remove, hourly = async () => FREE, ...rest }: Definition): ResourceKind {
  return namedKind({
    ...rest,
    hourly,
    async *list(cloud, filter) {
      const lister = (await client(cloud)) as Lister
      const request = { project: cloud.project, filter }
      for await (const each of lister.listAsync(request, listOptions(cloud))) yield ['global', each]
    },
    remove: (cloud, _, name) => remove(cloud, name),
  })
}

const rules = (cloud: Cloud) => computeClient(cloud, 'GlobalForwardingRulesClient')
export const FORWARDING_RULE = globalKind({
  kind: 'gce-forwarding-rule',
  title: 'Compute Engine forwarding rule',
  collection: 'forwardingRules',
  client: rules,
  remove: async (cloud, forwardingRule) =>
    (await rules(cloud)).delete({ project: cloud.project, forwardingRule }, cloud.callOptions),
  hourly: async () => ruleHourly('global'),
})

const proxies = (cloud: Cloud) => computeClient(cloud, 'TargetHttpProxiesClient')
export const PROXY = globalKind({
  kind: 'gce-target-http-proxy',
  title: 'Compute Engine HTTP proxy',
  collection: 'targetHttpProxies',
  client: proxies,
  remove: async (cloud, targetHttpProxy) =>
    (await proxies(cloud)).delete({ project: cloud.project, targetHttpProxy }, cloud.callOptions),
})

const urlMaps = (cloud: Cloud) => computeClient(cloud, 'UrlMapsClient')
export const URL_MAP = globalKind({
  kind: 'gce-url-map',
  title: 'Compute Engine URL map',
  collection: 'urlMaps',
  client: urlMaps,
  remove: async (cloud, urlMap) =>
    (await urlMaps(cloud)).delete({ project: cloud.project, urlMap }, cloud.callOptions),
})

const backends = (cloud: Cloud) => computeClient(cloud, 'BackendServicesClient')
export const BACKEND_SERVICE = globalKind({
  kind: 'gce-backend-service',
  title: 'Compute Engine backend service',
  collection: 'backendServices',
  client: backends,
  remove: async (cloud, backendService) =>
    (await backends(cloud)).delete({ project: cloud.project, backendService }, cloud.callOptions),
})

const checks = (cloud: Cloud) => computeClient(cloud, 'HealthChecksClient')
export const HEALTH_CHECK = globalKind({
  kind: 'gce-health-check',
  title: 'Compute Engine health check',
  collection: 'healthChecks',
  client: checks,
  remove: async (cloud, healthCheck) =>
    (await checks(cloud)).delete({ project: cloud.project, healthCheck }, cloud.callOptions),
})

const templates = (cloud: Cloud) => computeClient(cloud, 'InstanceTemplatesClient')
export const TEMPLATE = globalKind({
  kind: 'gce-instance-template',
  title: 'Compute Engine instance template',
  collection: 'instanceTemplates',
  client: templates,
  remove: async (cloud, instanceTemplate) =>
    (await templates(cloud)).delete({ project: cloud.project, instanceTemplate }, cloud.callOptions),
})

const firewalls = (cloud: Cloud) => computeClient(cloud, 'FirewallsClient')
export const FIREWALL = globalKind({
  kind: 'gce-firewall',
  title: 'Compute Engine firewall rule',
  collection: 'firewalls',
  client: firewalls,
  remove: async (cloud, firewall) =>
    (await firewalls(cloud)).delete({ project: cloud.project, firewall }, cloud.callOptions),
})
