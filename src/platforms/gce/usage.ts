import type { Purchase, Usage } from '../../core/bill.ts'
import { type Accelerator, DISK_TYPE, type GceCandidate } from '../../core/candidate.ts'
import { type MachineType, machineType } from '../../core/machine-type.ts'
import type { Decimal } from '../../core/money.ts'
import { decimal, exact } from '../../core/money.ts'
import { HOURS_PER_MONTH, type MonthOperation } from '../../core/operation.ts'
import { type Billed, billed, replicaHours, replicasByHours, simulated, usageLine } from '../metering.ts'
import { addressLine, loadBalancerLines } from '../network-usage.ts'

/** Machines as Compute Engine bills them: while they run, whatever their load. */
export interface Machines {
  readonly region: string
  readonly machineType: string
  readonly accelerator?: Accelerator
  /** Summed over machines. */
  readonly hours: Decimal
  /** Of the month, of each machine. */
  readonly hoursEach: Decimal
  readonly purchase: Purchase
  /** Says in words how the hours came about. */
  readonly words?: string
}

/** vCPUs, memory and GPUs by the hour. The sustained use discount depends on the hours of each, and is on demand's. */
export function machineLines({ region, hours, hoursEach, purchase, words, ...type }: Machines): Usage[] {
  const machine = knownMachine(type.machineType)
  const onDemand = purchase === 'on-demand'
  const extra = onDemand ? { monthShare: monthShare(hoursEach) } : { purchase }
  return hourly(machine, type.accelerator).map(([what, unit, each]) => {
    const amount = decimal(Number(each.toPrecision(12)))
    const said =
      words === undefined
        ? undefined
        : `${unit === 'hour' ? '' : `${exact(amount)} ${unit.replace('-hour', '')} × `}${words}`
    return usageLine(`gce/${what}`, region, unit, billed(amount.times(hours), said), extra)
  })
}

/** Local SSD that the type always brings; it can be bought as the machine is. */
export function localSsdLines({ region, hours, purchase, words, ...type }: Machines): Usage[] {
  const gib = decimal(knownMachine(type.machineType).localSsdGib)
  if (gib.eq(0)) return []
  const disk = { region, diskType: 'local-ssd', gib, hours, purchase }
  return [diskLine(words === undefined ? disk : { ...disk, words })]
}

interface Disks {
  readonly region: string
  readonly diskType: string
  /** Of each. */
  readonly gib: Decimal
  /** Summed over disks. */
  readonly hours: Decimal
  readonly purchase: Purchase
  readonly words?: string
}

/** Disks while they exist. Only local SSD is sold as spot or for a commitment. */
export function diskLine({ region, diskType, gib, hours, purchase, words }: Disks): Usage {
  const months = gib.times(hours).div(HOURS_PER_MONTH)
  const said = words && `${exact(gib)} GiB × ${words} / ${HOURS_PER_MONTH} h`
  const extra = diskType === 'local-ssd' && purchase !== 'on-demand' ? { purchase } : {}
  return usageLine(`gce/disk/${diskType}`, region, 'GiB-month', billed(months, said), extra)
}

/** Machines, GPUs, disks, and the address or the load balancer in front. */
export function gceUsage(candidate: GceCandidate, month: MonthOperation): Usage[] {
  const { region, diskType = DISK_TYPE } = candidate
  const machines = replicasByHours(month).map(([each, replicas]) => {
    const hoursEach = simulated(each).quantity
    return {
      ...candidate,
      purchase: bought(candidate, hoursEach),
      hoursEach,
      hours: hoursEach.times(replicas),
    }
  })
  const hours = simulated(replicaHours(month)).quantity
  return [
    ...machines.flatMap(machineLines),
    diskLine({ region, diskType, gib: decimal(candidate.diskGib), purchase: 'on-demand', hours }),
    ...machines.flatMap(localSsdLines),
    ...networkUsage(candidate, month),
  ]
}

/** A commitment is paid for the whole month, so it is made for what runs all of it; the rest is bought on demand. */
function bought({ purchase = 'on-demand' }: GceCandidate, hoursEach: Decimal): Purchase {
  return purchase.startsWith('commit') && hoursEach.lt(HOURS_PER_MONTH) ? 'on-demand' : purchase
}

function networkUsage(candidate: GceCandidate, month: MonthOperation): Usage[] {
  const { region, kind, purchase } = candidate
  if (kind === 'vm') {
    const use = purchase === 'spot' ? 'spot-vm' : 'vm'
    return [addressLine({ region, use, addressHours: simulated(replicaHours(month)) })]
  }
  const gib = (bytes: number): Billed => simulated((month.requests * bytes) / 2 ** 30)
  return loadBalancerLines({
    region,
    ruleHours: billed(decimal(HOURS_PER_MONTH)),
    furtherRuleHours: billed(decimal(0)),
    inboundGib: gib(month.requestBytes),
    outboundGib: gib(month.replyBytes),
  })
}

/** What an hour of the machine is billed as: resource, unit and how much of it. */
function hourly(
  machine: MachineType,
  gpu: Accelerator | undefined,
): [what: string, unit: string, each: number][] {
  const { name, family, vcpus, memoryGib, custom } = machine
  if (machine.soldWhole) return [[`machine/${name}`, 'hour', 1]]
  const prefix = custom ? `${family}/custom-` : `${family}/`
  const extendedGib = custom?.extendedGib ?? 0
  const parts: [string, string, number][] = [
    [`${prefix}cpu`, 'vCPU-hour', vcpus],
    [`${prefix}memory`, 'GiB-hour', memoryGib - extendedGib],
  ]
  if (extendedGib > 0) parts.push([`${prefix}extended-memory`, 'GiB-hour', extendedGib])
  if (gpu) parts.push([`gpu/${gpu.type}`, 'GPU-hour', gpu.count])
  return parts
}

/** Share of the month, to 30 places where it does not end sooner; a month of 31 days is a whole one. */
function monthShare(hoursEach: Decimal): string {
  return hoursEach.gt(HOURS_PER_MONTH) ? '1' : exact(hoursEach.div(HOURS_PER_MONTH))
}

function knownMachine(name: string): MachineType {
  const machine = machineType(name)
  if (!machine) throw new Error(`unknown machine type ${name} passed the checks of its file`)
  return machine
}
