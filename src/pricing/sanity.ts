import type { Price, PriceBook } from '../core/bill.ts'
import { type Decimal, decimal } from '../core/money.ts'
import { wildcard } from './coverage.ts'
import { findPrice } from './price-book.ts'

/** A price that cannot be right, and the rule that says so. */
export interface Insanity {
  readonly price: Price
  readonly message: string
}

/** Free amounts that Google publishes; a zero anywhere else is a placeholder in the catalogue. */
const FREE = [
  ...['cloud-run/requests', 'cloud-run/egress/*', 'functions-1/invocations', 'functions-1/egress'],
  ...['storage/standard', 'storage/operations/*', 'storage/egress'],
  ...['gce/disk/pd-standard', 'network/ipv4', 'network/ipv4/*'],
]

/**
 * Least and most that a unit of the unit's hour may cost, USD, on any purchase: wide enough for every region, narrow
 * enough for a price per second taken as one per hour, per GB as per GiB-month, or cents as dollars. Chosen here.
 */
const BOUNDS: readonly (readonly [resource: string, least: string, most: string])[] = [
  ['gce/gpu/*', '0.05', '30'],
  ['vertex/fee/gpu/*', '0.01', '5'],
  ['vertex/gpu/*', '0.1', '35'],
  ['gce/*/*cpu', '0.001', '0.15'],
  ['gce/*/*memory', '0.0001', '0.03'],
  ['vertex/fee/*/cpu', '0.001', '0.03'],
  ['vertex/fee/*/memory', '0.0001', '0.005'],
  ['vertex/*/cpu', '0.01', '0.2'],
  ['vertex/*/memory', '0.001', '0.03'],
  ['cloud-run/*/idle-*', '0.003', '0.05'],
  ['cloud-run/*/cpu', '0.05', '0.3'],
  ['cloud-run/*/memory', '0.005', '0.05'],
  ['cloud-run/gpu/*', '0.3', '10'],
  ['functions-1/idle-cpu', '0.001', '0.02'],
  ['functions-1/cpu', '0.02', '0.2'],
  ['functions-1/*memory', '0.003', '0.05'],
]
const BY_RESOURCE = BOUNDS.map(([resource, least, most]) => ({ pattern: wildcard(resource), least, most }))

/** Vertex AI over Compute Engine on demand: 1.15, or 1.30 where its fee was added to a price that has it already. */
const VERTEX_RATIO = ['1.1', '1.2'] as const

/** Spot costs at least 9% of what it is on demand (Google publishes 60 to 91% off), commitments far more. Chosen here. */
const LEAST_OF_ON_DEMAND = 0.05

/** Everything in the book that a price cannot be. */
export function insanities(book: PriceBook): Insanity[] {
  const rules = [
    spotRule,
    commitmentRule,
    discountRule,
    largerGpuRule,
    boundsRule,
    freeRule,
    fallingTiersRule,
    vertexRule,
  ]
  const found = book.prices.flatMap((price) =>
    rules.flatMap((rule) => {
      const message = rule(price, book)
      return message === undefined ? [] : [{ price, message }]
    }),
  )
  return [...found, ...skuConflicts(book)]
}

type Rule = (price: Price, book: PriceBook) => string | undefined

const spotRule: Rule = (price, book) => {
  const onDemand = findPrice(book, price.resource, price.region)
  if (price.purchase !== 'spot' || !onDemand || usd(price).lt(usd(onDemand))) return undefined
  return `spot costs ${usd(price)}, not less than the ${usd(onDemand)} on demand`
}

const commitmentRule: Rule = (price, book) => {
  const longer =
    price.purchase === 'commit-3yr' ? findPrice(book, price.resource, price.region, 'commit-1yr') : undefined
  const isCommitment = price.purchase === 'commit-1yr' || price.purchase === 'commit-3yr'
  const onDemand = isCommitment ? findPrice(book, price.resource, price.region) : undefined
  const dearer = [longer, onDemand].find((other) => other && usd(price).gt(usd(other)))
  return dearer && `${price.purchase} costs ${usd(price)}, more than the ${usd(dearer)} of ${dearer.purchase}`
}

const discountRule: Rule = (price, book) => {
  const onDemand = price.purchase === 'on-demand' ? undefined : findPrice(book, price.resource, price.region)
  if (!onDemand || usd(price).gte(usd(onDemand).times(LEAST_OF_ON_DEMAND))) return undefined
  return `${price.purchase} costs ${usd(price)}, hardly anything of the ${usd(onDemand)} on demand`
}

/** On demand only: what spare capacity costs follows demand, and has had the smaller one dearer. */
const largerGpuRule: Rule = (price, book) => {
  if (price.purchase !== 'on-demand' || !/\/gpu\/nvidia-a100-80gb$/.test(price.resource)) return undefined
  const smaller = findPrice(
    book,
    price.resource.replace('nvidia-a100-80gb', 'nvidia-tesla-a100'),
    price.region,
  )
  if (!smaller || usd(price).gt(usd(smaller))) return undefined
  return `80 GB of A100 cost ${usd(price)}, not more than 40 GB at ${usd(smaller)}`
}

const boundsRule: Rule = (price) => {
  const bounds = BY_RESOURCE.find(({ pattern }) => pattern.test(price.resource))
  const perHour = usd(price).times(price.unit.endsWith('-second') ? 3600 : 1)
  if (!bounds || (perHour.gte(bounds.least) && perHour.lte(bounds.most))) return undefined
  return `${perHour} an hour is outside ${bounds.least} to ${bounds.most}, where such prices lie`
}

const freeRule: Rule = ({ resource, tiers }) => {
  if (!tiers.some((tier) => decimal(tier.usd).eq(0))) return undefined
  if (FREE.some((pattern) => wildcard(pattern).test(resource))) return undefined
  return 'is 0 in a tier, and no free amount of it is published'
}

const fallingTiersRule: Rule = ({ tiers }) => {
  const paid = tiers.filter((tier) => decimal(tier.usd).gt(0))
  const rise = paid.find((tier, index) => index > 0 && decimal(tier.usd).gt(paid[index - 1]?.usd ?? tier.usd))
  return rise && `costs more from ${rise.from} on than before: tiers only fall`
}

const vertexRule: Rule = (price, book) => {
  const [, part] = /^vertex\/((?!fee\/|machine\/).+)$/.exec(price.resource) ?? []
  const engine = part === undefined ? undefined : findPrice(book, `gce/${part}`, price.region)
  if (!engine || price.purchase !== 'on-demand') return undefined
  const ratio = usd(price).div(usd(engine))
  if (ratio.gte(VERTEX_RATIO[0]) && ratio.lte(VERTEX_RATIO[1])) return undefined
  return `is ${ratio.toFixed(3)} × Compute Engine, not ${VERTEX_RATIO.join(' to ')}: is its fee missing, or in it twice?`
}

/** One SKU has one price, wherever it holds. */
function skuConflicts({ prices }: PriceBook): Insanity[] {
  const first = new Map<string, Price>()
  return prices.flatMap((price) => {
    const { id } = price.sku
    const earlier = id === null ? undefined : first.get(id)
    if (id !== null && !earlier) first.set(id, price)
    if (!earlier || JSON.stringify(earlier.tiers) === JSON.stringify(price.tiers)) return []
    return [{ price, message: `SKU ${id} has another price as ${earlier.resource} in ${earlier.region}` }]
  })
}

/** What most of a large quantity costs per unit: the price that is compared. */
function usd({ tiers }: Price): Decimal {
  return decimal(tiers.find((tier) => !decimal(tier.usd).eq(0))?.usd ?? '0')
}
