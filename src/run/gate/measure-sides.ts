import { performance } from 'node:perf_hooks'
import { WorldError } from '../../core/errors.ts'
import type { Slo } from '../../core/scenario.ts'
import { type Quad, quadOrder, type Side } from '../../gate/block.ts'
import { type Decision, decide, type GatePlan, type Wanted } from '../../gate/decide.ts'
import type { Concern } from '../../gate/gate-result.ts'
import { type SloToJudge, type StagedLatencies, sloNeeds } from '../../gate/judge-sides.ts'
import { type Rule, withCpu } from '../../gate/rules.ts'
import { percentile } from '../../stats/percentile.ts'
import { type MeasuredBlock, measureBlock, type SideArrival } from './measure-block.ts'
import { measureStartUps, type StartUpOrder, type StartUpSeries } from './measure-start-ups.ts'
import { openSides, type Sides, startOrder } from './sides.ts'

export interface SidesMeasurement extends StartUpOrder, GatePlan {
  readonly arrival: SideArrival
  /** As many as fill a block when left out. */
  readonly requestsPerBlock?: number
  readonly rules: readonly Rule[]
  /** What is judged but can neither end nor prolong the measurement. */
  readonly watched: ReadonlySet<Concern>
  readonly slo?: SloToJudge
  readonly seed: number
}

/** All that was measured of both sides, and what was decided on the way. */
export interface MeasuredSides {
  readonly decision: Decision
  readonly requestsPerBlock: number
  /** Quads that count, of the decision and of the SLO. */
  readonly quads: Readonly<Record<keyof StagedLatencies, number>>
  readonly invalidQuads: number
  readonly freshProcesses: boolean
  readonly startUps: StartUpSeries | null
  /** Every request of a side in quads that count. */
  readonly latencyMs: Readonly<Record<Side, StagedLatencies>>
  readonly seconds: number
}

/**
 * What a block should last at least, ms, and the fewest and most requests of one. Short, so that what else goes on
 * meets both sides of a quad alike; but the client takes some 30 ms to begin and end each.
 */
const BLOCK = { lastsMs: 200, least: 25, most: 1000 } as const
/**
 * Quads after which commands are started anew, so that what one process happens to have, as its place on a core or in
 * memory, is not taken for the program's: at the least, and of the longest measurement at most a part. Each start counts
 * once, so that the more there are, the more is known.
 */
const START = { leastQuads: 5, mostPart: 1 / 16 } as const
/** Requests to the base that tell how long one takes. */
const LOOK_REQUESTS = 30
/** Send lag that matters little, as a share of the base's median: both sides bear it, and it is in every latency. */
const LAG_SHARE = 0.25
/**
 * Of the base's median latency, the CPU time from which on that is the work itself. A command that only asks another
 * process to work, as `docker run` does, has hardly any.
 */
const CPU_SHARE = 0.2
/** Of the quads that a look wants, at most so many times as many are measured when some are invalid. */
const MOST_TRIES = 2

/**
 * Starts or reaches both sides and loads them in turns until the gate has decided; all that it started is gone when it
 * returns, whatever happened. @throws WorldError when a side does not start, answer, or let itself be measured
 */
export async function measureSides(order: SidesMeasurement): Promise<MeasuredSides> {
  const startedMs = performance.now()
  const startUps = await measureStartUps(order)
  order.notify({ kind: 'note', text: 'starting both sides ...' })
  const sides = await openSides(order)
  try {
    const cut = await cutBlocks(order, sides)
    const meter = new SideMeter(order, sides, cut)
    const decision = await meter.drive()
    const { quads, invalidQuads, latencyMs } = meter
    const seconds = (performance.now() - startedMs) / 1000
    const freshProcesses = quads.confirming > 0 && sides.startsProcesses
    return {
      decision,
      requestsPerBlock: cut.requests,
      quads,
      invalidQuads,
      freshProcesses,
      startUps,
      latencyMs,
      seconds,
    }
  } finally {
    await sides.stop()
  }
}

/** How the blocks are cut to the base, which is asked a little first. */
interface Cut {
  readonly requests: number
  readonly acceptableLagMs: number
  /** Quads between two starts; infinite where nothing can be started. */
  readonly quadsPerStart: number
  readonly readCpu: (side: Side) => number | undefined
  /** Whether the CPU time of both can be read, and is what a request mostly takes. */
  readonly cpuTells: boolean
}

/** As many requests as last `BLOCK.lastsMs` on the base; at a rate, as many as are due in that time. */
async function cutBlocks(order: SidesMeasurement, sides: Sides): Promise<Cut> {
  const { urls } = sides
  const { arrival, requestsPerBlock } = order
  const within = (count: number) => Math.min(BLOCK.most, Math.max(BLOCK.least, Math.ceil(count)))
  const readCpu = (side: Side) => sides.cpuMs(side)
  const first = { requests: LOOK_REQUESTS, acceptableLagMs: Number.POSITIVE_INFINITY, readCpu }
  // Twice: the first requests of a process are slow.
  const cold = await measureBlock('base', urls.base, order.seed, blockOrder(order, first, 0))
  assertAnswers('base', [cold])
  const look = await measureBlock('base', urls.base, order.seed, blockOrder(order, first, 0))
  assertAnswers('base', [look])
  const rps = arrival.kind === 'closed' ? look.block.goodputRps : arrival.rps
  const typicalMs = percentile(look.block.sortedMs, 0.5)
  const requests = requestsPerBlock ?? within((rps * BLOCK.lastsMs) / 1000)
  return {
    requests,
    acceptableLagMs: LAG_SHARE * typicalMs,
    quadsPerStart: quadsPerStart(order, sides, (4 * requests) / rps),
    readCpu,
    cpuTells: sides.cpuMs('head') !== undefined && (look.block.cpuMs ?? 0) >= CPU_SHARE * typicalMs,
  }
}

/** As often as takes no longer than the measurement itself, within a part of the whole. @param quadS what a quad takes */
function quadsPerStart({ looks }: SidesMeasurement, sides: Sides, quadS: number): number {
  if (!sides.startsProcesses) return Number.POSITIVE_INFINITY
  const longest = looks.at(-1) ?? 1
  const startS = ((sides.startUpMs.base ?? 0) + (sides.startUpMs.head ?? 0)) / 1000
  const most = Math.max(START.leastQuads, Math.ceil(longest * START.mostPart))
  return Math.min(most, Math.max(START.leastQuads, Math.ceil(startS / quadS)))
}

function blockOrder(
  { request, arrival, slo, signal }: SidesMeasurement,
  { requests, acceptableLagMs, readCpu }: Pick<Cut, 'requests' | 'acceptableLagMs' | 'readCpu'>,
  start: number,
) {
  const goodWithinMs = goodWithin(slo?.slo)
  return { request, arrival, requests, acceptableLagMs, readCpu, goodWithinMs, start, signal }
}

/** The limit of the highest percentile that the SLO names. */
function goodWithin(slo: Slo | undefined): number {
  return Object.values(slo?.latencyMs ?? {}).at(-1) ?? Number.POSITIVE_INFINITY
}

/** Nothing can be compared with a side that fails; of the head it is what the gate is for, unless it never answers. */
function assertAnswers(side: Side, blocks: readonly MeasuredBlock[]): void {
  if (blocks.some(({ block }) => block.sortedMs.length > 0)) return
  throw new WorldError(`${side} answered none of its first ${blocks[0]?.block.due ?? 0} requests`, {
    hint: 'nothing was compared; try it with plimsoll load',
  })
}

class SideMeter {
  invalidQuads = 0
  readonly quads = { first: 0, confirming: 0 }
  readonly latencyMs = { base: noLatencies(), head: noLatencies() }
  readonly #order: SidesMeasurement
  readonly #sides: Sides
  readonly #cut: Cut
  #quads = 0
  #starts = 0
  #quadsOfStart = 0

  constructor(order: SidesMeasurement, sides: Sides, cut: Cut) {
    this.#order = order
    this.#sides = sides
    this.#cut = cut
  }

  async drive(): Promise<Decision> {
    const { rules: asked, watched, looks } = this.#order
    const rules = this.#cut.cpuTells ? withCpu(asked) : asked
    const gate = decide(rules, { looks }, new Set(rules.filter(({ concern }) => watched.has(concern))))
    let step = gate.next()
    while (!step.done) step = gate.next(await this.#measure(step.value))
    await this.#settleSlo()
    return step.value
  }

  /** More quads while the head's SLO is undecided, up to the longest; and as many once more before it may fail. */
  async #settleSlo(): Promise<void> {
    const { slo, watched, looks } = this.#order
    if (!slo || watched.has('slo')) return
    const longest = looks.at(-1) ?? 0
    const needs = () => (this.quads.confirming > 0 ? 'nothing' : sloNeeds(slo, this.latencyMs.head.first))
    while (needs() === 'more' && this.quads.first < longest) {
      const more = Math.min(this.quads.first, longest - this.quads.first)
      await this.#measure({ stage: 'first', quads: more })
    }
    if (needs() === 'confirming') await this.#measure({ stage: 'confirm', quads: this.quads.first })
  }

  async #measure({ stage, quads }: Wanted): Promise<Quad[]> {
    const { notify } = this.#order
    if (stage === 'confirm') {
      notify({ kind: 'note', text: 'the head looks worse: measuring again on fresh processes ...' })
      await this.#startAnew()
    } else if (this.#quads === 0) await this.#warmUp()
    const step = stage === 'confirm' ? 'base and head, once more' : 'base and head in turns'
    notify({ kind: 'step-started', step, index: 1, total: 1 })
    const measured: Quad[] = []
    for (let tries = 0; measured.length < quads && tries < MOST_TRIES * quads; tries++) {
      if (this.#quadsOfStart >= this.#cut.quadsPerStart) await this.#startAnew()
      const blocks = await this.#measureQuad()
      if (blocks.every(({ valid }) => valid)) {
        this.#count(blocks, stage)
        measured.push(asQuad(blocks))
      } else this.invalidQuads++
      notify({ kind: 'progress', finished: measured.length, total: quads })
    }
    if (measured.length < quads) throw cannotKeepUp(this.invalidQuads)
    notify({ kind: 'step-finished', step, result: `${quads} quads of ${4 * this.#cut.requests} requests` })
    return measured
  }

  #count(blocks: readonly MeasuredBlock[], stage: Wanted['stage']): void {
    const into = stage === 'first' ? 'first' : 'confirming'
    this.quads[into]++
    for (const { block, latencyMs } of blocks)
      for (const ms of latencyMs) this.latencyMs[block.side][into].push(ms)
  }

  async #startAnew(): Promise<void> {
    await this.#sides.restart()
    this.#starts++
    this.#quadsOfStart = 0
    await this.#warmUp()
  }

  /** A block of each side that is not counted: a process is slower until its code has been compiled. */
  async #warmUp(): Promise<void> {
    const order = blockOrder(this.#order, this.#cut, this.#starts)
    for (const side of startOrder(this.#starts))
      await measureBlock(side, this.#sides.urls[side], this.#order.seed, order)
  }

  /** The first two blocks have one seed, the last two another: both sides get the same arrivals. */
  async #measureQuad(): Promise<MeasuredBlock[]> {
    const index = this.#quads++
    this.#quadsOfStart++
    const blocks: MeasuredBlock[] = []
    for (const [place, side] of quadOrder(index).entries()) {
      const seed = this.#order.seed + 2 * index + Math.floor(place / 2)
      const order = blockOrder(this.#order, this.#cut, this.#starts)
      blocks.push(await measureBlock(side, this.#sides.urls[side], seed, order))
    }
    if (index === 0)
      for (const side of ['base', 'head'] as const)
        assertAnswers(
          side,
          blocks.filter(({ block }) => block.side === side),
        )
    return blocks
  }
}

function noLatencies(): Record<keyof StagedLatencies, number[]> {
  return { first: [], confirming: [] }
}

function asQuad([a, b, c, d]: readonly MeasuredBlock[]): Quad {
  if (!a || !b || !c || !d) throw new Error('a quad has four blocks')
  return [a.block, b.block, c.block, d.block]
}

function cannotKeepUp(invalid: number): WorldError {
  return new WorldError(`this client could not send on time in ${invalid} quads of blocks`, {
    hint: 'the machine is too busy for that --rate; lower it, or leave it out to send one request after the other',
  })
}
