import { status } from '@grpc/grpc-js'
import { FakeError } from '../fault.ts'
import { type Backend, type LiveEndpoint, startLiveEndpoint } from '../live-endpoint.ts'
import { QUOTAS, takenBy } from './compute-places.ts'
import { type ComputeState, type Json, regionOf } from './compute-state.ts'

export interface VmOptions {
  readonly state: ComputeState
  readonly serve: () => Promise<Backend>
}

/** VMs: their disks, addresses, quotas, and the server that each runs once it has booted. */
export class ComputeVms {
  readonly #state: ComputeState
  readonly #serve: VmOptions['serve']
  readonly #backends = new Map<string, Promise<Backend>>()
  /** Zones that have no machines left. */
  readonly stockOut = new Set<string>()
  /** What the serial port says of a VM. */
  serial = 'cos boots\n'
  /** VMs that boot and never answer. */
  mute = false

  constructor({ state, serve }: VmOptions) {
    this.#state = state
    this.#serve = serve
  }

  /** As it is listed at once, before it runs. @throws FakeError where the request is no VM */
  begin(path: string, body: Json, partOf?: string): void {
    check(body)
    const zone = path.split('/')[3] ?? ''
    const disk = `projects/${this.#state.project.id}/zones/${zone}/disks/${path.split('/').at(-1)}`
    const [boot] = body.disks
    const { initializeParams, ...attached } = boot
    const diskSizeGb = initializeParams.diskSizeGb
    this.#state.add({
      kind: 'gce-instance',
      path,
      body: {
        ...body,
        status: 'STAGING',
        disks: [{ ...attached, diskSizeGb, source: this.#state.link(disk) }],
      },
      ...(partOf !== undefined && { partOf }),
    })
    const labels = initializeParams.labels ?? {}
    this.#state.add({ kind: 'gce-disk', path: disk, body: { labels, sizeGb: diskSizeGb }, partOf: path })
  }

  /** It runs, with an address, where something answers. @throws FakeError for want of a machine or of quota */
  async run(path: string): Promise<void> {
    if (!this.#state.has(path)) return
    const { body } = this.#state.get(path) as { body: Json }
    this.#checkRoom(path, body)
    const live = await this.#listen(path, body)
    const [card] = body.networkInterfaces
    const accessConfigs = [{ ...card.accessConfigs[0], natIP: live.host.split(':')[0] }]
    this.#state.change(
      path,
      { status: 'RUNNING', networkInterfaces: [{ ...card, accessConfigs }] },
      async () => {
        await live.stop()
      },
    )
  }

  /** With its disk, which is set to go with it. */
  async remove(path: string): Promise<void> {
    const { inventory } = this.#state.project
    for (const { name, partOf } of inventory.list('gce-disk'))
      if (partOf === path) await inventory.remove(name)
    await inventory.remove(path)
    const backend = this.#backends.get(path)
    this.#backends.delete(path)
    await (await backend?.catch(() => undefined))?.stop()
  }

  /** Where the server of a VM answers; it starts at the first look. */
  backend(path: string): Promise<Backend> {
    if (this.mute) return Promise.reject(new Error('nothing listens in the VM'))
    const known = this.#backends.get(path) ?? this.#serve()
    this.#backends.set(path, known)
    return known
  }

  /** Whether a firewall rule lets this address reach a VM's port. */
  lets(address: number, tags: readonly string[], port: string): boolean {
    return this.#state.list('gce-firewall', null).some(({ body }) => {
      const rule = body as Json
      return (
        rule.targetTags.some((tag: string) => tags.includes(tag)) &&
        rule.allowed.some((each: Json) => each.IPProtocol === 'tcp' && each.ports.includes(port)) &&
        rule.sourceRanges.some((range: string) => holds(range, address))
      )
    })
  }

  async #listen(path: string, body: Json): Promise<LiveEndpoint> {
    const { port } = published(body)
    const tags = body.tags?.items ?? []
    return listenSomewhere(Number(port), (at) =>
      startLiveEndpoint({
        at,
        start: async () => ({ ...(await this.backend(path)), stop: async () => undefined }),
        admit: (from) => this.lets(numberOf(from), tags, port),
      }),
    )
  }

  #checkRoom(path: string, body: Json): void {
    const zone = path.split('/')[3] ?? ''
    if (this.stockOut.has(zone)) {
      const message = `The zone '${zone}' does not have enough resources available to fulfill the request.`
      throw new FakeError(status.UNAVAILABLE, message)
    }
    const used = this.usage(regionOf(path))
    for (const metric of Object.keys(takenBy(body))) {
      const limit = QUOTAS[metric]
      if (limit === undefined || (used[metric] ?? 0) <= limit) continue
      const message = `Quota '${metric}' exceeded.  Limit: ${limit}.0 in region ${regionOf(path)}.`
      throw new FakeError(status.RESOURCE_EXHAUSTED, message)
    }
  }

  /** Of a region's quotas. */
  usage(region: string): Record<string, number> {
    const used: Record<string, number> = {}
    for (const vm of this.#state.list('gce-instance', null)) {
      if (vm.region !== region) continue
      for (const [metric, amount] of Object.entries(takenBy(vm.body)))
        used[metric] = (used[metric] ?? 0) + amount
    }
    return used
  }
}

/** What the real service refuses, and what Plimsoll may never leave out. */
function check({ disks, machineType, metadata, networkInterfaces, labels }: Json): void {
  const invalid = (message: string) => new FakeError(status.INVALID_ARGUMENT, message)
  if (!machineType) throw invalid("Invalid value for field 'resource.machineType'")
  if (!disks?.[0]?.boot || !disks[0].initializeParams?.sourceImage)
    throw invalid('At least one boot disk is required')
  if (!disks[0].autoDelete) throw invalid('the fake cloud wants boot disks that go with their VM')
  if (!networkInterfaces?.[0]?.network) throw invalid('At least one network interface is required')
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(String(value)))
      throw invalid(`Invalid value for field 'resource.labels': '${key}'`)
  }
  published({ metadata })
}

/** Container-Optimized OS runs what `user-data` says. @throws FakeError where it would serve nothing */
function published({ metadata }: Json): { port: string } {
  const userData = metadata?.items?.find(({ key }: Json) => key === 'user-data')?.value ?? ''
  const port = /ExecStart=\/usr\/bin\/docker run .*--publish=(\d+):\d+/.exec(userData)?.[1]
  const open = port && userData.includes(`--dport ${port} -j ACCEPT`)
  if (!userData.startsWith('#cloud-config') || !port || !open)
    throw new FakeError(
      status.INVALID_ARGUMENT,
      'the fake VM would serve nothing: no unit in user-data, or its port is shut',
    )
  return { port }
}

/** An address of 127.0.0.0/8 that nobody listens at, so that many VMs have the same port, as in a network. */
export async function listenSomewhere<T>(
  port: number,
  listen: (at: { host: string; port: number }) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const byte = () => 1 + Math.floor(Math.random() * 250)
    try {
      return await listen({ host: `127.${byte()}.${byte()}.${byte()}`, port })
    } catch (error) {
      if ((error as { code?: string }).code !== 'EADDRINUSE' || attempt > 20) throw error
    }
  }
}

export function numberOf(address: string): number {
  return address
    .replace(/^::ffff:/, '')
    .split('.')
    .reduce((sum, byte) => sum * 256 + Number(byte), 0)
}

function holds(range: string, address: number): boolean {
  const [base = '', bits = '32'] = range.split('/')
  const size = 2 ** (32 - Number(bits))
  return Math.floor(numberOf(base) / size) === Math.floor(address / size)
}
