import type { Purchase, Usage } from '../../core/bill.ts'
import type { Accelerator, VertexCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import { decimal } from '../../core/money.ts'
import type { MonthOperation } from '../../core/operation.ts'
import { type Billed, billed, replicaHours, simulated, usageLine } from '../metering.ts'

/** Nodes as Vertex AI bills them, busy or idle. */
export interface Nodes {
  readonly region: string
  readonly machineType: string
  readonly accelerator?: Accelerator
  readonly nodeHours: Billed
  readonly purchase: Extract<Purchase, 'on-demand' | 'spot'>
}

/**
 * Node-hours, and the GPUs that are attached to the nodes. On demand Vertex AI's fee is inside its prices; on spot
 * Compute Engine's GPUs are billed and the fee apart, as for the machine itself.
 */
export function nodeLines({ region, machineType: type, accelerator, nodeHours, purchase }: Nodes): Usage[] {
  const spot = purchase === 'spot'
  const extra = spot ? { purchase } : {}
  const machine = usageLine(`vertex/machine/${type}`, region, 'node-hour', nodeHours, extra)
  if (!accelerator || machineType(type)?.accelerator) return [machine]
  const words = nodeHours.words && `${nodeHours.words} × ${accelerator.count} GPU`
  const gpuHours = billed(nodeHours.quantity.times(decimal(accelerator.count)), words)
  const gpu = (of: string, more = {}) =>
    usageLine(`${of}/gpu/${accelerator.type}`, region, 'GPU-hour', gpuHours, more)
  return [machine, ...(spot ? [gpu('gce', extra), gpu('vertex/fee')] : [gpu('vertex')])]
}

export function vertexUsage(candidate: VertexCandidate, month: MonthOperation): Usage[] {
  const { machineType: type, region, accelerator, purchase = 'on-demand' } = candidate
  const nodeHours = simulated(replicaHours(month))
  return nodeLines({
    region,
    machineType: type,
    nodeHours,
    purchase,
    ...(accelerator && { accelerator }),
  })
}
