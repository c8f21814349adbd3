import type { Purchase } from './bill.ts'
import type { Accelerator } from './candidate.ts'
import type { Decimal } from './money.ts'

/** One item of a usage file: what ran in a month on one platform, checked and complete. Quantities are exact. */
export type UsageItem =
  | CloudRunItem
  | FunctionsItem
  | VertexItem
  | GceItem
  | DiskItem
  | NetworkItem
  | LoadBalancerItem
  | AddressItem
  | StorageItem

interface ItemBase {
  readonly region: string
}

/** Either the seconds that were billed, or what ran, from which they follow. */
export interface CloudRunItem extends ItemBase {
  readonly platform: 'cloud-run'
  readonly billing: 'request-based' | 'instance-based'
  readonly purchase: Exclude<Purchase, 'spot'>
  readonly seconds: CloudRunSeconds | ServedRequests | RunningInstances
  readonly requests: Decimal
  readonly gpu?: string
  readonly gpuZonalRedundancy: boolean
  readonly egressGib: Decimal
}

interface CloudRunSeconds {
  readonly of: 'month'
  readonly vcpuSeconds: Decimal
  readonly gibSeconds: Decimal
  readonly idleVcpuSeconds: Decimal
  readonly idleGibSeconds: Decimal
  readonly gpuSeconds: Decimal
}

/** Requests of `durationMs` each, `concurrency` of them at a time in an instance; billed in steps of 100 ms. */
export interface ServedRequests {
  readonly of: 'requests'
  readonly vcpus: Decimal
  readonly memoryGib: Decimal
  readonly durationMs: Decimal
  readonly concurrency: Decimal
  /** Kept for the whole month; what is left of their time is idle. */
  readonly minInstances: Decimal
}

/** Instances that each live `hours`; at least a minute is billed. */
export interface RunningInstances {
  readonly of: 'instances'
  readonly vcpus: Decimal
  readonly memoryGib: Decimal
  readonly instances: Decimal
  readonly hours: Decimal
}

export interface FunctionsItem extends ItemBase {
  readonly platform: 'functions'
  readonly generation: 1 | 2
  readonly memoryMib: number
  /** 2nd generation only; unset, it follows from the memory. */
  readonly vcpus?: number
  readonly concurrency: Decimal
  readonly invocations: Decimal
  readonly durationMs: Decimal
  readonly minInstances: Decimal
  readonly egressGib: Decimal
}

export interface VertexItem extends ItemBase {
  readonly platform: 'vertex'
  readonly machineType: string
  readonly accelerator?: Accelerator
  /** Summed over nodes. */
  readonly nodeHours: Decimal
  readonly purchase: 'on-demand' | 'spot'
}

export interface GceItem extends ItemBase {
  readonly platform: 'gce'
  readonly machineType: string
  readonly accelerator?: Accelerator
  readonly count: Decimal
  /** Of each machine. */
  readonly hours: Decimal
  readonly purchase: Purchase
  /** Of each machine; the disk lives as long as it. */
  readonly diskGib: Decimal
  readonly diskType: string
  /** External IPv4 addresses of each machine. */
  readonly addresses: Decimal
}

/** Disks that no machine of the file owns. */
export interface DiskItem extends ItemBase {
  readonly platform: 'disk'
  readonly diskType: string
  readonly diskGib: Decimal
  /** Provisioned, of each. */
  readonly iops: Decimal
  readonly count: Decimal
  readonly hours: Decimal
}

export interface NetworkItem extends ItemBase {
  readonly platform: 'network'
  readonly destination: string
  readonly egressGib: Decimal
}

export interface LoadBalancerItem extends ItemBase {
  readonly platform: 'load-balancer'
  readonly forwardingRules: number
  readonly hours: Decimal
  readonly inboundGib: Decimal
  readonly outboundGib: Decimal
}

export interface AddressItem extends ItemBase {
  readonly platform: 'address'
  readonly use: 'vm' | 'spot-vm' | 'unused'
  readonly count: Decimal
  readonly hours: Decimal
}

export interface StorageItem extends ItemBase {
  readonly platform: 'storage'
  readonly storageClass: string
  readonly gibMonths: Decimal
  readonly retrievalGib: Decimal
  readonly classAOperations: Decimal
  readonly classBOperations: Decimal
  readonly egressGib: Decimal
}
