import type { GceCandidate } from '../../core/candidate.ts'
import type { Cloud } from '../cloud.ts'
import type { DeployOrder } from '../deployer.ts'
import { shownLines } from '../log-lines.ts'
import { computeClient } from './compute-clients.ts'
import { called, lastPart } from './compute-operation.ts'
import { nameOf } from './names.ts'
import { vmsOfRun } from './vm-kind.ts'

/** The last lines of the serial port of the candidate's first VM: the container's output goes there too. */
export async function serialLines(
  { region }: GceCandidate,
  order: DeployOrder,
  cloud: Cloud,
): Promise<readonly string[]> {
  const all = await vmsOfRun(cloud, region, order.run)
  const vm = all.find(({ name }) => name === nameOf(order) || name?.startsWith(`${nameOf(order)}-`))
  if (!vm?.name) return []
  const client = await computeClient(cloud, 'InstancesClient')
  const asked = { project: cloud.project, zone: lastPart(vm.zone), instance: vm.name, port: 1 }
  const [{ contents }] = await called(() => client.getSerialPortOutput(asked, cloud.callOptions))
  return shownLines(contents ?? '')
}
