import type { GceCandidate } from '../../core/candidate.ts'
import { INSTANCE_GROUP_LOOP } from '../../core/controller.ts'
import { machineType } from '../../core/machine-type.ts'
import type { Refusal } from '../../core/measurement.ts'
import { gpuAttachmentLimits } from '../gpu-limits.ts'
import type { Platform } from '../platform.ts'
import { gceUsage } from './usage.ts'

/** Default timeout of a load balancer's backend (Cloud Load Balancing docs, 2026-08). */
const BACKEND_TIMEOUT_S = 30

/** Compute Engine: fixed VMs, or a managed instance group behind a load balancer; billed while they run. */
export const gce: Platform<GceCandidate> = {
  id: 'gce',
  limits(candidate) {
    const refusals: Refusal[] = gpuAttachmentLimits(candidate)
    if (candidate.kind === 'mig' && candidate.minReplicas < 1) {
      const rule = 'a group that scales on CPU keeps at least 1 VM: at 0 there is nothing to measure'
      refusals.push({ rule, source: 'follows from the signal (Compute Engine docs, autoscaler, 2026-08)' })
    }
    return refusals
  },
  payloadLimits: () => [],
  replica(candidate) {
    const machine = machineType(candidate.machineType)
    if (!machine)
      throw new Error(`unknown machine type ${candidate.machineType} passed the scenario's checks`)
    const { vcpus, family, memoryGib } = machine
    const gpu = candidate.accelerator ? { accelerator: candidate.accelerator } : {}
    return { vcpus, cpu: family, memoryGib, concurrency: Number.POSITIVE_INFINITY, ...gpu }
  },
  scaling({ kind, minReplicas: min, maxReplicas: max, accelerator }, { targetUtilization }) {
    const provisioning = accelerator ? 'gpuVm' : 'vm'
    if (kind === 'vm') {
      const controller = { kind: 'fixed', replicas: min } as const
      // Without a balancer the clients take the VMs in turn.
      const timeoutS = Number.POSITIVE_INFINITY
      return { controller, routing: 'round-robin', provisioning, pendingQueue: false, timeoutS }
    }
    return {
      controller: { kind: 'instance-group', ...INSTANCE_GROUP_LOOP, min, max, target: targetUtilization },
      routing: 'least-outstanding',
      provisioning,
      pendingQueue: false,
      timeoutS: BACKEND_TIMEOUT_S,
    }
  },
  usage: gceUsage,
  caveats: (candidate) => [...kindCaveats(candidate), ...purchaseCaveats(candidate)],
  assumptions: [
    {
      name: 'Instance groups scale',
      value:
        'look every 60 s; VMs younger than 60 s are ignored; the size follows the peak of the last 10 min',
      source: 'Compute Engine API defaults, 2026-08; how often they look is not published',
    },
    {
      name: 'Load balancer',
      value: 'one forwarding rule, $0.008 per GiB each way',
      source: 'Cloud Load Balancing pricing; a passthrough balancer inside the network costs less',
    },
    {
      name: 'Compute Engine sustained use discount',
      value: 'applied to N1, N2, N2D and C2 by the share of the month that each VM runs',
      source: 'Compute Engine pricing, 2026-07; it is automatic on on-demand prices',
    },
    {
      name: 'Compute Engine VM address',
      value: 'a fixed VM has one external IPv4 address, a group only its load balancer',
      source: 'choice of this tool; a VM reached from inside its network needs none',
    },
  ],
}

function kindCaveats({ kind, minReplicas }: GceCandidate): string[] {
  if (kind === 'mig') return []
  if (minReplicas === 1) return ['a single VM: nothing takes over when it fails, and it does not scale']
  return ['fixed VMs without a load balancer: the clients spread their requests, and nothing scales']
}

function purchaseCaveats({ purchase }: GceCandidate): string[] {
  switch (purchase) {
    case 'spot':
      return ['spot VMs may be taken away at any time, all at once, and are not always to be had']
    case 'commit-1yr':
    case 'commit-3yr':
      return [`a commitment is paid for ${purchase === 'commit-1yr' ? '1 year' : '3 years'}, used or not`]
    default:
      return []
  }
}
