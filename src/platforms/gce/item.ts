import { type Decimal, decimal, exact } from '../../core/money.ts'
import { HOURS_PER_MONTH } from '../../core/operation.ts'
import type { DiskItem, GceItem } from '../../core/usage-item.ts'
import { gpuAttachmentLimits } from '../gpu-limits.ts'
import { type ItemMeter, PLAIN } from '../item-meter.ts'
import { billed, usageLine } from '../metering.ts'
import { addressLine } from '../network-usage.ts'
import { diskLine, localSsdLines, machineLines } from './usage.ts'

/** Hours of a month of 31 days: what one machine can run at most. */
const MOST_HOURS = 744
/** Machines are billed by the second, at least for a minute (Compute Engine pricing, 2026-08). */
const LEAST_HOURS = decimal(1).div(60)

export const gceItem: ItemMeter<GceItem> = {
  faults: (item) => gpuAttachmentLimits(item).map(({ rule }) => ({ field: 'accelerator', message: rule })),
  usage(item) {
    const { region, diskType, diskGib, purchase, addresses } = item
    const run = runOf(item)
    const machines = { ...item, ...run }
    const use = purchase === 'spot' ? 'spot-vm' : 'vm'
    const addressHours = billed(addresses.times(run.hours), `${exact(addresses)} × ${run.words}`)
    return [
      ...machineLines(machines),
      ...localSsdLines(machines),
      diskLine({ region, diskType, gib: diskGib, hours: run.hours, purchase, words: run.words }),
      addressLine({ region, use, addressHours }),
    ]
  },
  notes(item) {
    const committed = item.purchase.startsWith('commit')
    return committed && item.hours.lt(HOURS_PER_MONTH)
      ? [
          `a commitment is paid for all ${HOURS_PER_MONTH} hours of the month; only those that ran are billed here`,
        ]
      : []
  },
}

export const diskItem: ItemMeter<DiskItem> = {
  ...PLAIN,
  usage({ region, diskType, diskGib, iops, count, hours }) {
    const words = `${exact(count)} × ${exact(hours)} h`
    const all = count.times(hours)
    const iopsMonths = billed(
      iops.times(all).div(HOURS_PER_MONTH),
      `${exact(iops)} × ${words} / ${HOURS_PER_MONTH} h`,
    )
    return [
      diskLine({ region, diskType, gib: diskGib, hours: all, purchase: 'on-demand', words }),
      usageLine(`gce/disk/${diskType}/iops`, region, 'IOPS-month', iopsMonths),
    ]
  },
}

interface Run {
  /** Summed over machines. */
  readonly hours: Decimal
  /** Of each machine. */
  readonly hoursEach: Decimal
  readonly words: string
}

/**
 * Hours that are billed. More than a month has are those of several machines, as few as could have run them, each as
 * long as the others: of what is possible, the smaller sustained use discount.
 */
function runOf({ hours, count }: GceItem): Run {
  const short = hours.gt(0) && hours.lt(LEAST_HOURS)
  const each = short ? LEAST_HOURS : hours
  const hoursEach = each.gt(MOST_HOURS) ? each.div(each.div(MOST_HOURS).round(0, 3)) : each
  const ran = short ? '1 min (the least)' : `${exact(each)} h`
  return { hours: each.times(count), hoursEach, words: count.eq(1) ? ran : `${exact(count)} × ${ran}` }
}
