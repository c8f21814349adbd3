import type { Effort } from '../../capacity/operate.ts'
import type { Bill, PriceBook } from '../../core/bill.ts'
import type { Assumptions, Slo } from '../../core/scenario.ts'
import type { MonthProfile } from '../../traffic/month-profile.ts'
import { type SplitMonth, splitMonth } from '../../traffic/split-month.ts'
import type { Subject } from '../subject.ts'
import { capacityRps, fullRps } from './base-capacity.ts'
import { balancerBill, leastBill } from './least-cost.ts'
import { canMix, type Part, withReplicas } from './mix-parts.ts'

/** A base of so many replicas and what it is sent. */
export interface SizedBase {
  readonly subject: Subject
  readonly replicas: number
  readonly upToRps: number
  readonly split: SplitMonth
}

/** A mix that may be worth simulating. Its costs are floats: they only choose what is simulated. */
export interface MixOption {
  readonly base: SizedBase
  readonly burst: Subject
  /** What it cannot cost less than, USD a month. */
  readonly usdAtLeast: number
  /** What it may cost, for the order in which to look at them. */
  readonly usdGuess: number
}

export interface OptionsQuestion {
  readonly bases: readonly Part[]
  readonly bursts: readonly Part[]
  readonly profile: MonthProfile
  readonly slo: Slo
  readonly assumptions: Assumptions
  readonly effort: Effort
  readonly book: PriceBook
  /** What a mix has to cost less than to be of use, USD a month. */
  readonly usdUnder: number
}

/** Sizes of a base that are looked at for each burst: those that seem cheapest. */
const SIZES = 3
/** Pairs of a base of some size and a burst that are looked at closely. */
const MOST_OUTLINES = 32
/** Largest base, replicas. */
const MOST_REPLICAS = 100
/** Share of all its slots that a base is taken to use before its capacity is known. */
const USUAL_UTILIZATION = 0.75
/** A rough guess above this many times what a mix has to cost less than is hopeless. */
const HOPE = 1.5
/** Shares of its capacity that a base is sent. */
const SHARES = [1, 0.8] as const

/** Mixes that may cost less than `usdUnder`, the likeliest first. */
export function mixOptions(question: OptionsQuestion): MixOption[] {
  const { assumptions, slo, effort, profile, usdUnder } = question
  const sized = new Map<string, SizedBase[]>()
  const sizesOf = ({ base, replicas }: Outline): SizedBase[] => {
    const subject = withReplicas(base.subject, replicas, assumptions)
    const key = `${question.bases.indexOf(base)} ${replicas}`
    const known = sized.get(key) ?? sizedBases(subject, capacityRps(subject, slo, effort), profile)
    sized.set(key, known)
    return known
  }
  return outlines(question)
    .flatMap((outline) => sizesOf(outline).flatMap((base) => optionOf(base, outline.burst, question)))
    .filter(({ usdAtLeast }) => usdAtLeast < usdUnder)
    .sort((a, b) => a.usdGuess - b.usdGuess)
}

interface Outline {
  readonly base: Part
  readonly replicas: number
  readonly burst: Part
  readonly usdGuess: number
}

/** For each pair the sizes of the base that seem cheapest, and of those the pairs that do. */
function outlines(question: OptionsQuestion): Outline[] {
  const { bases, bursts, usdUnder } = question
  return bases
    .flatMap((base) => {
      const sizes = sizeGuesses(base, question)
      return bursts
        .filter((burst) => canMix(base, burst))
        .flatMap((burst) => {
          const guesses = sizes.map(({ replicas, usd, aboveRatio }) => {
            return { base, replicas, burst, usdGuess: usd + aboveRatio * burst.usdAlone }
          })
          return guesses.sort((a, b) => a.usdGuess - b.usdGuess).slice(0, SIZES)
        })
    })
    .filter(({ usdGuess }) => usdGuess < usdUnder * HOPE)
    .sort((a, b) => a.usdGuess - b.usdGuess)
    .slice(0, MOST_OUTLINES)
}

interface SizeGuess {
  readonly replicas: number
  readonly usd: number
  /** Share of the requests that come above what it takes. */
  readonly aboveRatio: number
}

/** Bases that leave something to a burst, at what their replicas cost. */
function sizeGuesses({ subject }: Part, { assumptions, profile, book }: OptionsQuestion): SizeGuess[] {
  const one = withReplicas(subject, 1, assumptions)
  const usual = fullRps(one) * USUAL_UTILIZATION
  const most = Math.min(MOST_REPLICAS, Math.ceil(profile.peakRps / usual) - 1)
  const [first, second] = [one, withReplicas(subject, 2, assumptions)].map((each) =>
    usdOf(leastBill(each, 0, book)),
  )
  const [usd = 0, further = 0] = [first, (second ?? 0) - (first ?? 0)]
  return Array.from({ length: Math.max(0, most) }, (_, index) => ({
    replicas: index + 1,
    usd: usd + further * index,
    aboveRatio: aboveRatio(profile, usual * (index + 1)),
  }))
}

function aboveRatio({ steps, requests }: MonthProfile, upToRps: number): number {
  const above = steps.reduce((sum, { rps, durationS }) => sum + Math.max(0, rps - upToRps) * durationS, 0)
  return above / requests
}

/** What a base of this size may be sent: all that it can carry, or a little less. */
function sizedBases(subject: Subject, capacity: number, profile: MonthProfile): SizedBase[] {
  return SHARES.map((share) => Number((capacity * share).toPrecision(3)))
    .filter((upToRps) => upToRps > 0 && upToRps < profile.peakRps)
    .map((upToRps) => {
      return {
        subject,
        replicas: subject.candidate.minReplicas,
        upToRps,
        split: splitMonth(profile, upToRps),
      }
    })
}

function optionOf(base: SizedBase, burst: Part, { book, profile, slo }: OptionsQuestion): MixOption[] {
  const { below, above } = base.split
  // Requests that fail, as far as the SLO lets them, may keep nothing busy.
  const served = above.requests * (1 - slo.errorRatio)
  const fixed =
    usdOf(leastBill(base.subject, below.requests, book)) +
    usdOf(balancerBill(base.subject, above.requests, book))
  const usdAtLeast = fixed + usdOf(leastBill(burst.subject, served, book))
  if (!Number.isFinite(usdAtLeast)) return []
  const usdGuess = Math.max(usdAtLeast, fixed + (burst.usdAlone * above.requests) / profile.requests)
  return [{ base, burst: burst.subject, usdAtLeast, usdGuess }]
}

/** Infinite where a price is missing. */
function usdOf({ usdTotal }: Bill): number {
  return usdTotal === null ? Number.POSITIVE_INFINITY : Number(usdTotal)
}
