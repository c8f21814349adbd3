import type { Accelerator, VertexCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import { decimal } from '../../core/money.ts'
import { billed } from '../../platforms/metering.ts'
import { nodeLines } from '../../platforms/vertex/usage.ts'
import type { DeployOrder } from '../deployer.ts'
import type { Hourly } from '../resource.ts'

/** The nodes that a deployment runs on. */
export interface NodeShape {
  readonly region: string
  readonly machineType: string
  readonly accelerator?: Accelerator
  readonly spot: boolean
  readonly minReplicas: number
  readonly maxReplicas: number
}

/** As the candidate says, with no more replicas than the settings let a measurement start. */
export function shapeOf(candidate: VertexCandidate, { settings }: DeployOrder): NodeShape {
  const most = Math.max(1, Math.min(candidate.maxReplicas, settings.maxReplicas))
  const accelerator = candidate.accelerator ?? machineType(candidate.machineType)?.accelerator
  return {
    region: candidate.region,
    machineType: candidate.machineType,
    ...(accelerator && { accelerator }),
    spot: candidate.purchase === 'spot',
    minReplicas: Math.min(most, Math.max(1, candidate.minReplicas)),
    maxReplicas: most,
  }
}

/** Nodes are billed while they exist, busy or idle: from the fewest to the most of them. */
export function hourlyOf(shape: NodeShape): Hourly {
  return { least: nodeHour(shape, shape.minReplicas), most: nodeHour(shape, shape.maxReplicas) }
}

function nodeHour({ region, machineType: type, accelerator, spot }: NodeShape, replicas: number) {
  return nodeLines({
    region,
    machineType: type,
    ...(accelerator && { accelerator }),
    nodeHours: billed(decimal(replicas)),
    purchase: spot ? 'spot' : 'on-demand',
  })
}

/** Google's name of a GPU as Compute Engine has it, `nvidia-tesla-t4`, as the enum of Vertex AI has it. */
export function acceleratorEnum(type: string): string {
  return type.toUpperCase().replaceAll('-', '_')
}

export function acceleratorName(value: string): string {
  return value.toLowerCase().replaceAll('_', '-')
}
