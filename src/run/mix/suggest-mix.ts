import { judge } from '../../advise/judge.ts'
import { type Ranking, rank } from '../../advise/rank.ts'
import type { Advice, UsdRange } from '../../core/advice.ts'
import type { Mix } from '../../core/mix.ts'
import { decimal, exact } from '../../core/money.ts'
import type { Scenario } from '../../core/scenario.ts'
import { type Assessing, assessOne } from '../assess.ts'
import type { Subject } from '../subject.ts'
import { type AssessedMix, mixAssessor } from './assess-mix.ts'
import { type MixOption, mixOptions } from './mix-options.ts'
import { basesOf, burstsOf, withReplicas } from './mix-parts.ts'

/** Mixes that are simulated; most traffic needs far fewer to find the best. */
const MOST_SIMULATED = 24
/** Of these the cheapest that are simulated at the length that a report deserves, until one of them still meets. */
const MOST_IN_FULL = 3
/** Two fleets and a split are more to run than one: a mix that saves less than this share is not worth a word. */
const LEAST_SAVING = 0.05

interface MixQuestion {
  readonly scenario: Pick<Scenario, 'slo' | 'assumptions'>
  readonly subjects: readonly Subject[]
  readonly ranking: Ranking
  readonly suggestion: Advice['suggestion']
  /** For the search, and for what it finds. */
  readonly search: Assessing
  readonly whole: Assessing
}

interface Single {
  readonly name: string
  readonly usdPerMonth: UsdRange
}

/**
 * The cheapest mix of a fixed base and a serverless burst that meets the SLO for clearly less trouble than it saves;
 * null where there is none. Of traffic without peaks none is sought: whatever carries it is busy all month.
 */
export function suggestMix(question: MixQuestion): Mix | null {
  const { scenario, subjects, ranking, search, whole } = question
  if (search.profile.peakRps <= search.profile.meanRps * 1.001) return null
  const single = bestSingle(question)
  const usdUnder = single ? Number(single.usdPerMonth.value) * (1 - LEAST_SAVING) : Number.POSITIVE_INFINITY
  const { slo, assumptions } = scenario
  const options = mixOptions({
    bases: basesOf(subjects, ranking.verdicts, slo),
    bursts: burstsOf(subjects, ranking.verdicts, slo),
    profile: search.profile,
    slo,
    assumptions,
    effort: search.effort,
    book: search.book,
    usdUnder,
  })
  const found = searchMixes(options, usdUnder, mixAssessor(slo, search))
  const inFull = mixAssessor(slo, whole)
  for (const option of found.slice(0, MOST_IN_FULL)) {
    const mix = inFull(option)
    if (!mix || !meets(mix)) continue
    const rival = cheaperOf(single, baseAlone(option, question))
    if (!rival || usdOf(mix) < Number(rival.usdPerMonth.value) * (1 - LEAST_SAVING))
      return compared(mix, rival)
  }
  return null
}

/** The base without a burst, as it is or with one replica more, where that meets the SLO: no scenario may list it. */
function baseAlone({ base }: MixOption, { scenario, whole }: MixQuestion): Single | null {
  const { slo, assumptions } = scenario
  const sizes = [base.replicas, base.replicas + 1].map((size) =>
    withReplicas(base.subject, size, assumptions),
  )
  const verdicts = sizes.map((each) => judge(assessOne(each, whole), slo, whole.profile.requests))
  return singleOf(rank(verdicts).cheapest)
}

function singleOf(verdict: Ranking['cheapest']): Single | null {
  if (!verdict?.usdPerMonth) return null
  return { name: verdict.candidate.name, usdPerMonth: verdict.usdPerMonth }
}

function cheaperOf(one: Single | null, other: Single | null): Single | null {
  if (!one || !other) return one ?? other
  return decimal(other.usdPerMonth.value).lt(one.usdPerMonth.value) ? other : one
}

/** Those that meet, cheapest first; what cannot be cheaper than one that meets is not simulated. */
function searchMixes(
  options: readonly MixOption[],
  usdUnder: number,
  assess: ReturnType<typeof mixAssessor>,
): MixOption[] {
  const found: { readonly option: MixOption; readonly usd: number }[] = []
  let [least, simulated] = [usdUnder, 0]
  for (const option of options) {
    if (simulated === MOST_SIMULATED) break
    if (option.usdAtLeast >= least) continue
    simulated++
    const mix = assess(option)
    if (!mix || !meets(mix) || usdOf(mix) >= usdUnder) continue
    found.push({ option, usd: usdOf(mix) })
    least = Math.min(least, usdOf(mix))
  }
  return found.sort((a, b) => a.usd - b.usd).map(({ option }) => option)
}

function meets({ checks }: AssessedMix): boolean {
  return checks.every(({ outcome }) => outcome === 'meets')
}

function usdOf({ usdPerMonth }: AssessedMix): number {
  return Number(usdPerMonth.value)
}

/** What the scenario lists or what was found beside it, whichever is cheaper. */
function bestSingle({ ranking: { cheapest }, suggestion }: MixQuestion): Single | null {
  if (suggestion) return { name: suggestion.candidate.name, usdPerMonth: suggestion.usdPerMonth }
  return singleOf(cheapest)
}

function compared(mix: AssessedMix, single: Single | null): Mix {
  if (!single) return { ...mix, than: null, usdLess: null, isClear: false }
  return {
    ...mix,
    than: single.name,
    usdLess: exact(decimal(single.usdPerMonth.value).minus(mix.usdPerMonth.value)),
    isClear: decimal(mix.usdPerMonth.high).lt(single.usdPerMonth.low),
  }
}
