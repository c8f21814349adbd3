import type { Purchase, Usage } from '../../core/bill.ts'
import type { CloudRunCandidate } from '../../core/candidate.ts'
import { HOURS_PER_MONTH, type MonthOperation } from '../../core/operation.ts'
import { type Billed, busyReplicaSeconds, replicaHours, simulated, usageLine } from '../metering.ts'

/** What Cloud Run bills where it bills by the request: seconds in steps of 100 ms, and the requests. */
export interface RequestBased {
  readonly region: string
  readonly purchase?: Purchase
  readonly vcpuSeconds: Billed
  readonly gibSeconds: Billed
  /** Of minimum instances without a request. */
  readonly idleVcpuSeconds: Billed
  readonly idleGibSeconds: Billed
  readonly requests: Billed
}

/** What it bills where it bills the life of each instance, at least a minute of it; requests cost nothing. */
export interface InstanceBased {
  readonly region: string
  readonly purchase?: Purchase
  readonly vcpuSeconds: Billed
  readonly gibSeconds: Billed
  readonly gpu?: { readonly type: string; readonly seconds: Billed }
}

export function requestBasedLines(billed: RequestBased): Usage[] {
  const { region, purchase } = billed
  const line = (what: string, unit: string, quantity: Billed) =>
    usageLine(`cloud-run/request-based/${what}`, region, unit, quantity, purchase && { purchase })
  return [
    line('cpu', 'vCPU-second', billed.vcpuSeconds),
    line('memory', 'GiB-second', billed.gibSeconds),
    line('idle-cpu', 'vCPU-second', billed.idleVcpuSeconds),
    line('idle-memory', 'GiB-second', billed.idleGibSeconds),
    usageLine('cloud-run/requests', region, 'request', billed.requests),
  ]
}

export function instanceBasedLines({
  region,
  purchase,
  vcpuSeconds,
  gibSeconds,
  gpu,
}: InstanceBased): Usage[] {
  const line = (what: string, unit: string, quantity: Billed) =>
    usageLine(`cloud-run/instance-based/${what}`, region, unit, quantity, purchase && { purchase })
  return [
    line('cpu', 'vCPU-second', vcpuSeconds),
    line('memory', 'GiB-second', gibSeconds),
    ...(gpu ? [usageLine(`cloud-run/gpu/${gpu.type}`, region, 'GPU-second', gpu.seconds)] : []),
  ]
}

/** An instance as Cloud Run bills it; Cloud Functions of the 2nd generation are billed the same. */
type BilledInstance = Pick<CloudRunCandidate, 'region' | 'vcpus' | 'memoryGib' | 'minReplicas'>

export function cloudRunUsage(candidate: CloudRunCandidate, month: MonthOperation): Usage[] {
  return candidate.billing === 'request-based'
    ? requestBasedUsage(candidate, month)
    : instanceBasedUsage(candidate, month)
}

/** Busy seconds at the active rate, the rest of the minimum instances at the idle rate, and the requests. */
export function requestBasedUsage(instance: BilledInstance, month: MonthOperation): Usage[] {
  const { region, vcpus, memoryGib, minReplicas } = instance
  const busyS = busyReplicaSeconds(month)
  const idleS = Math.max(0, minReplicas * HOURS_PER_MONTH * 3600 - busyS)
  return requestBasedLines({
    region,
    vcpuSeconds: simulated(busyS * vcpus),
    gibSeconds: simulated(busyS * memoryGib),
    idleVcpuSeconds: simulated(idleS * vcpus),
    idleGibSeconds: simulated(idleS * memoryGib),
    requests: simulated(Math.round(month.requests)),
  })
}

/** The whole life of each instance. */
function instanceBasedUsage(candidate: CloudRunCandidate, month: MonthOperation): Usage[] {
  const { region, vcpus, memoryGib, accelerator } = candidate
  const seconds = replicaHours(month) * 3600
  return instanceBasedLines({
    region,
    vcpuSeconds: simulated(seconds * vcpus),
    gibSeconds: simulated(seconds * memoryGib),
    ...(accelerator && {
      gpu: { type: accelerator.type, seconds: simulated(seconds * accelerator.count) },
    }),
  })
}
