import { simulateMonth } from '../src/capacity/simulation/simulate-month.ts'
import { CASES, traffic } from './simulate-cases.ts'

/** What a month took, compiling included. */
export interface MonthRun {
  readonly requests: number
  readonly seconds: number
  readonly peakMib: number
}

/** A month at 100,000 requests/s of the case that the argument names; prints what it took. */
const [name] = process.argv.slice(2)
const found = CASES.find((each) => each.name === name)
if (!found) throw new Error(`no case ${name}`)
const startedMs = performance.now()
const month = simulateMonth({ fleet: found.plan(60, 20_000), traffic: traffic('daily', 100_000), seed: 1 })
const run: MonthRun = {
  requests: month.requests.arrived,
  seconds: (performance.now() - startedMs) / 1000,
  peakMib: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(run))
