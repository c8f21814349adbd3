import type { GceCandidate } from '../../core/candidate.ts'
import type { Deployment, DeployOrder } from '../deployer.ts'
import type { Pending, Scope } from '../scope.ts'
import { clientRanges } from './client-address.ts'
import { computeClient } from './compute-clients.ts'
import { called, isStockOut, lastPart, pendingOperation } from './compute-operation.ts'
import { createFirewall } from './create-firewall.ts'
import { machineProperties } from './machine.ts'
import { nameOf } from './names.ts'
import { vmResources } from './plan.ts'
import { answers } from './probe.ts'
import { noZone, zonesFor } from './zones.ts'

/** A VM that runs the image, reached at its own address by this machine only. */
export async function deployVm(
  candidate: GceCandidate,
  order: DeployOrder,
  scope: Scope,
): Promise<Deployment> {
  const { firewall, vm } = vmResources(candidate, order)
  const { port, healthPath, predictPath } = order.settings
  const ranges = await scope.step('find this machine’s address', () => clientRanges(order))
  await createFirewall(scope, firewall, order, ranges)
  const zones = await scope.step('find zones with the machine', () => zonesFor(candidate, scope.cloud))
  if (zones.length === 0) throw new Error(noZone(candidate))
  const zone = await scope.create(vm, 'create the VM', () => createInOneOf(zones, candidate, order, scope))
  const address = await scope.step('start the server', async () => {
    const found = await scope.until('starting the VM', () => addressOf(order, zone, scope))
    await scope.until('starting the server', async () => {
      await addressOf(order, zone, scope)
      return answers(`http://${found}:${port}${healthPath}`)
    })
    return found
  })
  return {
    url: `http://${address}:${port}${predictPath}`,
    auth: { kind: 'none' },
    startStep: 'start the server',
  }
}

/** Tries the zones in turn, as long as one has none of the machines left. @returns the zone that had */
async function createInOneOf(
  zones: readonly string[],
  candidate: GceCandidate,
  order: DeployOrder,
  scope: Scope,
): Promise<Pending<string>> {
  const [zone = '', ...others] = zones
  const pending = await createIn(zone, candidate, order, scope)
  let look = lookOf(pending)
  return {
    look: async () => {
      try {
        return await look()
      } catch (error) {
        const next = others.shift()
        if (next === undefined || !isStockOut(error)) throw error
        look = lookOf(await createIn(next, candidate, order, scope))
        return undefined
      }
    },
  }
}

function lookOf<T>(pending: Pending<T>): () => Promise<T | undefined> {
  return 'done' in pending ? async () => pending.done : pending.look
}

async function createIn(
  zone: string,
  candidate: GceCandidate,
  order: DeployOrder,
  { cloud }: Scope,
): Promise<Pending<string>> {
  const client = await computeClient(cloud, 'InstancesClient')
  const instanceResource = { name: nameOf(order), ...machineProperties(candidate, order, zone) }
  const asked = { project: cloud.project, zone, instanceResource }
  const started = await called(() => client.insert(asked, cloud.callOptions))
  return pendingOperation(cloud, started, () => zone)
}

const ENDED = ['STOPPING', 'STOPPED', 'SUSPENDED', 'TERMINATED']

/** Its external address. @throws when the VM has ended */
async function addressOf(order: DeployOrder, zone: string, { cloud }: Scope): Promise<string | undefined> {
  const client = await computeClient(cloud, 'InstancesClient')
  const asked = { project: cloud.project, zone, instance: nameOf(order) }
  const [vm] = await called(() => client.get(asked, cloud.callOptions))
  if (ENDED.includes(vm.status ?? ''))
    throw new Error(`the VM is ${vm.status} in ${lastPart(vm.zone)}: it was taken away or shut down`)
  return vm.networkInterfaces?.[0]?.accessConfigs?.[0]?.natIP ?? undefined
}
