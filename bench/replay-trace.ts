import { readFileSync } from 'node:fs'
import { seededRandom } from '../src/core/random.ts'
import { type Block, makeBlock, type Quad, quadOrder, type Side } from '../src/gate/block.ts'

/** Latencies of a real server in order, as bench/record-trace.ts writes them. */
export interface Trace {
  readonly what: string
  readonly machine: string
  readonly recorded: string
  readonly serviceUs: readonly number[]
}

export function readTrace(name: string): Trace {
  return JSON.parse(readFileSync(new URL(`./traces/${name}.json`, import.meta.url), 'utf8')) as Trace
}

/** How much longer the head takes: a factor for all requests, and one more for the slowest 5% of them. */
export interface Effect {
  readonly all: number
  readonly slowest: number
}

/** Share of requests that `slowest` slows down: enough that p99 of a block is always among them. */
const SLOWEST = 0.05
/** Largest drift that both sides share, either way. */
const DRIFT = 0.1

/**
 * Blocks as the gate would measure them, from stretches of the trace that keep its autocorrelation. The machine drifts
 * by up to ±10% meanwhile, in a slow wave of random length with AR(1) noise on it, the same for whichever side is on.
 */
export class Replay {
  readonly #trace: Float64Array
  readonly #cutMs: number
  readonly #random: () => number
  readonly #requests: number
  readonly #effect: Effect
  readonly #wave: { readonly period: number; readonly phase: number }
  readonly #quadsPerStart: number
  #noise = 0
  #blocks = 0
  #quads = 0

  /** @param quadsPerStart after which processes are started anew, as the gate does with commands */
  constructor(
    { serviceUs }: Trace,
    requests: number,
    effect: Effect,
    seed: number,
    quadsPerStart = Number.POSITIVE_INFINITY,
  ) {
    this.#quadsPerStart = quadsPerStart
    this.#trace = Float64Array.from(serviceUs, (us) => us / 1000)
    const sorted = this.#trace.toSorted()
    this.#cutMs = sorted[Math.floor(sorted.length * (1 - SLOWEST))] ?? 0
    this.#random = seededRandom(seed)
    for (let i = 0; i < 20; i++) this.#random()
    this.#requests = requests
    this.#effect = effect
    this.#wave = { period: 20 + this.#random() * 600, phase: this.#random() * 2 * Math.PI }
  }

  quads(count: number): Quad[] {
    return Array.from({ length: count }, () => {
      const [a, b, c, d] = quadOrder(this.#quads++)
      return [this.block(a), this.block(b), this.block(c), this.block(d)] as const
    })
  }

  block(side: Side): Block {
    const drift = this.#nextDrift()
    const start = Math.floor(this.#random() * (this.#trace.length - this.#requests))
    const times = this.#trace.slice(start, start + this.#requests)
    let sum = 0
    for (let index = 0; index < times.length; index++) {
      const ms = times[index] ?? 0
      const slow = side === 'head' ? this.#effect.all * (ms >= this.#cutMs ? this.#effect.slowest : 1) : 1
      times[index] = ms * drift * slow
      sum += ms * drift * slow
    }
    const ofStart = Math.floor(Math.max(0, this.#quads - 1) / this.#quadsPerStart)
    return makeBlock(side, times, {
      due: times.length,
      goodputRps: (1000 * times.length) / sum,
      start: ofStart,
    })
  }

  #nextDrift(): number {
    const { period, phase } = this.#wave
    // Of 20 blocks' memory and 2% deviation.
    const normal = Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
    this.#noise = 0.95 * this.#noise + 0.02 * Math.sqrt(1 - 0.95 ** 2) * normal
    const drift = DRIFT * Math.sin((2 * Math.PI * this.#blocks++) / period + phase) + this.#noise
    return 1 + Math.min(DRIFT, Math.max(-DRIFT, drift))
  }
}
