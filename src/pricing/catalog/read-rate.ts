import type { protos } from '@google-cloud/billing'
import { type Decimal, decimal, exact } from '../../core/money.ts'
import type { Rate } from './catalog-sku.ts'

type PricingInfo = protos.google.cloud.billing.v1.IPricingInfo
type TierRate = protos.google.cloud.billing.v1.PricingExpression.ITierRate
type Money = protos.google.type.IMoney

/**
 * How many base units make a usage unit, as the catalogue states it beside a price. It is a cross-check of the unit
 * and never a multiplier: the price is per usage unit. The month of GiBy.mo has 31 days (records of 2019 to 2026).
 */
const BASE_UNITS: Readonly<Record<string, number>> = {
  s: 1,
  h: 3600,
  mo: 2_678_400,
  count: 1,
  GiBy: 2 ** 30,
  'GiBy.s': 2 ** 30,
  'GiBy.h': 2 ** 30 * 3600,
  'GiBy.mo': 2 ** 30 * 2_678_400,
  GBy: 1e9,
  'GBy.h': 1e9 * 3600,
  'GBy.mo': 1e9 * 2_678_400,
}

/**
 * The price in force at `now`: of several, the one that took effect last and not in the future.
 *
 * @returns the rate, or in words why there is none
 */
export function readRate(infos: readonly PricingInfo[], now: Date): Rate | string {
  const info = inForce(infos, now)
  if (typeof info === 'string') return info
  const { usageUnit = '', baseUnitConversionFactor, tieredRates } = info.pricingExpression ?? {}
  return (
    faultOfUnit(usageUnit ?? '', baseUnitConversionFactor ?? 0) ??
    faultOfAggregation(info, tieredRates?.length ?? 0) ??
    readTiers(tieredRates ?? [], usageUnit ?? '', info.currencyConversionRate ?? 0)
  )
}

function inForce(infos: readonly PricingInfo[], now: Date): PricingInfo | string {
  const nowS = now.getTime() / 1000
  const current = infos.filter((info) => effectiveS(info) <= nowS)
  const latest = Math.max(...current.map(effectiveS))
  const [info, ...twins] = current.filter((each) => effectiveS(each) === latest)
  if (infos.length === 0) return 'it has no price'
  if (info === undefined) return 'each of its prices takes effect in the future'
  const text = JSON.stringify(info)
  if (twins.some((twin) => JSON.stringify(twin) !== text)) return 'it has two prices from the same moment on'
  return info
}

/** Seconds since 1970; a price without a date has always been in force. */
function effectiveS({ effectiveTime }: PricingInfo): number {
  return Number(effectiveTime?.seconds ?? 0) + (effectiveTime?.nanos ?? 0) / 1e9
}

function faultOfUnit(usageUnit: string, factor: number): string | undefined {
  const expected = BASE_UNITS[usageUnit]
  if (usageUnit === '') return 'it has no unit'
  if (expected === undefined) return `its unit ${usageUnit} is not known`
  if (factor === 0 || factor === expected) return undefined
  return `its unit ${usageUnit} is said to be ${factor} base units, not ${expected}`
}

/** The bill counts tiers once per account and month; a SKU that counts them otherwise would be billed wrongly. */
function faultOfAggregation({ aggregationInfo }: PricingInfo, tiers: number): string | undefined {
  if (!aggregationInfo || tiers < 2) return undefined
  const { aggregationLevel: level, aggregationInterval: interval, aggregationCount: count } = aggregationInfo
  if (level === 'PROJECT' || level === 2) return 'its tiers count per project, not per account'
  if (interval === 'DAILY' || interval === 1) return 'its tiers count per day, not per month'
  return (count ?? 0) > 1 ? `its tiers count over ${count} intervals, not one month` : undefined
}

function readTiers(rates: readonly TierRate[], usageUnit: string, conversionRate: number): Rate | string {
  const currencies = [...new Set(rates.map(({ unitPrice }) => unitPrice?.currencyCode ?? ''))].sort()
  const [currency = ''] = currencies
  if (rates.length === 0) return 'it has no price'
  if (currencies.length > 1)
    return `its tiers mix ${currencies.map((code) => code || 'no currency').join(' and ')}`
  if (currency === '') return 'it names no currency'
  const tiers: { from: string; amount: string }[] = []
  for (const { startUsageAmount, unitPrice } of rates) {
    const amount = readMoney(unitPrice ?? {})
    if (amount === undefined) return 'its price is no amount of money'
    tiers.push({ from: exact(decimal(startUsageAmount ?? 0)), amount: exact(amount) })
  }
  tiers.sort((a, b) => decimal(a.from).cmp(b.from))
  return faultOfTiers(tiers) ?? withCurrency({ usageUnit, currency, perUsd: '1', tiers }, conversionRate)
}

/** Whole units are an int64 as a string and may be absent; nanos are billionths of one. Both count. */
function readMoney({ units, nanos }: Money): Decimal | undefined {
  const whole = String(units ?? 0)
  const billionths = nanos ?? 0
  if (!/^-?\d+$/.test(whole) || !Number.isInteger(billionths) || Math.abs(billionths) > 999_999_999)
    return undefined
  return decimal(whole).plus(decimal(billionths).times('1e-9'))
}

function faultOfTiers(tiers: Rate['tiers']): string | undefined {
  const froms = tiers.map(({ from }) => from)
  if (froms[0] !== '0') return `its first tier starts at ${froms[0]}, not at 0`
  if (new Set(froms).size < froms.length) return 'two of its tiers start at the same amount'
  if (tiers.some(({ amount }) => decimal(amount).lt(0))) return 'its price is negative'
  if (tiers.every(({ amount }) => decimal(amount).eq(0))) return 'its price is 0 in every tier'
  const free = tiers.slice(1).find(({ amount }) => decimal(amount).eq(0))
  return free && `its price is 0 from ${free.from} on`
}

function withCurrency(rate: Rate, conversionRate: number): Rate | string {
  if (rate.currency === 'USD') {
    if (conversionRate === 0 || conversionRate === 1) return rate
    return `it is in USD and yet converts at ${conversionRate} to the USD`
  }
  if (Number.isFinite(conversionRate) && conversionRate > 0)
    return { ...rate, perUsd: exact(decimal(conversionRate)) }
  return `it is in ${rate.currency} without a conversion rate`
}
