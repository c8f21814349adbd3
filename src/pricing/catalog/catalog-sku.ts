import type { ServiceKey } from './services.ts'

/** A SKU of the catalogue with what of it decides, its texts with white space made single. */
export interface CatalogSku {
  readonly id: string
  readonly service: ServiceKey
  readonly description: string
  /** `Compute`, `Storage`, `Network`, `ApplicationServices`, ...; empty where the API gives none. */
  readonly family: string
  /** `CPU`, `RAM`, `GPU`, `N1Standard`, ... */
  readonly group: string
  /** `OnDemand`, `Preemptible`, `Commit1Yr`, `Commit3Yr`, ... */
  readonly usageType: string
  /** Sorted; `global` for a SKU that holds everywhere. */
  readonly regions: readonly string[]
  readonly rate: Rate
}

/** The price in force of a SKU, in its own currency and unit. */
export interface Rate {
  /** Unit that the price is for, in the catalogue's shorthand: `h`, `GiBy.h`, `s`, `GiBy.mo`, `count`. */
  readonly usageUnit: string
  readonly currency: string
  /** Units of the currency per USD; 1 for USD. Decimal string. */
  readonly perUsd: string
  /** Cumulative, from "0"; decimal strings in the SKU's currency. */
  readonly tiers: readonly { readonly from: string; readonly amount: string }[]
}

/** A SKU that looked like a price of the book and was not taken, with the reason. */
export interface Refusal {
  /** Every SKU concerned, sorted; two or more where they contend for one price. */
  readonly skuIds: readonly string[]
  readonly description: string
  readonly kind: RefusalKind
  /** One clause: "its price is 0 in every tier". */
  readonly reason: string
}

export type RefusalKind =
  /** Not the plain price of the thing: flex-start, reserved, sole tenancy, an add-on. */
  | 'other offer'
  /** The record cannot be a price: zero, no unit, no price in force, contradicts itself. */
  | 'unusable'
  /** Known to the book by its id, and now reads as something else. */
  | 'changed meaning'
  /** Several SKUs claim one price. */
  | 'contended'
  /** A price that cannot be right beside the others. */
  | 'not sane'
