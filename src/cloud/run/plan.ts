import type { CloudRunCandidate } from '../../core/candidate.ts'
import { decimal } from '../../core/money.ts'
import { instanceBasedLines, requestBasedLines } from '../../platforms/cloud-run/usage.ts'
import { billed } from '../../platforms/metering.ts'
import type { DeployOrder, DeployPlan } from '../deployer.ts'
import type { Hourly } from '../resource.ts'
import { resourceName } from '../run-labels.ts'

export const SERVICE_KIND = 'run-service'

export function serviceName({ region }: Pick<CloudRunCandidate, 'region'>, order: DeployOrder): string {
  const { settings, run, key } = order
  return `projects/${settings.project}/locations/${region}/services/${resourceName(run, key)}`
}

/** Instances that the deployment may have at most and at least. */
export function instances(
  { minReplicas, maxReplicas }: Pick<CloudRunCandidate, 'minReplicas' | 'maxReplicas'>,
  { settings }: DeployOrder,
): { readonly min: number; readonly max: number } {
  const max = Math.min(maxReplicas, settings.maxReplicas)
  return { min: Math.min(minReplicas, max), max }
}

/** A service until it is ready, with the image pulled: seconds to a few minutes; on a GPU the driver comes on top. */
const READY_S = { cpu: [10, 120], gpu: [30, 300] } as const

export function planService(candidate: CloudRunCandidate, order: DeployOrder): DeployPlan {
  const { min, max } = instances(candidate, order)
  const { region, vcpus, memoryGib, billing, accelerator, maxReplicas } = candidate
  const shape = { region, vcpus, memoryGib, billing, ...(accelerator && { gpu: accelerator.type }) }
  const [lowS, highS] = READY_S[accelerator ? 'gpu' : 'cpu']
  const capped = max < maxReplicas ? [`at most ${max} of ${maxReplicas} instances (deploy.maxReplicas)`] : []
  return {
    resources: [
      {
        kind: SERVICE_KIND,
        name: serviceName(candidate, order),
        region,
        hourly: serviceHourly(shape, min, max),
      },
    ],
    steps: [{ step: 'create the service', lowS, highS }],
    notes: capped,
  }
}

interface Shape {
  readonly region: string
  readonly vcpus: number
  readonly memoryGib: number
  readonly billing: CloudRunCandidate['billing']
  readonly gpu?: string
}

/** An hour of so many instances: idle minimum ones at least, all of them busy at most. Requests cost next to nothing. */
export function serviceHourly(shape: Shape, min: number, max: number): Hourly {
  return { least: hourOf(shape, min, 'idle'), most: hourOf(shape, max, 'busy') }
}

const NONE = billed(decimal(0))

function hourOf({ region, vcpus, memoryGib, billing, gpu }: Shape, count: number, at: 'idle' | 'busy') {
  const seconds = decimal(count).times(3600)
  const vcpuSeconds = billed(seconds.times(vcpus))
  const gibSeconds = billed(seconds.times(memoryGib))
  if (billing === 'instance-based') {
    const of = gpu === undefined ? {} : { gpu: { type: gpu, seconds: billed(seconds) } }
    return instanceBasedLines({ region, vcpuSeconds, gibSeconds, ...of })
  }
  const idle = { idleVcpuSeconds: vcpuSeconds, idleGibSeconds: gibSeconds }
  const busy = { vcpuSeconds, gibSeconds }
  const nothing = { vcpuSeconds: NONE, gibSeconds: NONE, idleVcpuSeconds: NONE, idleGibSeconds: NONE }
  return requestBasedLines({ region, requests: NONE, ...nothing, ...(at === 'idle' ? idle : busy) })
}
