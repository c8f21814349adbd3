import type { Usage } from '../core/bill.ts'
import type { LoadBalancerItem, UsageItem } from '../core/usage-item.ts'
import { cloudRunItem } from './cloud-run/item.ts'
import { functionsItem } from './functions/item.ts'
import { diskItem, gceItem } from './gce/item.ts'
import { type ItemFault, type ItemMeter, PLAIN } from './item-meter.ts'
import { addressItem, loadBalancersUsage, networkItem, storageItem } from './network-items.ts'
import { vertexItem } from './vertex/item.ts'

type Meters = { readonly [P in UsageItem['platform']]: ItemMeter<Extract<UsageItem, { platform: P }>> }

const METERS: Meters = {
  'cloud-run': cloudRunItem,
  functions: functionsItem,
  vertex: vertexItem,
  gce: gceItem,
  disk: diskItem,
  network: networkItem,
  // Billed together by `meterItems`.
  'load-balancer': { ...PLAIN, usage: () => [] },
  address: addressItem,
  storage: storageItem,
}

export interface MeteredItems {
  /** With the index of the item that each comes from. */
  readonly usage: readonly (Usage & { readonly usageIndex: number })[]
  /** What a reader of the bill should know, each with the item that it is about. */
  readonly notes: readonly { readonly usageIndex: number; readonly note: string }[]
}

/** What the platform of an item finds wrong with it. */
export function itemFaults(item: UsageItem): readonly ItemFault[] {
  return meterOf(item).faults(item)
}

/** What Google bills for the items of a usage file. */
export function meterItems(items: readonly UsageItem[]): MeteredItems {
  const balancers = balancersUsage(items)
  const perItem = items.map((item, index) => balancers.get(index) ?? meterOf(item).usage(item))
  return {
    usage: perItem.flatMap((lines, usageIndex) => lines.map((line) => ({ ...line, usageIndex }))),
    notes: items.flatMap((item, usageIndex) =>
      meterOf(item)
        .notes(item)
        .map((note) => ({ usageIndex, note })),
    ),
  }
}

/** Load balancers of one region share their first forwarding rules. */
function balancersUsage(items: readonly UsageItem[]): Map<number, Usage[]> {
  const regions = new Map<string, [number, LoadBalancerItem][]>()
  for (const [index, item] of items.entries()) {
    if (item.platform !== 'load-balancer') continue
    const inRegion = regions.get(item.region) ?? []
    inRegion.push([index, item])
    regions.set(item.region, inRegion)
  }
  return new Map(
    [...regions.values()].flatMap((inRegion) => {
      const usage = loadBalancersUsage(inRegion.map(([, item]) => item))
      return inRegion.map(([index], at): [number, Usage[]] => [index, usage[at] ?? []])
    }),
  )
}

function meterOf<I extends UsageItem>(item: I): ItemMeter<I> {
  // Each entry takes items of its own key only; the compiler cannot tie the two together.
  return METERS[item.platform] as unknown as ItemMeter<I>
}
