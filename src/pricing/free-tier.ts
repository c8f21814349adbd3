import type { BillLine, Credit, MissingPrice, PriceBook } from '../core/bill.ts'
import type { Decimal } from '../core/money.ts'
import { decimal, exact, sum } from '../core/money.ts'
import { findPrice } from './price-book.ts'

/** A monthly allowance of a billing account. */
interface Allowance {
  readonly name: string
  readonly source: string
  readonly parts: readonly AllowancePart[]
}

interface AllowancePart {
  /** The price that says what the allowance is worth. */
  readonly resource: string
  readonly unit: string
  readonly free: string
  /** Resources that it pays for, in every region. */
  readonly covers: readonly string[]
}

/** Allowances are worth what they cost in a region of tier 1, wherever they are used. */
const TIER_1_REGION = 'us-central1'

/**
 * Requests and invocations are not here: their free amounts are tiers of their SKUs, and count always. Idle minimum
 * instances have no allowance, nor have GPUs.
 */
const ALLOWANCES: readonly Allowance[] = [
  {
    name: 'Cloud Run free tier',
    source: 'Cloud Run pricing, 2025-08: a spending based discount at tier 1 prices',
    parts: [
      {
        resource: 'cloud-run/request-based/cpu',
        unit: 'vCPU-second',
        free: '180000',
        covers: ['cloud-run/request-based/cpu', 'cloud-run/instance-based/cpu'],
      },
      {
        resource: 'cloud-run/request-based/memory',
        unit: 'GiB-second',
        free: '360000',
        covers: ['cloud-run/request-based/memory', 'cloud-run/instance-based/memory'],
      },
    ],
  },
  {
    name: 'Cloud Functions (1st gen) free tier',
    source: 'Cloud Functions pricing, 2025',
    parts: [
      { resource: 'functions-1/cpu', unit: 'GHz-second', free: '200000', covers: ['functions-1/cpu'] },
      { resource: 'functions-1/memory', unit: 'GiB-second', free: '400000', covers: ['functions-1/memory'] },
    ],
  },
]

/**
 * What Google gives back to a billing account that has no other usage: of each allowance as much as was spent on what
 * it covers.
 */
export function freeTierCredits(
  lines: readonly BillLine[],
  book: PriceBook,
): { readonly credits: readonly Credit[]; readonly missing: readonly MissingPrice[] } {
  const missing: MissingPrice[] = []
  const credits = ALLOWANCES.flatMap(({ name, source, parts }) => {
    const spent = parts.flatMap((part) => {
      const covered = lines.filter(({ resource }) => part.covers.includes(resource))
      if (covered.length === 0) return []
      const worth = worthOf(part, book)
      if (worth === undefined) missing.push(gap(name, part, book))
      return worth === undefined ? [] : [creditOf(part, worth, sum(covered.map(({ usd }) => decimal(usd))))]
    })
    if (spent.length === 0) return []
    const usd = exact(sum(spent.map(([credited]) => credited)).times(-1))
    return [{ name, usd, arithmetic: spent.map(([, words]) => words).join('; '), source }]
  })
  return { credits, missing }
}

function worthOf({ resource, unit, free }: AllowancePart, book: PriceBook): Worth | undefined {
  const price = findPrice(book, resource, TIER_1_REGION)
  const [tier, ...more] = price?.tiers ?? []
  if (price?.unit !== unit || tier === undefined || more.length > 0) return undefined
  return { usd: decimal(tier.usd).times(free), usdPerUnit: tier.usd }
}

interface Worth {
  readonly usd: Decimal
  readonly usdPerUnit: string
}

function creditOf({ free, unit }: AllowancePart, worth: Worth, spent: Decimal): [Decimal, string] {
  const most = `${free} ${unit} × $${worth.usdPerUnit} = $${exact(worth.usd)}`
  return spent.lt(worth.usd)
    ? [spent, `$${exact(spent)} spent, less than ${most}`]
    : [worth.usd, `${most}, of $${exact(spent)} spent`]
}

function gap(name: string, { resource, unit }: AllowancePart, book: PriceBook): MissingPrice {
  const message = `no price for ${resource} in ${TIER_1_REGION} in the book of ${book.date}: it says what the ${name} is worth`
  return { resource, region: TIER_1_REGION, unit, message }
}
