import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from 'simple-statistics'
import type { Price } from '../src/core/bill.ts'
import { decimal, exact } from '../src/core/money.ts'
import { itemFaults, meterItems } from '../src/platforms/meter-items.ts'
import { billAccount } from '../src/pricing/bill-account.ts'
import { loadPriceBook } from '../src/pricing/price-book.ts'
import { readUsageFile } from '../src/scenario/usage-file/read-usage-file.ts'

const USAGES = 10_000
const ROUNDS = 9

/**
 * Time to bill 10,000 usages (find the price, fill the tiers, multiply, add up, put into words), against that of as
 * many multiplications and additions of the same decimals; and that of a file of 10,000 items, read and metered too.
 */
export async function billBench(): Promise<string> {
  const book = await loadPriceBook()
  const flat = book.prices.filter(({ tiers }) => tiers.length === 1)
  const usage = Array.from({ length: USAGES }, (_, index) => {
    const { resource, region, unit, purchase } = flat[index % flat.length] as Price
    return { resource, region, unit, purchase, quantity: `${index}.25`, usageIndex: index }
  })
  const factors = usage.map(({ quantity }, index) => {
    return [quantity, (flat[index % flat.length] as Price).tiers[0]?.usd ?? '0'] as const
  })
  const bare = () => {
    let total = decimal(0)
    for (const [quantity, usd] of factors) total = total.plus(decimal(quantity).times(usd))
    return exact(total)
  }
  const bill = () => billAccount(usage, book, { freeTier: false }).usdTotal
  if (bare() !== bill()) throw new Error('the bill is not the sum of its products')
  const rounds = Array.from({ length: ROUNDS }, () => ({ bill: timeMs(bill), bare: timeMs(bare) }))
  const ratio = median(rounds.map((round) => round.bill / round.bare))
  return [
    `${USAGES} usages billed      median ${median(rounds.map((round) => round.bill)).toFixed(0)} ms (aim: under 1000)`,
    `bare decimal products    median ${median(rounds.map((round) => round.bare)).toFixed(1)} ms`,
    `ratio, ${ROUNDS} rounds          median ${ratio.toFixed(1)}`,
    `a file of ${USAGES} items, from YAML to total    ${fileMs(book).toFixed(0)} ms`,
  ].join('\n')
}

function fileMs(book: Awaited<ReturnType<typeof loadPriceBook>>): number {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'))
  const file = join(folder, 'usage.yaml')
  const item = (index: number) =>
    `  - { platform: gce, region: us-central1, machineType: n1-standard-4, hours: ${index % 730}.5, diskGib: 20 }`
  writeFileSync(file, ['usage:', ...Array.from({ length: USAGES }, (_, index) => item(index))].join('\n'))
  try {
    return timeMs(() => {
      const read = readUsageFile(file, itemFaults)
      return billAccount(meterItems(read.items).usage, book, read).usdTotal
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Fails where there is no total, as then something else was timed. */
function timeMs(total: () => string | null): number {
  const start = performance.now()
  if (total() === null) throw new Error('a price is missing')
  return performance.now() - start
}
