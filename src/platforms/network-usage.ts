import type { Usage } from '../core/bill.ts'
import { type Billed, usageLine } from './metering.ts'

/** What a load balancer bills. */
export interface LoadBalancer {
  readonly region: string
  /** Hours with any forwarding rule: the first five of them cost the same together as one does. */
  readonly ruleHours: Billed
  /** Hours, summed over the rules beyond the first five. */
  readonly furtherRuleHours: Billed
  readonly inboundGib: Billed
  readonly outboundGib: Billed
}

export function loadBalancerLines(billed: LoadBalancer): Usage[] {
  const line = (what: string, unit: string, quantity: Billed) =>
    usageLine(`network/${what}`, billed.region, unit, quantity)
  return [
    line('forwarding-rules', 'hour', billed.ruleHours),
    ...(billed.furtherRuleHours.quantity.gt(0)
      ? [line('forwarding-rules/additional', 'hour', billed.furtherRuleHours)]
      : []),
    line('load-balancer/inbound', 'GiB', billed.inboundGib),
    line('load-balancer/outbound', 'GiB', billed.outboundGib),
  ]
}

/** External IPv4 addresses: those of spot VMs cost less than those of others, unused ones more. */
export type AddressUse = 'vm' | 'spot-vm' | 'unused'

export function addressLine({
  region,
  use,
  addressHours,
}: {
  readonly region: string
  readonly use: AddressUse
  readonly addressHours: Billed
}): Usage {
  if (use === 'unused') return usageLine('network/ipv4/unused', region, 'hour', addressHours)
  return usageLine(
    'network/ipv4',
    region,
    'hour',
    addressHours,
    use === 'spot-vm' ? { purchase: 'spot' } : {},
  )
}
