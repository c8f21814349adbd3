import { familyName, gpuName } from './compute-rules.ts'
import { bySpot, type Rule } from './rule.ts'

/** Cloud Run services; jobs and worker pools have SKUs of their own, which match none of these. */
export const CLOUD_RUN_RULES: readonly Rule[] = [
  {
    text: /^Services (?<idle>Min Instance )?(?<kind>CPU|Memory)(?: Tier 2)? \(Request-based billing\)$/,
    family: 'ApplicationServices',
    subject: (part) => {
      const kind = part('kind').toLowerCase()
      return onDemand(`cloud-run/request-based/${part('idle') === '' ? kind : `idle-${kind}`}`)
    },
  },
  {
    text: /^Services (?<kind>CPU|Memory) \(Instance-based billing\)(?: in [a-z]+-[a-z]+\d+)?$/,
    family: 'ApplicationServices',
    subject: (part) => onDemand(`cloud-run/instance-based/${part('kind').toLowerCase()}`),
  },
  { text: /^Requests$/, family: 'ApplicationServices', subject: () => onDemand('cloud-run/requests') },
]

/** The first generation has SKUs of its own; the second is billed as Cloud Run. */
export const FUNCTIONS_RULES: readonly Rule[] = [
  {
    text: /^Cloud Run functions \(1st Gen\) (?<kind>CPU|Memory)(?: Tier 2)? \(Request-based billing\)(?: in .+)?$/i,
    family: 'ApplicationServices',
    subject: (part) => onDemand(`functions-1/${part('kind').toLowerCase()}`),
  },
  {
    text: /^Cloud Run functions \(1st Gen\) Invocations$/i,
    family: 'ApplicationServices',
    subject: () => onDemand('functions-1/invocations'),
  },
]

const PREDICTION = 'Vertex AI: Online/Batch Prediction'

/** Prediction; training and pipelines have SKUs of their own, which match none of these. */
export const VERTEX_RULES: readonly Rule[] = [
  {
    text: new RegExp(`^${PREDICTION} (?<family>\\w+)(?: AMD| Arm)?(?: Predefined)? Instance (?<kind>Core|Ram) running in .+$`, 'i'),
    subject: (part) => onDemand(`vertex/${familyName(part('family'))}/${coreOrMemory(part('kind'))}`),
  },
  {
    text: new RegExp(`^${PREDICTION} (?<gpu>Nvidia (?:Tesla )?\\w+(?: \\d+GB)?) GPU running in .+$`, 'i'),
    subject: (part) => onDemand(`vertex/gpu/${gpuName(part('gpu'))}`),
  },
  {
    text: new RegExp(`^${PREDICTION} management fee on (?<gpu>Nvidia (?:Tesla )?\\w+(?: \\d+GB)?)(?: GPU)? in .+$`, 'i'),
    subject: (part) => onDemand(`vertex/fee/gpu/${gpuName(part('gpu'))}`),
  },
  {
    text: new RegExp(`^${PREDICTION} management fee on (?<family>\\w+)(?: \\w+)?(?: Predefined)? Instance (?<kind>Core|Ram) in .+$`, 'i'),
    subject: (part) => onDemand(`vertex/fee/${familyName(part('family'))}/${coreOrMemory(part('kind'))}`),
  },
]

function coreOrMemory(word: string): string {
  return word.toLowerCase() === 'core' ? 'cpu' : 'memory'
}

function onDemand(resource: string) {
  return { resource, purchase: 'on-demand' as const }
}

/** What surrounds machines, of which Compute Engine bills most. */
export const NETWORK_RULES: readonly Rule[] = [
  {
    text: /^External IP Charge on a (?:Standard|(?<spot>Spot Preemptible)) VM$/,
    family: 'Network',
    subject: (part) => ({ resource: 'network/ipv4', purchase: bySpot(part) }),
  },
  {
    text: /^Network Load Balancing: Forwarding Rule Minimum Service Charge(?: in .+)?$/,
    family: 'Network',
    subject: () => onDemand('network/forwarding-rules'),
  },
  {
    text: /^Network Load Balancing: (?<way>Inbound|Outbound) Data Processing Charge(?: in .+)?$/,
    family: 'Network',
    subject: (part) => onDemand(`network/load-balancer/${part('way').toLowerCase()}`),
  },
]
