import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { median } from 'simple-statistics'
import type { ClientResult } from './load-client.ts'
import { isInstalled, onCore, startStaticServer } from './static-server.ts'

const [serverCore, clientCore] = [0, 1]
const RATES = [1000, 5000, 20_000]
const ROUNDS = 3
const SECONDS = 3
/** Ratio between the rates that are tried for the highest one. */
const STEP = 1.15

/**
 * What our client adds to a server's own latency, and how fast it can send, against peers on the same server: one
 * core for the client, one for the server, rounds in turn. A round on a machine that others use too can be spoilt:
 * the medians and the best tries say what the client does when it is let run, for us and for peers alike.
 */
export async function loadBench(): Promise<string> {
  const server = await startStaticServer(serverCore)
  try {
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ping: client('ping', server.url, 20_000),
      open: RATES.map((rps) => client('open', server.url, rps, SECONDS)),
    }))
    const ceilingRps = best(() => client('ceiling', server.url, SECONDS).rps)
    const highestRps = findHighest(server.url, ceilingRps / 2)
    return [
      `against ${server.name}; ${availableParallelism()} cores; ${ROUNDS} rounds of ${SECONDS} s`,
      ...latencyTable(rounds),
      ...rateTable(server.url, highestRps, ceilingRps),
      memoryLine(server.url),
    ].join('\n')
  } finally {
    await server.stop()
  }
}

interface Round {
  readonly ping: ClientResult
  readonly open: readonly ClientResult[]
}

function latencyTable(rounds: readonly Round[]): string[] {
  const pingMs = median(rounds.map(({ ping }) => ping.p50Ms))
  const rows = RATES.map((rps, index) => {
    const added = median(rounds.map(({ ping, open }) => (open[index]?.p50Ms ?? 0) - ping.p50Ms))
    const of = (name: keyof ClientResult) => median(rounds.map(({ open }) => open[index]?.[name] ?? 0))
    return (
      `${String(rps).padStart(8)} rps   p50 ${ms(of('p50Ms'))}   over ping ${ms(added)}   p99 ${ms(of('p99Ms'))}` +
      `   lag p99 ${ms(of('lagP99Ms'))}   kept waiting ${of('waitedMs').toFixed(0)} ms/s`
    )
  })
  return [
    `    ping       p50 ${ms(pingMs)}   one connection, one request after the other`,
    ...rows,
    '(aim: over ping < 0.100 ms)',
  ]
}

function rateTable(url: string, highestRps: number, ceilingRps: number): string[] {
  const row = (name: string, rps: number) =>
    `${name.padEnd(46)} ${rps.toFixed(0).padStart(8)} rps   ours is ${(highestRps / rps).toFixed(2)} of it`
  return [
    `${'open loop, highest rate with p99 lag under 1 ms'.padEnd(46)} ${highestRps.toFixed(0).padStart(7)} rps`,
    row('autocannon, closed loop, 50 connections', ceilingRps),
    ...(isInstalled('wrk')
      ? [
          row(
            'wrk, closed loop, 50 connections',
            best(() => wrk(url)),
          ),
        ]
      : ['wrk is not installed']),
    ...(isInstalled('hey')
      ? [
          row(
            'hey, closed loop, 50 connections',
            best(() => hey(url)),
          ),
        ]
      : ['hey is not installed']),
    '(aim: at least 0.50 of autocannon)',
  ]
}

/** Upwards or downwards from the aim, in steps; a rate is held when one of the rounds is. */
function findHighest(url: string, aimRps: number): number {
  let rps = aimRps
  if (!isHeld(url, rps)) {
    while (rps > 1000 && !isHeld(url, rps)) rps /= STEP
    return rps
  }
  while (isHeld(url, rps * STEP)) rps *= STEP
  return rps
}

function isHeld(url: string, rps: number): boolean {
  return Array.from({ length: ROUNDS }).some(() => {
    const { lagP99Ms, failed } = client('open', url, rps, SECONDS)
    return lagP99Ms < 1 && failed === 0
  })
}

function memoryLine(url: string): string {
  const [rps, durationS] = [20_000, 50]
  const { earlyRssMib, rssMib, failed } = client('open', url, rps, durationS)
  return (
    `a million requests: ${earlyRssMib.toFixed(0)} MiB resident after a fifth of them, ` +
    `${rssMib.toFixed(0)} MiB at the end, ${failed} failed`
  )
}

function client(mode: 'ping' | 'open' | 'ceiling', url: string, ...numbers: readonly number[]): ClientResult {
  const script = fileURLToPath(new URL('./load-client.ts', import.meta.url))
  return JSON.parse(run([process.execPath, script, mode, url, ...numbers.map(String)]))
}

function wrk(url: string): number {
  return Number(/Requests\/sec:\s*([\d.]+)/.exec(run(['wrk', '-t1', '-c50', `-d${SECONDS}s`, url]))?.[1])
}

function hey(url: string): number {
  return Number(
    /Requests\/sec:\s*([\d.]+)/.exec(run(['hey', '-cpus', '1', '-c', '50', '-z', `${SECONDS}s`, url]))?.[1],
  )
}

function best(measure: () => number): number {
  return Math.max(...Array.from({ length: ROUNDS }, measure))
}

function run(command: readonly string[]): string {
  return execFileSync(...onCore(clientCore, command), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function ms(value: number): string {
  return `${value.toFixed(3).padStart(6)} ms`
}
