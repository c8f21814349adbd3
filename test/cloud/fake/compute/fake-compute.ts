import { machineType } from '../../../../src/core/machine-type.ts'
import type { FakePlatform } from '../fake-cloud.ts'
import type { FakeProject } from '../fake-project.ts'
import type { FakeParts } from '../platforms.ts'
import type { RestRequest } from '../rest-routes.ts'
import { ComputeGroups } from './compute-groups.ts'
import { QUOTAS, REGION_ZONES, ZONES } from './compute-places.ts'
import { computeRoutes, type Handlers } from './compute-routes.ts'
import { ComputeState, type Json, pathOf } from './compute-state.ts'
import { ComputeVms } from './compute-vms.ts'

/** A collection that has no life of its own: what may be in it, and which links of it must lead somewhere. */
interface Collection {
  readonly service: string
  readonly kind: string
  readonly collection: string
  readonly parameter: string
  readonly permission: string
  readonly links?: (body: Json) => readonly (string | undefined)[]
  readonly begin?: (path: string, body: Json) => void
  readonly begun?: (path: string) => Promise<void>
  readonly ended?: (path: string) => Promise<void>
}

export interface FakeComputeControls {
  readonly vms: ComputeVms
}

/** Compute Engine's REST API: its paths and messages, its inventory with its rules, and VMs that serve. */
export function fakeCompute(
  { serve }: FakeParts,
  control: (controls: FakeComputeControls) => void = () => undefined,
): (project: FakeProject) => FakePlatform {
  return (project) => {
    const state = new ComputeState(project)
    const vms = new ComputeVms({ state, serve })
    const groups = new ComputeGroups(state, vms)
    control({ vms })
    const collections = plain(state, vms, groups)
    const handlers = {
      ...Object.assign({}, ...collections.map((each) => collectionHandlers(each, state, project))),
      ...groupHandlers(state, groups),
      ...vmHandlers(state, vms),
      ...operationHandlers(state),
      ...placeHandlers(state, vms),
    } as Handlers
    return { rest: computeRoutes(handlers, project), restApis: ['compute'] }
  }
}

function plain(state: ComputeState, vms: ComputeVms, groups: ComputeGroups): readonly Collection[] {
  const inventory = state.project.inventory
  const named = (
    service: string,
    kind: string,
    parameter: string,
    rest: Partial<Collection> = {},
  ): Collection => {
    const collection = service.replace(/^(Global|Region)/, '').replace(/^./, (letter) => letter.toLowerCase())
    const permission = `compute.${service === 'GlobalForwardingRules' ? 'globalForwardingRules' : collection}`
    return {
      service,
      kind,
      collection,
      parameter,
      permission,
      ended: (path) => inventory.remove(path),
      ...rest,
    }
  }
  return [
    named('Firewalls', 'gce-firewall', 'firewall'),
    named('InstanceTemplates', 'gce-instance-template', 'instance_template'),
    named('HealthChecks', 'gce-health-check', 'health_check'),
    named('BackendServices', 'gce-backend-service', 'backend_service', {
      links: ({ backends, healthChecks }) => [
        ...healthChecks,
        ...backends.map(({ group }: Json) => group.replace('/instanceGroups/', '/instanceGroupManagers/')),
      ],
    }),
    named('UrlMaps', 'gce-url-map', 'url_map', { links: ({ defaultService }) => [defaultService] }),
    named('TargetHttpProxies', 'gce-target-http-proxy', 'target_http_proxy', {
      links: ({ urlMap }) => [urlMap],
    }),
    named('GlobalForwardingRules', 'gce-forwarding-rule', 'forwarding_rule', {
      links: ({ target }) => [target],
      begun: (path) => groups.open(path),
    }),
    named('RegionInstanceGroupManagers', 'gce-instance-group', 'instance_group_manager', {
      links: ({ instanceTemplate }) => [instanceTemplate],
      begun: (path) => groups.fill(path),
      ended: (path) => groups.empty(path),
    }),
    named('RegionAutoscalers', 'gce-autoscaler', 'autoscaler', { links: ({ target }) => [target] }),
    named('Instances', 'gce-instance', 'instance', {
      begin: (path, body) => vms.begin(path, body),
      begun: (path) => vms.run(path),
      ended: (path) => vms.remove(path),
    }),
  ]
}

function collectionHandlers(each: Collection, state: ComputeState, project: FakeProject): Handlers {
  const { service, kind, collection, parameter, permission } = each
  const place = ({ zone, region }: Readonly<Record<string, string>>) =>
    zone ? `zones/${zone}` : region ? `regions/${region}` : 'global'
  const pathFor = (params: RestRequest['params'], name: string | undefined) =>
    `projects/${project.id}/${place(params)}/${collection}/${name}`
  return {
    [`${service}.Insert`]: ({ params, body }) => {
      const path = pathFor(params, body.name)
      project.require(`${permission}.create`, path)
      state.mustBeNew(path)
      for (const link of each.links?.(body) ?? []) state.mustExist(link, collection)
      if (each.begin) each.begin(path, body)
      else state.add({ kind, path, body })
      const failed = () => each.ended?.(path)
      return state.operation(
        'insert',
        path,
        async () => (state.has(path) ? each.begun?.(path) : undefined),
        failed,
      )
    },
    [`${service}.Delete`]: ({ params }) => {
      const path = pathFor(params, params[parameter])
      project.require(`${permission}.delete`, path)
      state.get(path)
      state.mustBeUnused(path)
      state.mustBeUnused(path.replace('/instanceGroupManagers/', '/instanceGroups/'))
      return state.operation('delete', path, async () => each.ended?.(path))
    },
    [`${service}.Get`]: ({ params }) => {
      const path = pathFor(params, params[parameter])
      project.require(`${permission}.get`, path)
      return state.get(path).body
    },
    [`${service}.List`]: ({ params, query }) => {
      project.require(`${permission}.list`, `projects/${project.id}`)
      const beginning = pathFor(params, '')
      const all = state.list(kind, query.get('filter')).filter(({ name }) => name.startsWith(beginning))
      return { items: all.map(({ body }) => body) }
    },
    ...aggregated(each, state, project),
  }
}

/** Lists over all zones and regions; those that hold nothing are there too, with a warning. */
function aggregated(
  { service, kind, collection, permission }: Collection,
  state: ComputeState,
  project: FakeProject,
): Handlers {
  const of: Readonly<Record<string, string>> = {
    Instances: 'Instances',
    RegionAutoscalers: 'Autoscalers',
    RegionInstanceGroupManagers: 'InstanceGroupManagers',
  }
  const name = of[service]
  if (name === undefined) return {}
  return {
    [`${name}.AggregatedList`]: ({ query }) => {
      project.require(`${permission}.list`, `projects/${project.id}`)
      const all = state.list(kind, query.get('filter'))
      const scopes = [
        ...ZONES.map((zone) => `zones/${zone}`),
        ...Object.keys(REGION_ZONES).map((region) => `regions/${region}`),
      ]
      const items = scopes.map((scope) => {
        const some = all.filter((each) => each.name.includes(`/${scope}/`)).map(({ body }) => body)
        const warning = {
          code: 'NO_RESULTS_ON_PAGE',
          message: `There are no results for scope '${scope}' on this page.`,
        }
        return [scope, some.length > 0 ? { [collection]: some } : { warning }]
      })
      return { items: Object.fromEntries(items) }
    },
  }
}

function groupHandlers(state: ComputeState, groups: ComputeGroups): Handlers {
  return {
    'RegionInstanceGroupManagers.ListErrors': ({ params }) => {
      const path = `projects/${params.project}/regions/${params.region}/instanceGroupManagers/${params.instance_group_manager}`
      state.get(path)
      return { items: groups.errors(path) }
    },
  }
}

function vmHandlers(state: ComputeState, vms: ComputeVms): Handlers {
  return {
    'Instances.GetSerialPortOutput': ({ params }) => {
      const path = `projects/${params.project}/zones/${params.zone}/instances/${params.instance}`
      state.project.require('compute.instances.getSerialPortOutput', path)
      state.get(path)
      return { contents: vms.serial, start: '0', next: String(vms.serial.length) }
    },
  }
}

function operationHandlers(state: ComputeState): Handlers {
  const look = ({ path }: RestRequest) => state.look(pathOf(path).replace(/\/wait$/, ''))
  return Object.fromEntries(
    ['ZoneOperations', 'RegionOperations', 'GlobalOperations'].flatMap((each) => [
      [`${each}.Get`, look],
      [`${each}.Wait`, look],
    ]),
  )
}

/** Which machines and GPUs a zone offers, and the quotas of a region. The last zone of each region has no GPUs. */
function placeHandlers(state: ComputeState, vms: ComputeVms): Handlers {
  const offered =
    (collection: string, known: (name: string) => boolean, zones: readonly string[]) =>
    ({ query }: RestRequest) => {
      const name = /^name = (\S+)$/.exec(query.get('filter') ?? '')?.[1] ?? ''
      const items = zones.map((zone) => [
        `zones/${zone}`,
        known(name) ? { [collection]: [{ name, zone }] } : {},
      ])
      return { items: Object.fromEntries(items) }
    }
  const withGpus = Object.values(REGION_ZONES).flatMap((zones) => zones.slice(0, -1))
  return {
    'MachineTypes.AggregatedList': offered('machineTypes', (name) => machineType(name) !== undefined, ZONES),
    'AcceleratorTypes.AggregatedList': offered(
      'acceleratorTypes',
      (name) => name.startsWith('nvidia-'),
      withGpus,
    ),
    'Regions.Get': ({ params }) => {
      const used = vms.usage(params.region ?? '')
      return {
        name: params.region,
        zones: REGION_ZONES[params.region ?? '']?.map((zone) =>
          state.link(`projects/${params.project}/zones/${zone}`),
        ),
        quotas: Object.entries(QUOTAS).map(([metric, limit]) => ({
          metric,
          limit,
          usage: used[metric] ?? 0,
        })),
      }
    },
  }
}
