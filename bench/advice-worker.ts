import { loadPriceBook } from '../src/pricing/price-book.ts'
import { makeCase, runCase } from './advice-cases.ts'

/** Runs the cases that its arguments name, from one seed to another by a step, and tells each result to its parent. */
const [, , from = '1', to = '1', step = '1'] = process.argv
const book = await loadPriceBook()
for (let seed = Number(from); seed <= Number(to); seed += Number(step)) {
  process.send?.(runCase(makeCase(seed), book))
}
process.disconnect?.()
