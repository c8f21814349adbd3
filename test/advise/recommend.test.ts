import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Assessment } from '../../src/advise/assessment.ts'
import { judge } from '../../src/advise/judge.ts'
import { rank } from '../../src/advise/rank.ts'
import { nextMeasurement, recommend } from '../../src/advise/recommend.ts'
import { around, assessed, bills, exactly, gap, latencies } from '../fixtures/assessments.ts'
import { cloudRun } from '../fixtures/candidates.ts'

const slo = { latencyMs: { p95: 200 }, errorRatio: 0.001 }

function rankOf(...assessments: Assessment[]) {
  return rank(assessments.map((assessment) => judge(assessment, slo, 1_000_000)))
}

function advise(...assessments: Assessment[]) {
  const ranking = rankOf(...assessments)
  const next = nextMeasurement(ranking)
  return { ...ranking, next, sentences: recommend(ranking, next, slo) }
}

const cheap = assessed({ name: 'cheap', bills: bills(90, 100, 110) })
const near = assessed({ name: 'near', bills: bills(110, 130, 150) })
const dear = assessed({ name: 'dear', bills: bills(120, 141, 160) })
const slow = assessed({ name: 'slow', latencyMs: latencies(exactly(310)), bills: bills(1) })
const open = assessed({ name: 'open', latencyMs: latencies(around(150, 190, 250)), bills: bills(50) })
const unpriced = assessed({ name: 'unpriced', bills: { central: gap, all: [gap] } })
const untested: Assessment = {
  state: 'untested',
  candidate: { ...cloudRun(), name: 'untested' },
  evidence: 'measured',
  why: 'not tried yet',
}
const refused: Assessment = {
  state: 'refused',
  candidate: { ...cloudRun(), name: 'refused' },
  refusals: [{ rule: 'no such thing', source: 'docs' }],
}
const measured = { evidence: 'measured' } as const

/** Any number of candidates of every outcome, with cost ranges in whole dollars. */
const anyAssessments = fc
  .array(
    fc.record({
      kind: fc.constantFrom('fast', 'fast', 'fast', 'slow', 'open', 'unpriced', 'refused', 'untested'),
      cost: fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50)).map((all) => all.toSorted((a, b) => a - b)),
      evidence: fc.constantFrom('measured', 'modelled'),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map(({ kind, cost: [low = 0, value = 0, high = 0], evidence }, index): Assessment => {
      const name = `${kind}-${index}`
      if (kind === 'refused') return { ...refused, candidate: { ...cloudRun(), name } }
      if (kind === 'untested') return { ...untested, candidate: { ...cloudRun(), name }, evidence }
      const times = {
        fast: exactly(100),
        slow: exactly(300),
        open: around(100, 150, 300),
        unpriced: exactly(9),
      }
      const cost = kind === 'unpriced' ? { central: gap, all: [gap] } : bills(low, value, high)
      return assessed({ name, evidence, latencyMs: latencies(times[kind]), bills: cost })
    }),
  )

describe('The ranking', () => {
  test('puts the outcomes in order, the cheapest first in each', () => {
    const { verdicts } = rankOf(refused, untested, unpriced, slow, open, dear, cheap)
    expect(verdicts.map(({ candidate, outcome }) => `${candidate.name} ${outcome}`)).toEqual([
      'cheap meets',
      'dear meets',
      'open undecided',
      'slow misses',
      'unpriced unpriced',
      'refused refused',
      'untested untested',
    ])
  })

  test('does not depend on the order in which candidates come', () => {
    fc.assert(
      fc.property(anyAssessments, (assessments) => {
        expect(rankOf(...assessments.toReversed())).toEqual(rankOf(...assessments))
      }),
    )
  })

  test('compares costs as numbers', () => {
    const nine = assessed({ name: 'nine', bills: bills('9.5') })
    const ten = assessed({ name: 'ten', bills: bills('10') })
    expect(rankOf(ten, nine).cheapest?.candidate.name).toBe('nine')
  })

  test('names the cheapest of those that meet, and as ties just those whose range overlaps its own', () => {
    fc.assert(
      fc.property(anyAssessments, (assessments) => {
        const { verdicts, cheapest, ties } = rankOf(...assessments)
        const meeting = verdicts.filter(({ outcome }) => outcome === 'meets')
        expect(cheapest === null).toBe(meeting.length === 0)
        if (!cheapest?.usdPerMonth) return
        const [low, value, high] = [
          cheapest.usdPerMonth.low,
          cheapest.usdPerMonth.value,
          cheapest.usdPerMonth.high,
        ]
        const costs = meeting.map(({ usdPerMonth }) => Number(usdPerMonth?.value))
        expect(Number(value)).toBe(Math.min(...costs))
        const overlapping = meeting.filter((verdict) => {
          const usd = verdict.usdPerMonth
          return verdict !== cheapest && Number(usd?.low) <= Number(high) && Number(low) <= Number(usd?.high)
        })
        expect(ties).toEqual(overlapping)
      }),
    )
  })

  test('never lets a candidate without a price be the cheapest, a tie, or have a cost', () => {
    fc.assert(
      fc.property(anyAssessments, (assessments) => {
        const { verdicts, cheapest, ties, next } = advise(...assessments)
        for (const verdict of verdicts.filter(({ candidate }) =>
          /unpriced|refused|untested/.test(candidate.name),
        )) {
          expect(verdict.usdPerMonth).toBeNull()
          expect(verdict.outcome).not.toBe('meets')
          expect([cheapest, ...ties]).not.toContain(verdict)
          expect(next?.candidates ?? []).not.toContain(verdict.candidate.name)
        }
      }),
    )
  })

  test('gives every candidate a reason', () => {
    fc.assert(
      fc.property(anyAssessments, (assessments) => {
        const { verdicts } = rankOf(...assessments)
        expect(verdicts).toHaveLength(assessments.length)
        for (const { reasons } of verdicts) expect(reasons.join('')).not.toBe('')
      }),
    )
  })

  test('tells each that meets how much dearer it is', () => {
    const reason = (name: string, ...all: Assessment[]) =>
      rankOf(...all).verdicts.find(({ candidate }) => candidate.name === name)?.reasons[0]
    expect(reason('dear', cheap, dear)).toBe('meets, but $41.00 a month dearer')
    expect(reason('near', cheap, near)).toBe(
      'meets; a tie with the cheapest: $30.00 a month dearer, but the ranges overlap',
    )
    expect(reason('cheap', cheap, near)).toBe('cheapest that meets the SLO')
    expect(reason('slow', cheap, slow)).toBe('p95 310 ms, 55% over 200 ms')
  })
})

describe('The recommendation', () => {
  test('says first that it is modelled, then who wins, by how much, and what would settle it', () => {
    expect(advise(cheap, dear, slow).sentences).toEqual([
      "Modelled, not measured: nothing of this was loaded on Google Cloud. Each figure scales the profiled machine's speed to " +
        'other hardware; the range in brackets is where the truth should lie.',
      'Cheapest that meets the SLO: cheap, $100.00 ($90.00 to $110.00) a month; p95 120 ms, 40% under 200 ms.',
      'To settle that it meets the SLO: deploy and load cheap, 30 min, about $0.08.',
    ])
  })

  test('says when it is measured, and when in part', () => {
    const real = { ...cheap, ...measured }
    expect(advise(real, { ...near, ...measured }).sentences[0]).toMatch(/^Measured: /)
    expect(advise(real, near).sentences[0]).toMatch(
      /^Partly modelled: of 2 deciding candidates 1 were not loaded/,
    )
    expect(advise(real, dear).sentences[0]).toMatch(/^Measured: /)
  })

  test('names ties, and undecided candidates that may be cheaper', () => {
    const { sentences, ties } = advise(cheap, near, open)
    expect(ties.map(({ candidate }) => candidate.name)).toEqual(['near'])
    expect(sentences).toContain('It is a tie with near: their cost ranges overlap.')
    expect(sentences).toContain('May be cheaper still, but the SLO is undecided: open.')
  })

  test('says of an SLO under the fastest service time that nothing can meet it', () => {
    const tight = { latencyMs: { p95: 50 }, errorRatio: 0.001 }
    const ranking = rank([cheap].map((assessment) => judge(assessment, tight, 1_000_000)))
    expect(ranking.cheapest).toBeNull()
    expect(recommend(ranking, null, tight)[1]).toBe(
      'No candidate meets the SLO, and none can, however many replicas run: alone on an idle replica the fastest, cheap, has a p95 of 60.0 ms at best, over 50.0 ms.',
    )
  })

  test('says that none meets, or that none is sure to', () => {
    const none = advise(slow, unpriced)
    expect(none.cheapest).toBeNull()
    expect(none.next).toBeNull()
    expect(none.sentences[1]).toBe('No candidate meets the SLO.')
    expect(advise(slow, open).sentences[1]).toBe(
      'No candidate is sure to meet the SLO; one might, but the range is too wide to tell: open.',
    )
  })

  test('does not count as modelled what has no figures at all', () => {
    const lost = { ...slow, ...measured }
    expect(advise(lost, refused).sentences[0]).toBe(
      'Measured: each deployment that this rests on was loaded. The cost of what scales is simulated from it.',
    )
    expect(advise(refused, untested).sentences[0]).toBe(
      'Neither measured nor modelled: every candidate was refused or is untested.',
    )
  })
})

describe('The next measurement', () => {
  test('is of the cheapest and its tie, else the cheaper undecided one, else of the cheapest alone', () => {
    expect(advise(cheap, near, dear, open).next).toMatchObject({
      candidates: ['cheap', 'near'],
      settles: 'which of the two is cheaper',
    })
    expect(advise(cheap, dear, open).next).toMatchObject({
      candidates: ['cheap', 'open'],
      settles: 'whether the second meets the SLO and is cheaper',
    })
    const alone = { candidates: ['cheap'], settles: 'that it meets the SLO' }
    expect(advise(cheap, dear).next).toMatchObject(alone)
    expect(advise(cheap, slow).next).toMatchObject(alone)
    const twin = { ...cheap, candidate: { ...cheap.candidate, name: 'twin' } }
    expect(advise(cheap, twin).next).toMatchObject(alone)
  })

  test('costs half an hour of each at its dearest', () => {
    // (110 + 150) a month of 730 h, times half an hour.
    expect(advise(cheap, near).next).toMatchObject({ usd: '0.18', minutesEach: 30 })
  })

  test('is of the undecided where none meets', () => {
    const other = { ...open, candidate: { ...open.candidate, name: 'other' }, bills: bills(60) }
    expect(advise(open, other, slow).next).toMatchObject({
      candidates: ['open', 'other'],
      settles: 'whether either meets the SLO',
    })
    expect(advise(open, slow).next).toMatchObject({
      candidates: ['open'],
      settles: 'whether it meets the SLO',
    })
  })

  test('leaves out what is measured already, and is nothing when all is', () => {
    const real = { ...cheap, ...measured }
    expect(advise(real, near).next?.candidates).toEqual(['near'])
    expect(advise(real, { ...near, ...measured }).next).toBeNull()
    expect(advise(real, { ...near, ...measured }, open).next).toMatchObject({
      candidates: ['open'],
      settles: 'whether it meets the SLO and is cheaper',
    })
    expect(advise(real).next).toBeNull()
    expect(advise({ ...open, ...measured }).next).toBeNull()
  })
})
