import { onDemand, type Rule } from './rule.ts'

const BILLING = ' \\(Request-based billing\\)'
const IN_REGION = '(?: in [a-z]+-[a-z]+\\d+)?'

/** Cloud Run services; jobs and worker pools have SKUs of their own, which match none of these. */
export const CLOUD_RUN_RULES: readonly Rule[] = [
  {
    text: new RegExp(`^Services (?<idle>Min Instance )?(?<kind>CPU|Memory)(?: Tier 2)?${BILLING}$`),
    family: 'ApplicationServices',
    subject: (part) => onDemand(`cloud-run/request-based/${idle(part)}${part('kind').toLowerCase()}`),
  },
  {
    text: new RegExp(`^Services (?<kind>CPU|Memory) \\(Instance-based billing\\)${IN_REGION}$`),
    family: 'ApplicationServices',
    subject: (part) => onDemand(`cloud-run/instance-based/${part('kind').toLowerCase()}`),
  },
  {
    // No public listing shows the texts of GPU SKUs (2026-11): this takes the words of the pricing page.
    text: new RegExp(
      `^(?:Services )?Nvidia (?<gpu>L4|RTX PRO 6000)(?: GPU)? \\(?(?<zonal>with|without|no) zonal redundancy\\)?(?: \\(Instance-based billing\\))?${IN_REGION}$`,
      'i',
    ),
    subject: (part) => {
      const gpu = part('gpu').toLowerCase().replaceAll(' ', '-')
      return onDemand(`cloud-run/gpu/nvidia-${gpu}${part('zonal').toLowerCase() === 'with' ? '/zonal' : ''}`)
    },
  },
  { text: /^Requests$/, family: 'ApplicationServices', subject: () => onDemand('cloud-run/requests') },
  {
    text: /^Cloud Run Network Internet Data Transfer Out (?<from>.+) to \k<from>$/,
    subject: () => onDemand('cloud-run/egress/same-continent'),
  },
]

/** The first generation has SKUs of its own; the second is billed as Cloud Run. */
export const FUNCTIONS_RULES: readonly Rule[] = [
  {
    text: new RegExp(
      `^Cloud Run functions \\(1st Gen\\) (?<idle>Min[- ]Instance )?(?<kind>CPU|Memory)(?: Tier 2)?(?:${BILLING})?(?: in .+)?$`,
      'i',
    ),
    family: 'ApplicationServices',
    subject: (part) => onDemand(`functions-1/${idle(part)}${part('kind').toLowerCase()}`),
  },
  {
    text: /^Cloud Run functions \(1st Gen\) Invocations$/i,
    family: 'ApplicationServices',
    subject: () => onDemand('functions-1/invocations'),
  },
  {
    text: /^Cloud Run functions \(1st Gen\) Network Data Transfer Out$/i,
    subject: () => onDemand('functions-1/egress'),
  },
]

function idle(part: (name: string) => string): string {
  return part('idle') === '' ? '' : 'idle-'
}
