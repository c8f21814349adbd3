import type { Usage } from '../core/bill.ts'
import type { UsageItem } from '../core/usage-item.ts'

/** What a platform knows of an item of a usage file. */
export interface ItemMeter<I extends UsageItem> {
  /** Published rules that what the item says breaks, with the field at fault. */
  faults(item: I): readonly ItemFault[]
  /** What is billed for it. */
  usage(item: I): readonly Usage[]
  /** What a reader of the bill should know of it, in sentences without a full stop. */
  notes(item: I): readonly string[]
}

export interface ItemFault {
  readonly field: string
  readonly message: string
  readonly hint?: string
}

/** Of items that no rule or remark applies to. */
export const PLAIN = { faults: () => [], notes: () => [] } as const
