import type { PriceBook, Usage } from '../core/bill.ts'
import { type MachineType, machineType } from '../core/machine-type.ts'
import type { Decimal } from '../core/money.ts'
import { decimal, exact } from '../core/money.ts'
import { findPrice } from './price-book.ts'

/** A month as Google converts hourly prices of storage to monthly ones. */
const HOURS_PER_MONTH = 730

/** One of the things that Google bills for a machine, and how much of it an hour of the machine is. */
export interface Component {
  readonly resource: string
  readonly unit: string
  readonly perHour: Decimal
}

/** `vertex/machine/n1-standard-4` or `gce/machine/g2-standard-8`, as platform and type. */
const MACHINE = /^(vertex|gce)\/machine\/(.+)$/

/**
 * Usage of whole machines (`vertex/machine/<type>` by the node-hour, `gce/machine/<type>` by the hour) as usage of
 * what Google bills for them, so that each line of a bill names a SKU. A machine that the book prices whole in that
 * region stays as it is; so does one that is no known machine type, and all other usage.
 */
export function resolveUsage(usage: readonly Usage[], book: PriceBook): Usage[] {
  return usage.flatMap((item) => {
    const [, platform, name = ''] = MACHINE.exec(item.resource) ?? []
    const machine = machineType(name)
    if (!machine || machine.soldWhole || findPrice(book, item.resource, item.region, item.purchase))
      return [item]
    return platform === 'vertex' ? vertexUsage(machine, item) : partsOf(item, gceComponents(machine))
  })
}

/** vCPUs, memory, the GPUs and the local SSD that are part of the type: what Compute Engine bills for it. */
export function gceComponents(machine: MachineType): Component[] {
  const { localSsdGib } = machine
  const ssd = {
    resource: 'gce/disk/local-ssd',
    unit: 'GiB-month',
    perHour: decimal(localSsdGib).div(HOURS_PER_MONTH),
  }
  if (machine.soldWhole)
    return [{ resource: `gce/machine/${machine.name}`, unit: 'hour', perHour: decimal(1) }]
  return [...computeComponents(machine, 'gce'), ...(localSsdGib > 0 ? [ssd] : [])]
}

/**
 * On demand Vertex AI bills SKUs of its own, its fee inside and no local SSD; on spot, those of Compute Engine and a
 * management fee on vCPUs, memory and GPUs, which is not discounted (Cloud Billing report in a Zenn article, 2025-08).
 */
function vertexUsage(machine: MachineType, item: Usage): Usage[] {
  if (item.purchase !== 'spot') return partsOf(item, computeComponents(machine, 'vertex'))
  const fees = computeComponents(machine, 'vertex/fee')
  return [...partsOf(item, gceComponents(machine)), ...partsOf({ ...item, purchase: 'on-demand' }, fees)]
}

function computeComponents(
  { family, vcpus, memoryGib, accelerator: gpu }: MachineType,
  prefix: string,
): Component[] {
  const component = (what: string, unit: string, perHour: number): Component => {
    return { resource: `${prefix}/${what}`, unit, perHour: decimal(Number(perHour.toPrecision(12))) }
  }
  return [
    component(`${family}/cpu`, 'vCPU-hour', vcpus),
    component(`${family}/memory`, 'GiB-hour', memoryGib),
    ...(gpu ? [component(`gpu/${gpu.type}`, 'GPU-hour', gpu.count)] : []),
  ]
}

/** `item`'s hours of each component. Only compute earns a discount by the share of the month. */
function partsOf({ monthShare, derivation, ...item }: Usage, components: readonly Component[]): Usage[] {
  return components.map(({ resource, unit, perHour }) => ({
    ...item,
    ...(monthShare !== undefined && unit !== 'GiB-month' && { monthShare }),
    ...(derivation !== undefined && { derivation: `${derivation} × ${inWords(unit, perHour)}` }),
    resource,
    unit,
    quantity: exact(perHour.times(item.quantity)),
  }))
}

/** How much of a component a machine has: `4 vCPU`, `750 GiB / 730 h`. */
function inWords(unit: string, perHour: Decimal): string {
  if (unit !== 'GiB-month') return `${exact(perHour)} ${unit.replace('-hour', '')}`
  return `${exact(perHour.times(HOURS_PER_MONTH).round(6))} GiB / ${HOURS_PER_MONTH} h`
}
