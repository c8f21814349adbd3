/** How a resource is bought: by the hour as it is used, spare capacity that may be taken away, or for 1 or 3 years. */
export const PURCHASES = ['on-demand', 'spot', 'commit-1yr', 'commit-3yr'] as const
export type Purchase = (typeof PURCHASES)[number]

/** A quantity of one thing that a platform bills in a month. */
export interface Usage {
  /** Price book resource, e.g. `cloud-run/request-based/cpu`, `gce/e2/memory`, `vertex/machine/n1-standard-4`. */
  readonly resource: string
  readonly region: string
  /** Must equal the price's unit, e.g. `vCPU-second`, `GiB-hour`, `node-hour`, `request`. */
  readonly unit: string
  /** Decimal string, not negative. */
  readonly quantity: string
  /** On demand where absent. A price of another purchase never stands in for a missing one. */
  readonly purchase?: Purchase
  /**
   * Share of the month, 0 to 1 as a decimal string, that each unit of the resource runs: what a sustained use
   * discount depends on. Absent where no such discount can apply.
   */
  readonly monthShare?: string
  /** Which item of a usage file it comes from, from 0; absent where there is no such file. Its lines stand apart. */
  readonly usageIndex?: number
  /** How the quantity came about, e.g. `4 vCPU × 730 h`. */
  readonly derivation?: string
}

/** One price in a book. */
export interface Price {
  readonly resource: string
  /** A region, or `global` for a price that holds everywhere. */
  readonly region: string
  readonly unit: string
  /** Cumulative tiers by monthly quantity; the first starts at "0". A flat price has one. Decimal strings. */
  readonly tiers: readonly { readonly from: string; readonly usd: string }[]
  readonly purchase: Purchase
  readonly sku: { readonly id: string | null; readonly description: string }
  /** Share of the base rate that each successive quarter of the month costs, e.g. ["1","0.8","0.6","0.4"]. */
  readonly sustainedUse?: readonly string[]
  /** Listed by Google, or derived by `rule` from prices that are. */
  readonly basis: 'listed' | 'derived'
  readonly rule?: string
  /** Month the price was read, YYYY-MM. */
  readonly asOf: string
  readonly source: string
}

export interface PriceBook {
  readonly schemaVersion: 1
  readonly currency: 'USD'
  /** Date of the book, YYYY-MM-DD. */
  readonly date: string
  readonly prices: readonly Price[]
}

export interface BillLine {
  readonly resource: string
  readonly region: string
  /** On demand where absent. */
  readonly purchase?: Purchase
  readonly usageIndex?: number
  readonly sku: string | null
  readonly description: string
  readonly quantity: string
  readonly unit: string
  /** Price per unit of the tier, before discounts. */
  readonly usdPerUnit: string
  /** Which tier, e.g. "from 2000000"; absent for flat prices. */
  readonly tier?: string
  /** How the whole quantity came about, of which this line may be one tier. */
  readonly derivation?: string
  /** What the price is multiplied by, e.g. sustained use over a whole month: "0.7". */
  readonly discount?: { readonly kind: 'sustained use'; readonly factor: string }
  readonly usd: string
  readonly basis: 'listed' | 'derived'
  /** How a derived price was derived. */
  readonly rule?: string
  readonly asOf: string
  readonly source: string
}

/** A usage for which the book has no price. It cannot be added up. */
export interface MissingPrice {
  readonly resource: string
  readonly region: string
  readonly unit: string
  readonly purchase?: Purchase
  readonly usageIndex?: number
  readonly message: string
}

/** A month's bill. `usdTotal` is null whenever a price is missing: no total pretends. */
export interface Bill {
  readonly lines: readonly BillLine[]
  readonly missing: readonly MissingPrice[]
  readonly usdTotal: string | null
}

/** A line of the bill of a usage file. */
export interface AccountLine extends BillLine {
  readonly usageIndex: number
  /** From the usage as written to the amount, in words. */
  readonly arithmetic: string
}

/** What Google gives back on a billing account's month. */
export interface Credit {
  readonly name: string
  /** Negative, as it is added to the lines. */
  readonly usd: string
  readonly arithmetic: string
  readonly source: string
}

/** The month's bill of a billing account: lines and credits add up to the total, which is null if a price is missing. */
export interface AccountBill {
  readonly lines: readonly AccountLine[]
  readonly credits: readonly Credit[]
  readonly missing: readonly MissingPrice[]
  readonly usdTotal: string | null
}
