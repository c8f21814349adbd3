import type { Usage } from '../../core/bill.ts'
import type { GceCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import { decimal, exact } from '../../core/money.ts'
import { HOURS_PER_MONTH, type MonthOperation } from '../../core/operation.ts'
import { replicaHours, replicasByHours, usageOf } from '../metering.ts'

/** Machine components by the hour, GPUs, disks, and the address or the load balancer in front. */
export function gceUsage(candidate: GceCandidate, month: MonthOperation): Usage[] {
  const machines = replicasByHours(month).flatMap(([hours, replicas]) =>
    machineUsage(candidate, hours, replicas),
  )
  return [...machines, ...diskUsage(candidate, month), ...networkUsage(candidate, month)]
}

/** `replicas` VMs that each run `hours` of the month, as Google bills them: by vCPU, GiB and GPU. */
function machineUsage(candidate: GceCandidate, hours: number, replicas: number): Usage[] {
  const machine = machineType(candidate.machineType)
  if (!machine) throw new Error(`unknown machine type ${candidate.machineType} passed the scenario's checks`)
  const { family, vcpus, memoryGib } = machine
  const monthShare = exact(decimal(Number((hours / HOURS_PER_MONTH).toPrecision(9))))
  const line = (what: string, unit: string, each: number): Usage => ({
    ...usageOf(`gce/${what}`, candidate.region, unit, each * hours * replicas),
    monthShare,
  })
  const gpu = candidate.accelerator
  if (machine.soldWhole) return [line(`machine/${machine.name}`, 'hour', 1)]
  return [
    line(`${family}/cpu`, 'vCPU-hour', vcpus),
    line(`${family}/memory`, 'GiB-hour', memoryGib),
    ...(gpu ? [line(`gpu/${gpu.type}`, 'GPU-hour', gpu.count)] : []),
  ]
}

/** Boot disks while their VMs run, and the local SSD that some types always bring. */
function diskUsage(candidate: GceCandidate, month: MonthOperation): Usage[] {
  const months = replicaHours(month) / HOURS_PER_MONTH
  const localSsdGib = machineType(candidate.machineType)?.localSsdGib ?? 0
  const line = (type: string, gib: number) =>
    usageOf(`gce/disk/${type}`, candidate.region, 'GiB-month', gib * months)
  return [
    line('pd-balanced', candidate.diskGib),
    ...(localSsdGib > 0 ? [line('local-ssd', localSsdGib)] : []),
  ]
}

function networkUsage(candidate: GceCandidate, month: MonthOperation): Usage[] {
  const { region } = candidate
  if (candidate.kind === 'vm') return [usageOf('network/ipv4', region, 'hour', replicaHours(month))]
  const gib = (bytes: number) => (month.requests * bytes) / 2 ** 30
  return [
    usageOf('network/forwarding-rules', region, 'hour', HOURS_PER_MONTH),
    usageOf('network/load-balancer/inbound', region, 'GiB', gib(month.requestBytes)),
    usageOf('network/load-balancer/outbound', region, 'GiB', gib(month.replyBytes)),
  ]
}
