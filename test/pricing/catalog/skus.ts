import type { protos } from '@google-cloud/billing'
import { decimal } from '../../../src/core/money.ts'
import type { RawSku } from '../../../src/pricing/catalog/read-sku.ts'

type PricingInfo = protos.google.cloud.billing.v1.IPricingInfo

/** The states that American prices of Compute Engine hold in. */
export const AMERICAS = ['us-central1', 'us-east1', 'us-west1']

export interface Sketch {
  readonly id: string
  readonly description: string
  /** USD a unit, or [from, USD] for each tier. */
  readonly usd: string | readonly (readonly [number, string])[]
  readonly unit?: string
  readonly usageType?: string
  readonly family?: string
  readonly group?: string
  readonly regions?: readonly string[]
  readonly currency?: string
  readonly perUsd?: number
}

/** A SKU as the API answers it, from what matters of it. */
export function rawSku(sketch: Sketch): RawSku {
  const { id, description, usageType = 'OnDemand', regions = AMERICAS } = sketch
  const guess = guessCategory(description)
  return {
    name: `services/0000-0000-0000/skus/${id}`,
    skuId: id,
    description,
    category: {
      serviceDisplayName: 'A service',
      resourceFamily: sketch.family ?? guess.family,
      resourceGroup: sketch.group ?? guess.group,
      usageType,
    },
    serviceRegions: [...regions],
    pricingInfo: [pricing(sketch)],
    serviceProviderName: 'Google',
  }
}

export function pricing(
  { usd, unit = 'h', currency = 'USD', perUsd = 1 }: Pick<Sketch, 'usd' | 'unit' | 'currency' | 'perUsd'>,
  effective = '2026-11-01T07:00:00Z',
): PricingInfo {
  const tiers = typeof usd === 'string' ? [[0, usd] as const] : usd
  return {
    summary: '',
    effectiveTime: { seconds: Date.parse(effective) / 1000, nanos: 0 },
    currencyConversionRate: perUsd,
    pricingExpression: {
      usageUnit: unit,
      displayQuantity: 1,
      baseUnitConversionFactor: FACTORS[unit] ?? 0,
      tieredRates: tiers.map(([startUsageAmount, amount]) => ({
        startUsageAmount,
        unitPrice: money(amount, currency),
      })),
    },
  }
}

/** Whole units and billionths, as the API splits an amount. */
function money(amount: string, currencyCode: string) {
  const units = decimal(amount).round(0, 0)
  return { currencyCode, units: units.toFixed(), nanos: decimal(amount).minus(units).times(1e9).toNumber() }
}

const FACTORS: Readonly<Record<string, number>> = {
  h: 3600,
  s: 1,
  count: 1,
  GiBy: 1_073_741_824,
  'GiBy.s': 1_073_741_824,
  'GiBy.h': 3_865_470_566_400,
  'GiBy.mo': 2_875_910_101_401_600,
  'GBy.h': 3_600_000_000_000,
}

function guessCategory(description: string): { family: string; group: string } {
  if (/^(Services|Requests|Jobs|Cloud Run functions)/i.test(description)) {
    return { family: 'ApplicationServices', group: 'Compute' }
  }
  if (/PD Capacity|Local Storage/.test(description)) return { family: 'Storage', group: 'SSD' }
  if (/^(Network|External IP)/.test(description)) return { family: 'Network', group: 'IpAddress' }
  if (/N1 Predefined/.test(description)) return { family: 'Compute', group: 'N1Standard' }
  if (/GPU/.test(description)) return { family: 'Compute', group: 'GPU' }
  return { family: 'Compute', group: /\bram\b/i.test(description) ? 'RAM' : 'CPU' }
}
