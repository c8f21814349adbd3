import { FakeError } from '../fault.ts'
import { startLiveEndpoint } from '../live-endpoint.ts'
import { type ComputeState, type Json, pathOf } from './compute-state.ts'
import { type ComputeVms, listenSomewhere, numberOf } from './compute-vms.ts'

/** Addresses that load balancers and health checks come from. */
const BALANCERS = ['130.211.0.1', '35.191.0.1'].map(numberOf)

/** Managed instance groups, and the load balancer in front of one. */
export class ComputeGroups {
  readonly #state: ComputeState
  readonly #vms: ComputeVms
  readonly #errors = new Map<string, { code: string; message: string }>()

  constructor(state: ComputeState, vms: ComputeVms) {
    this.#state = state
    this.#vms = vms
  }

  /** The group makes its VMs from the template, in its zones, skipping those that have no machines left. */
  async fill(path: string): Promise<void> {
    const { body } = this.#state.get(path) as { body: Json }
    const template = this.#state.get(pathOf(body.instanceTemplate)).body as Json
    for (let index = 0; index < body.targetSize; index++)
      await this.#makeVm(path, body, template.properties, index)
    this.#state.change(path, { status: { isStable: !this.#errors.has(path) } })
  }

  async empty(path: string): Promise<void> {
    for (const { name } of this.#vmsOf(path)) await this.#vms.remove(name)
    await this.#state.project.inventory.remove(path)
  }

  errors(path: string): object[] {
    const error = this.#errors.get(path)
    return error ? [{ error }] : []
  }

  async #makeVm(path: string, group: Json, properties: Json, index: number): Promise<void> {
    const zones: string[] = group.distributionPolicy.zones.map(({ zone }: Json) => zone.split('/').at(-1))
    const room = zones.filter((zone) => !this.#vms.stockOut.has(zone))
    const zone = room[index % room.length] ?? zones[0] ?? ''
    const vm = `projects/${this.#state.project.id}/zones/${zone}/instances/${group.baseInstanceName}-${(index + 4660).toString(36)}`
    const metadata = { items: [...properties.metadata.items, { key: 'created-by', value: path }] }
    this.#vms.begin(vm, { ...properties, metadata }, path)
    try {
      await this.#vms.run(vm)
    } catch (error) {
      await this.#vms.remove(vm)
      if (!(error instanceof FakeError)) throw error
      this.#errors.set(path, {
        code: error.code === 8 ? 'QUOTA_EXCEEDED' : 'ZONE_RESOURCE_POOL_EXHAUSTED',
        message: error.message,
      })
    }
  }

  #vmsOf(group: string) {
    return this.#state.list('gce-instance', null).filter(({ partOf }) => partOf === group)
  }

  /** Rule to proxy to URL map to backend service to group to VM: the address answers as long as all of them are there. */
  async open(rule: string): Promise<void> {
    const { body } = this.#state.get(rule) as { body: Json }
    const live = await listenSomewhere(Number(String(body.portRange).split('-')[0]), (at) =>
      startLiveEndpoint({
        at,
        start: async () => ({ ...(await this.#backend(rule)), stop: async () => undefined }),
      }),
    )
    this.#state.change(rule, { IPAddress: live.host.split(':')[0] }, live.stop)
  }

  async #backend(rule: string) {
    const follow = (from: Json, field: string) => this.#state.get(pathOf(from[field])).body as Json
    const map = follow(follow(this.#state.get(rule).body, 'target'), 'urlMap')
    const service = follow(map, 'defaultService')
    const group = pathOf(service.backends[0].group).replace('/instanceGroups/', '/instanceGroupManagers/')
    const { port } = (this.#state.get(pathOf(service.healthChecks[0])).body as Json).httpHealthCheck
    for (const { name, body } of this.#vmsOf(group)) {
      const tags = (body as Json).tags?.items ?? []
      if (BALANCERS.every((from) => this.#vms.lets(from, tags, String(port)))) return this.#vms.backend(name)
    }
    throw new Error('no healthy upstream')
  }
}
