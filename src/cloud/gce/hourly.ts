import type { Usage } from '../../core/bill.ts'
import { type Accelerator, DISK_TYPE, type GceCandidate } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import { decimal } from '../../core/money.ts'
import { diskLine, localSsdLines, machineLines } from '../../platforms/gce/usage.ts'
import { billed, usageLine } from '../../platforms/metering.ts'
import { addressLine } from '../../platforms/network-usage.ts'
import type { Hourly } from '../resource.ts'

/** What a VM is, as far as its price goes. */
export interface Priced {
  readonly region: string
  readonly machineType: string
  readonly accelerator?: Accelerator
  readonly spot: boolean
  readonly diskType: string
  readonly diskGib: number
}

export const FREE: Hourly = { least: [], most: [] }

export function pricedOf({ region, purchase, diskGib, ...candidate }: GceCandidate): Priced {
  const { machineType, accelerator, diskType = DISK_TYPE } = candidate
  const gpu = accelerator ? { accelerator } : {}
  return { region, machineType, diskType, diskGib, spot: purchase === 'spot', ...gpu }
}

/** An hour of a number of VMs, each with its boot disk and its external address. No commitment is made for a trial. */
function vmHour(priced: Priced, count: number): Usage[] {
  if (count === 0) return []
  const { region, diskType, diskGib, spot } = priced
  const hours = decimal(count)
  const type = machineType(priced.machineType) ? priced.machineType : undefined
  const gpu = priced.accelerator ? { accelerator: priced.accelerator } : {}
  const machines = {
    region,
    hours,
    hoursEach: decimal(1),
    purchase: spot ? ('spot' as const) : ('on-demand' as const),
    ...gpu,
  }
  const lines =
    type === undefined ? [unknownMachine(priced, count)] : machineLines({ ...machines, machineType: type })
  return [
    ...lines,
    ...(type === undefined ? [] : localSsdLines({ ...machines, machineType: type })),
    diskLine({ region, diskType, gib: decimal(diskGib), purchase: 'on-demand', hours }),
    addressLine({ region, use: spot ? 'spot-vm' : 'vm', addressHours: billed(hours) }),
  ]
}

/** A type that nobody knows has no price: it shows as a gap, never as nothing. */
function unknownMachine({ region, machineType: type }: Priced, count: number): Usage {
  return usageLine(`gce/machine/${type}`, region, 'hour', billed(decimal(count)))
}

export function vmHourly(priced: Priced): Hourly {
  const lines = vmHour(priced, 1)
  return { least: lines, most: lines }
}

export function groupHourly(priced: Priced, least: number, most: number): Hourly {
  return { least: vmHour(priced, least), most: vmHour(priced, most) }
}

/** What a load balancer bills beside its traffic. */
export function ruleHourly(region: string): Hourly {
  const lines = [usageLine('network/forwarding-rules', region, 'hour', billed(decimal(1)))]
  return { least: lines, most: lines }
}
