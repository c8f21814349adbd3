import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { Histogram } from '../src/load/histogram.ts'
import { loadOpen } from '../src/load/open-loop.ts'

/** What one process of the benchmark measured; it prints it as JSON. */
export interface ClientResult {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly lagP99Ms: number
  readonly rps: number
  readonly failed: number
  /** Resident memory at the end, and a fifth into the load, MiB. */
  readonly rssMib: number
  readonly earlyRssMib: number
  /** Time for which this process was ready to run and another had its core, ms of each second; NaN if unknown. */
  readonly waitedMs: number
}

const nothing = { p50Ms: Number.NaN, p99Ms: Number.NaN, lagP99Ms: Number.NaN, rps: 0, failed: 0 }

/** Requests one after the other over one connection, with nothing between them. */
async function ping(url: URL, count: number): Promise<Partial<ClientResult>> {
  const request = `GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`
  const times = new Histogram()
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    let [sentMs, replies] = [0, 0]
    const send = () => {
      sentMs = performance.now()
      socket.write(request)
    }
    socket.on('error', reject).on('connect', send)
    socket.on('data', () => {
      // The first fifth warms up both sides.
      if (++replies > count / 5) times.record(performance.now() - sentMs)
      if (replies < count) return send()
      socket.destroy()
      resolve()
    })
  })
  return { p50Ms: times.percentile(0.5), p99Ms: times.percentile(0.99), rps: 1000 / times.mean }
}

async function open(url: URL, rps: number, durationS: number): Promise<Partial<ClientResult>> {
  let earlyRssMib = 0
  // The first two seconds are the compiler's, which shares the core.
  const warmupRequests = rps * 2
  const measurement = await loadOpen({
    url: url.href,
    arrival: { kind: 'constant', rps },
    durationS: durationS + warmupRequests / rps,
    warmupRequests,
    connections: 1000,
    timeoutMs: 5000,
    seed: 1,
    signal: new AbortController().signal,
    onProgress: (finished) => {
      if (earlyRssMib === 0 && finished > (rps * durationS) / 5) earlyRssMib = rssMib()
    },
  })
  const { responseMs, sendLagMs, goodputRps, counts } = measurement
  const failed = counts.due - counts.ok
  return {
    p50Ms: responseMs.p50,
    p99Ms: responseMs.p99,
    lagP99Ms: sendLagMs.p99,
    rps: goodputRps,
    failed,
    earlyRssMib,
  }
}

async function ceiling(url: URL, durationS: number): Promise<Partial<ClientResult>> {
  const result = await autocannon({ url: url.href, connections: 50, duration: durationS })
  return { rps: result['2xx'] / result.duration, failed: result.non2xx + result.errors }
}

/** Second number of Linux's schedstat: ns that the main thread spent waiting for its core. */
function waitedSoFarMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6
  } catch {
    return Number.NaN
  }
}

function rssMib(): number {
  return process.memoryUsage().rss / 2 ** 20
}

const [mode, url = '', ...numbers] = process.argv.slice(2)
const [first = 0, second = 0] = numbers.map(Number)
const [startedMs, before] = [performance.now(), waitedSoFarMs()]
const work = { ping: () => ping(new URL(url), first), open: () => open(new URL(url), first, second) }
const result = await (mode === 'ping' || mode === 'open' ? work[mode]() : ceiling(new URL(url), first))
const waitedMs = ((waitedSoFarMs() - before) / (performance.now() - startedMs)) * 1000
console.log(JSON.stringify({ ...nothing, earlyRssMib: 0, ...result, rssMib: rssMib(), waitedMs }))
