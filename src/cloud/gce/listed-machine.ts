import { DISK_GIB, DISK_TYPE } from '../../core/candidate.ts'
import { machineType } from '../../core/machine-type.ts'
import { lastPart } from './compute-operation.ts'
import type { Priced } from './hourly.ts'
import { DISK_LABEL } from './machine.ts'

/** A VM as listings give it, or the properties of a template. */
export interface ListedMachine {
  readonly machineType?: string | null
  readonly labels?: Readonly<Record<string, string>> | null
  readonly scheduling?: { readonly provisioningModel?: string | null } | null
  readonly guestAccelerators?:
    | readonly { readonly acceleratorType?: string | null; readonly acceleratorCount?: number | null }[]
    | null
  readonly disks?:
    | readonly {
        readonly diskSizeGb?: number | string | object | null
        readonly initializeParams?: { readonly diskSizeGb?: number | string | object | null } | null
      }[]
    | null
}

/** What it is priced as. */
export function foundMachine(region: string, listed: ListedMachine): Priced {
  const type = lastPart(listed.machineType) || 'unknown'
  const [gpu] = listed.guestAccelerators ?? []
  const attached = gpu && { type: lastPart(gpu.acceleratorType), count: gpu.acceleratorCount ?? 1 }
  const accelerator = machineType(type)?.accelerator ?? attached
  const [disk] = listed.disks ?? []
  const diskGib = Number(disk?.diskSizeGb ?? disk?.initializeParams?.diskSizeGb ?? DISK_GIB)
  return {
    region,
    machineType: type,
    diskGib,
    diskType: listed.labels?.[DISK_LABEL] ?? DISK_TYPE,
    spot: listed.scheduling?.provisioningModel === 'SPOT',
    ...(accelerator && { accelerator }),
  }
}
