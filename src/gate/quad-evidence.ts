import { percentile } from '../stats/percentile.ts'
import { type Block, mergeBlocks, type Quad, type Side } from './block.ts'
import { type ErrorCount, errorEvidence } from './error-evidence.ts'
import { type Evidence, ratioEvidence } from './judge-series.ts'
import { latencyRatios } from './latency-ratios.ts'
import type { Rule } from './rules.ts'

/** A rule for which the blocks hold no evidence, and why. */
export interface NoEvidence {
  readonly rule: Rule
  readonly subject: string
  readonly why: string
}

/** Of the groups, those that a metric needs a figure from. */
const LEAST_SHARE = 0.8
/** Requests beyond a percentile that a group of quads should have on each side: with fewer, it is mostly chance. */
const TAIL_REQUESTS = 8
/** Groups below which their spread is hardly known. */
const LEAST_GROUPS = 5
/** Starts from which on they are what is counted; fewer hardly say how much they differ. */
const LEAST_STARTS = 3
/** Percentiles below this are of what nothing disturbed. */
const FLOOR_BELOW = 0.5
/** Share of the quads of a start that is left out at either end. */
const TRIMMED = 0.2

/** What the quads say of one metric. */
export function quadEvidence(rule: Rule, quads: readonly Quad[]): Evidence | NoEvidence {
  if (rule.metric === 'errors')
    return errorEvidence(rule, '', countErrors(quads, 'base'), countErrors(quads, 'head'))
  const measure = measureOf(rule)
  const starts = [...Map.groupBy(quads, ([block]) => block.start).values()]
  if (starts.length >= LEAST_STARTS) return startsEvidence(rule, measure, starts)
  const groups = groupQuads(quads, typeof measure === 'number' ? measure : 0)
  return evidenceOf(
    rule,
    groups.map((group) => logRatioOf(measure, group)),
  )
}

/**
 * The same of processes that were started anew now and then: each start gives one figure, since what a process has
 * from its start on is alike in all its quads, however many there are.
 */
function startsEvidence(rule: Rule, measure: Measure, starts: readonly Quad[][]): Evidence | NoEvidence {
  return evidenceOf(
    rule,
    starts.map((quads) => {
      // Of the fastest, too: together they leave out the blocks that were disturbed all along.
      const whole =
        measure === 'goodput' || (measure !== 'cpu' && (measure < FLOOR_BELOW || isTail(measure, quads)))
      const each = whole ? [quads] : quads.map((quad) => [quad])
      return trimmedMean(each.map((group) => logRatioOf(measure, group)).filter(Number.isFinite))
    }),
  )
}

function evidenceOf(rule: Rule, all: readonly number[]): Evidence | NoEvidence {
  const logRatios = all.filter(Number.isFinite)
  if (logRatios.length >= Math.max(2, LEAST_SHARE * all.length)) return ratioEvidence(rule, '', logRatios)
  const lacking = rule.metric === 'cpu' ? 'CPU time that could be read' : 'requests answered ok on both sides'
  const why = `only ${logRatios.length} of ${all.length} stretches have ${lacking}`
  return { rule, subject: '', why }
}

function logRatioOf(measure: Measure, group: readonly Quad[]): number {
  if (measure === 'goodput') return logGoodputLoss(group)
  return measure === 'cpu' ? logCpuRatio(group) : logPercentileRatio(measure, group)
}

/** Whether a quad's own requests are too few for a percentile. */
function isTail(ratio: number, quads: readonly Quad[]): boolean {
  return mean(quads.flat().map((block) => tailOf(block, ratio))) < TAIL_REQUESTS
}

/** Without the fifth at either end: what else runs on the machine hits some quads, and those hard. */
function trimmedMean(values: readonly number[]): number {
  const cut = Math.floor(values.length * TRIMMED)
  return mean([...values].sort((a, b) => a - b).slice(cut, values.length - cut))
}

/** The two that are figures of whole blocks, or the share of requests at or under a percentile. */
type Measure = 'goodput' | 'cpu' | number

function measureOf({ metric }: Rule): Measure {
  if (metric === 'goodput' || metric === 'cpu') return metric
  const ratio = (latencyRatios as Readonly<Record<string, number>>)[metric]
  if (ratio === undefined) throw new RangeError(`${metric} is not measured in blocks`)
  return ratio
}

/** As few successive quads to a group as hold enough of a percentile's tail. */
function groupQuads(quads: readonly Quad[], ratio: number): Quad[][] {
  const requests = mean(quads.flat().map(({ sortedMs }) => sortedMs.length))
  const wanted = Math.ceil(TAIL_REQUESTS / Math.max(1e-9, 2 * requests * (1 - ratio)))
  const size = Math.max(1, Math.min(wanted, Math.floor(quads.length / LEAST_GROUPS)))
  const count = Math.floor(quads.length / size)
  return Array.from({ length: count }, (_, index) => {
    return quads.slice(index * size, index === count - 1 ? quads.length : (index + 1) * size)
  })
}

/** How much worse the head was within a group of quads: 0 is alike, log 1.1 a tenth worse. */
function logGoodputLoss(group: readonly Quad[]): number {
  const level = (side: Side) => meanLog(blocksOf(group, side).map(({ goodputRps }) => goodputRps))
  return level('base') - level('head')
}

function logCpuRatio(group: readonly Quad[]): number {
  const level = (side: Side) => meanLog(blocksOf(group, side).map(({ cpuMs }) => cpuMs ?? Number.NaN))
  return level('head') - level('base')
}

/** The same of a percentile: of each block where its tail is long enough there, else of the whole group. */
function logPercentileRatio(ratio: number, group: readonly Quad[]): number {
  const level = (side: Side) => {
    const blocks = blocksOf(group, side)
    const series = group.length === 1 && blocks.every((block) => tailOf(block, ratio) >= TAIL_REQUESTS)
    if (series) return meanLog(blocks.map(({ sortedMs }) => percentile(sortedMs, ratio)))
    const merged = mergeBlocks(blocks)
    return merged.length === 0 ? Number.NaN : Math.log(percentile(merged, ratio))
  }
  return level('head') - level('base')
}

function blocksOf(quads: readonly Quad[], side: Side): Block[] {
  return quads.flatMap((quad) => quad.filter((block) => block.side === side))
}

/** Requests of a block beyond a percentile. */
function tailOf({ sortedMs }: Block, ratio: number): number {
  return sortedMs.length * (1 - ratio)
}

function meanLog(values: readonly number[]): number {
  return mean(values.map(Math.log))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Errors come in crowds: counts are thinned by as much as they vary more between blocks than independent ones would. */
function countErrors(quads: readonly Quad[], side: Side): ErrorCount {
  const blocks = blocksOf(quads, side)
  const due = blocks.reduce((sum, block) => sum + block.due, 0)
  const failed = blocks.reduce((sum, block) => sum + failures(block), 0)
  const share = failed / due
  const expected = blocks.reduce((sum, block) => sum + block.due * share * (1 - share), 0)
  const seen = blocks.reduce((sum, block) => sum + (failures(block) - block.due * share) ** 2, 0)
  const crowding = expected > 0 ? Math.max(1, seen / expected) : 1
  return { failed: Math.floor(failed / crowding), due: Math.ceil(due / crowding) }
}

function failures({ due, sortedMs }: Block): number {
  return due - sortedMs.length
}
