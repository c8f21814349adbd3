import { execFileSync } from 'node:child_process'
import { fluidMonth } from '../src/capacity/simulation/fluid-month.ts'
import { fullMonth } from '../src/capacity/simulation/full-month.ts'
import type { MonthSimulation } from '../src/capacity/simulation/month-result.ts'
import { simulateOrder } from '../src/capacity/simulation/simulate-order.ts'
import { bareQueue } from '../test/capacity/simulation/bare-queue.ts'
import { CASES, HOURS, TRAFFIC, traffic } from './simulate-cases.ts'
import type { MonthRun } from './simulate-month.ts'

/**
 * Speed of the simulator, on one core: events a second; a month at 100,000 requests/s; and what the flow of requests
 * makes of a month that is small enough to simulate every request of it.
 */
export async function simulateBench(): Promise<string> {
  return [...bigMonths(), '', ...eventRates(), '', ...comparisons()].join('\n')
}

/** Each in a process of its own, so that time and memory are its own. */
function bigMonths(): string[] {
  const rows = CASES.map(({ name }) => {
    const child = new URL('./simulate-month.ts', import.meta.url).pathname
    const { requests, seconds, peakMib } = JSON.parse(
      execFileSync(process.execPath, [child, name], { encoding: 'utf8' }),
    ) as MonthRun
    const figures = [
      requests.toExponential(2),
      seconds.toFixed(2).padStart(9),
      peakMib.toFixed(0).padStart(10),
    ]
    return `${name.padEnd(24)} ${figures.join(' ')}`
  })
  return ['month at 100,000/s       requests   seconds   peak MiB   aim: under 2 s, under 200 MB', ...rows]
}

function eventRates(): string[] {
  const queues = {
    'M/M/1 at 0.8': bareQueue({ arrivals: { process: 'poisson', rps: 80 }, requests: 4_000_000 }),
    'M/M/16 at 0.9': bareQueue({
      arrivals: { process: 'poisson', rps: 1440 },
      slotsPerReplica: 16,
      requests: 4_000_000,
    }),
    '16 queues, least outstanding': bareQueue({
      arrivals: { process: 'poisson', rps: 1280 },
      replicas: 16,
      routing: 'least-outstanding',
      requests: 4_000_000,
    }),
  }
  const rows = Object.entries(queues).map(([name, queue]) => {
    // The first run is for the compiler.
    simulateOrder({ ...queue, requests: 200_000, warmupRequests: 1000 })
    const startedMs = performance.now()
    const { events } = simulateOrder(queue)
    const perSecond = events / (performance.now() - startedMs) / 1000
    return `${name.padEnd(30)} ${perSecond.toFixed(1).padStart(6)} million events/s`
  })
  return ['one core: aim at least 5 million events/s', ...rows]
}

/** A month of 8 requests/s with services of 200 ms: 21 million requests, both ways. */
function comparisons(): string[] {
  const head =
    'fluid against full        traffic        meters                                p95       p99      seconds'
  const rows = CASES.flatMap(({ name, plan, meters }) =>
    Object.keys(TRAFFIC).map((shape) => {
      const month = { fleet: plan(200, 200), traffic: traffic(shape, 8), hours: HOURS, seed: 3 }
      const [full, fullS] = timed(() => fullMonth(month))
      const [fluid, fluidS] = timed(() => fluidMonth({ ...month, requests: 500_000 }))
      const errors = meters.map(
        (meter) => `${meter} ${signed(fluid, full, (each) => each.usage[meter].value)}`,
      )
      const p95 = signed(fluid, full, ({ responseMs }) => responseMs.p95.value)
      const p99 = signed(fluid, full, ({ responseMs }) => responseMs.p99.value)
      const seconds = `${fluidS.toFixed(2)} / ${fullS.toFixed(1)}`
      return `${name.padEnd(24)}  ${shape.padEnd(12)}  ${errors.join(', ').padEnd(40)} ${p95.padStart(8)} ${p99.padStart(8)}  ${seconds}`
    }),
  )
  return [head, ...rows, 'aim: meters within 1%, p99 within 5%']
}

function signed(
  fluid: MonthSimulation,
  full: MonthSimulation,
  of: (month: MonthSimulation) => number,
): string {
  const error = of(fluid) / of(full) - 1
  return `${error < 0 ? '' : '+'}${(error * 100).toFixed(2)}%`
}

function timed<T>(run: () => T): [result: T, seconds: number] {
  const startedMs = performance.now()
  const result = run()
  return [result, (performance.now() - startedMs) / 1000]
}
