import type { Usage } from '../core/bill.ts'
import { type Decimal, decimal, exact } from '../core/money.ts'
import type { AddressItem, LoadBalancerItem, NetworkItem, StorageItem } from '../core/usage-item.ts'
import { type ItemMeter, PLAIN } from './item-meter.ts'
import { billed, usageLine } from './metering.ts'
import { addressLine, loadBalancerLines } from './network-usage.ts'

/** Premium tier, by destination. */
const EGRESS: Readonly<Record<string, string>> = {
  worldwide: 'network/egress/premium',
  australia: 'network/egress/premium/australia',
  china: 'network/egress/premium/china',
}

export const networkItem: ItemMeter<NetworkItem> = {
  ...PLAIN,
  usage: ({ region, destination, egressGib }) => [
    usageLine(EGRESS[destination] ?? `network/egress/${destination}`, region, 'GiB', billed(egressGib)),
  ],
}

export const addressItem: ItemMeter<AddressItem> = {
  ...PLAIN,
  usage({ region, use, count, hours }) {
    const words = `${exact(count)} × ${exact(hours)} h`
    return [addressLine({ region, use, addressHours: billed(count.times(hours), words) })]
  },
}

export const storageItem: ItemMeter<StorageItem> = {
  ...PLAIN,
  usage({ region, storageClass, ...used }) {
    const line = (what: string, unit: string, quantity: Decimal) =>
      usageLine(`storage/${what}`, region, unit, billed(quantity))
    // Standard is read for nothing.
    const retrieved = storageClass === 'standard' ? decimal(0) : used.retrievalGib
    return [
      line(storageClass, 'GiB-month', used.gibMonths),
      line(`${storageClass}/retrieval`, 'GiB', retrieved),
      line('operations/class-a', 'operation', used.classAOperations),
      line('operations/class-b', 'operation', used.classBOperations),
      line('egress', 'GiB', used.egressGib),
    ]
  },
}

/** Forwarding rules that cost as much together as one alone (Cloud Load Balancing pricing, 2025). */
const RULES_TOGETHER = 5

/**
 * The load balancers of one region: their first five forwarding rules are billed together, those that exist longest
 * taken as the first, so that the order of the items does not matter.
 *
 * @returns the usage of each balancer, in their order
 */
export function loadBalancersUsage(balancers: readonly LoadBalancerItem[]): Usage[][] {
  const longestFirst = [...balancers.keys()].sort((a, b) => {
    return balancers[b]?.hours.cmp(balancers[a]?.hours ?? 0) ?? 0
  })
  let together = RULES_TOGETHER
  const first = longestFirst.find((index) => (balancers[index]?.forwardingRules ?? 0) > 0)
  const further = new Map<number, number>()
  for (const index of longestFirst) {
    const rules = balancers[index]?.forwardingRules ?? 0
    further.set(index, Math.max(0, rules - together))
    together = Math.max(0, together - rules)
  }
  return balancers.map((balancer, index) => balancerUsage(balancer, index === first, further.get(index) ?? 0))
}

function balancerUsage(balancer: LoadBalancerItem, hasFirst: boolean, further: number): Usage[] {
  const { region, hours, inboundGib, outboundGib } = balancer
  return loadBalancerLines({
    region,
    ruleHours: billed(hasFirst ? hours : decimal(0), `up to ${RULES_TOGETHER} rules × ${exact(hours)} h`),
    furtherRuleHours: billed(hours.times(further), `${further} further rules × ${exact(hours)} h`),
    inboundGib: billed(inboundGib),
    outboundGib: billed(outboundGib),
  })
}
