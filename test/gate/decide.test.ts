import { describe, expect, test } from 'vitest'
import { Replay, readTrace } from '../../bench/replay-trace.ts'
import { seededRandom } from '../../src/core/random.ts'
import { makeBlock, type Quad, quadOrder } from '../../src/gate/block.ts'
import { decide, type Wanted } from '../../src/gate/decide.ts'
import { INTERLEAVED_RULES, type Rule, withAllowed, withCpu } from '../../src/gate/rules.ts'

interface Made {
  readonly headFactor?: number
  readonly headFailures?: number
  readonly noise?: number
}

/** Quads of a server that takes about 10 ms. */
function quads(count: number, seed: number, { headFactor = 1, headFailures = 0, noise = 0.1 }: Made): Quad[] {
  const random = seededRandom(seed)
  const block = (side: 'base' | 'head') => {
    const failed = side === 'head' ? headFailures : 0
    const times = Array.from({ length: 100 - failed }, () => {
      return 10 * (side === 'head' ? headFactor : 1) * (1 + noise * random())
    })
    return makeBlock(side, times, { due: 100, goodputRps: 100 / (side === 'head' ? headFactor : 1) })
  }
  return Array.from({ length: count }, (_, index) => {
    const [a, b, c, d] = quadOrder(index)
    return [block(a), block(b), block(c), block(d)] as const
  })
}

/** Answers every wish of a gate, and keeps them. */
function drive(
  answer: (wanted: Wanted, turn: number) => Quad[],
  rules = INTERLEAVED_RULES,
  watched?: Set<Rule>,
) {
  const gate = decide(rules, { looks: [10, 20, 40] }, watched)
  const wishes: Wanted[] = []
  let step = gate.next()
  while (!step.done) {
    wishes.push(step.value)
    step = gate.next(answer(step.value, wishes.length))
  }
  const outcomes = Object.fromEntries(step.value.metrics.map(({ rule, outcome }) => [rule.metric, outcome]))
  return { wishes, outcomes, decision: step.value }
}

describe('the gate', () => {
  test('passes two sides that are alike at its first look', () => {
    const { wishes, outcomes } = drive(({ quads: count }, turn) => quads(count, turn, {}))
    expect(wishes).toEqual([{ stage: 'first', quads: 10 }])
    expect(outcomes).toMatchObject({ p50: 'passed', p95: 'passed', p99: 'passed', goodput: 'passed' })
  })

  test('asks for a second measurement, up to four times as long, before anything fails, and fails what that shows as well', () => {
    const { wishes, outcomes } = drive(({ quads: count }, turn) => quads(count, turn, { headFactor: 1.2 }))
    expect(wishes).toEqual([
      { stage: 'first', quads: 10 },
      { stage: 'confirm', quads: 40 },
    ])
    expect(outcomes).toMatchObject({ p50: 'failed', p99: 'failed', goodput: 'failed', errors: 'passed' })
  })

  test('does not fail what fresh processes do not show', () => {
    const { outcomes, decision } = drive(({ stage, quads: count }, turn) =>
      quads(count, turn, { headFactor: stage === 'first' ? 1.2 : 1 }),
    )
    expect(Object.values(outcomes)).not.toContain('failed')
    expect(outcomes.p50).toBe('inconclusive')
    expect(decision.metrics[0]?.reason).toContain('fresh processes did not')
  })

  test('extends while a limit of the user is not decided, and is inconclusive when it never is', () => {
    const rules = withAllowed([], new Map([['p50', 0.05]]))
    const { wishes, outcomes } = drive(
      ({ quads: count }, turn) => quads(count, turn, { headFactor: 1.05, noise: 0.6 }),
      rules,
    )
    expect(wishes.map(({ quads: count }) => count)).toEqual([10, 10, 20])
    expect(outcomes).toEqual({ p50: 'inconclusive' })
  })

  test('fails on errors alone', () => {
    const { outcomes } = drive(({ quads: count }, turn) => quads(count, turn, { headFailures: 3 }))
    expect(outcomes).toMatchObject({ errors: 'failed', p50: 'passed' })
  })

  test('judges what is only watched, and is neither ended nor prolonged by it', () => {
    const watched = new Set(INTERLEAVED_RULES.filter(({ metric }) => metric !== 'errors'))
    const { wishes, outcomes } = drive(
      ({ quads: count }, turn) => quads(count, turn, { headFactor: 1.2 }),
      INTERLEAVED_RULES,
      watched,
    )
    expect(wishes.every(({ stage }) => stage === 'first')).toBe(true)
    expect(outcomes).toMatchObject({ errors: 'passed', p50: 'failed' })
  })

  test('says of a head that answers nothing that percentiles are unknown, and fails its errors', () => {
    const { outcomes, decision } = drive(({ quads: count }, turn) =>
      quads(count, turn, { headFailures: 100 }),
    )
    expect(outcomes).toMatchObject({ p10: 'inconclusive', p50: 'unjudged', errors: 'failed' })
    expect(decision.metrics[0]?.reason).toContain('answered ok on both sides')
  })
})

describe('the gate on a machine so noisy that the change to be caught could hide', () => {
  const noisy = ({ quads: count }: Wanted, turn: number) => {
    const random = seededRandom(turn)
    return quads(count, turn, {}).map((quad) =>
      quad.map((block) => {
        const factor = 1 + 6 * random() ** 4
        return { ...block, sortedMs: block.sortedMs.map((ms) => ms * factor) }
      }),
    ) as unknown as Quad[]
  }

  test('extends to its last look and is inconclusive: that nothing was shown is no pass', () => {
    const { wishes, outcomes, decision } = drive(noisy)
    expect(wishes.map(({ quads: count }) => count)).toEqual([10, 10, 20])
    expect(outcomes.p10).toBe('inconclusive')
    expect(decision.metrics[0]?.detectable).toBeGreaterThan(0.05)
  })

  test('calls no metric passed whose far edge is beyond what is to be caught', () => {
    for (const { rule, outcome, worsening, reason } of drive(noisy).decision.metrics) {
      if (outcome === 'passed') expect(worsening?.high).toBeLessThanOrEqual(rule.caught)
      if (outcome === 'unjudged') expect(reason).toMatch(/too noisy here: it may be up to .* worse/)
    }
  })
})

describe('the gate where latencies are noise and CPU time is known', () => {
  const withCpuMs =
    (headFactor: number) =>
    ({ quads: count }: Wanted, turn: number) => {
      const random = seededRandom(100 + turn)
      return quads(count, turn, {}).map((quad) =>
        quad.map((block) => {
          const factor = block.side === 'head' ? headFactor : 1
          const waiting = 1 + 30 * random() ** 4
          const sortedMs = block.sortedMs.map((ms) => ms * waiting)
          return { ...block, sortedMs, cpuMs: 9 * factor * (1 + 0.05 * random()) }
        }),
      ) as unknown as Quad[]
    }
  const rules = withCpu(INTERLEAVED_RULES)

  test('fails a head whose requests take a tenth more of it, and says that no latency could tell', () => {
    const { outcomes, decision } = drive(withCpuMs(1.1), rules)
    expect(outcomes).toMatchObject({ cpu: 'failed', p10: 'unjudged', p50: 'unjudged' })
    const cpu = decision.metrics.find(({ rule }) => rule.metric === 'cpu')
    expect(cpu?.worsening?.value).toBeCloseTo(0.1, 2)
  })

  test('passes a head that takes as much', () => {
    expect(drive(withCpuMs(1), rules).outcomes).toMatchObject({ cpu: 'passed', p10: 'unjudged' })
  })

  test('is undecided where it could be read of one side alone', () => {
    const { outcomes, decision } = drive((wanted, turn) => {
      return withCpuMs(1)(wanted, turn).map((quad) =>
        quad.map(({ cpuMs, ...block }) => (block.side === 'head' ? block : { ...block, cpuMs })),
      ) as unknown as Quad[]
    }, rules)
    expect(outcomes.cpu).toBe('inconclusive')
    expect(decision.metrics[0]?.reason).toBe('only 0 of 40 stretches have CPU time that could be read')
  })
})

describe('the gate on processes that differ from start to start', () => {
  /** Each start of the head is slower or faster by up to a fifth for as long as it runs. */
  const uneven = (perStart: number) => {
    let measured = 0
    return ({ quads: count }: Wanted, turn: number) =>
      quads(count, turn, { noise: 0.02 }).map((quad) => {
        const start = Math.floor(measured++ / perStart)
        const factor = 1 + 0.2 * (2 * seededRandom(97 * start + 5)() - 1)
        return quad.map((block) => ({
          ...block,
          start,
          sortedMs: block.side === 'head' ? block.sortedMs.map((ms) => ms * factor) : block.sortedMs,
        })) as unknown as Quad
      })
  }

  test('does not take what one start happens to have for the program', () => {
    const { outcomes } = drive(uneven(5))
    expect(Object.values(outcomes)).not.toContain('failed')
    expect(outcomes.p10).toBe('inconclusive')
  })

  test('would, were the starts not told apart', () => {
    const blind = uneven(40)
    expect(drive(blind).wishes.some(({ stage }) => stage === 'confirm')).toBe(true)
  })
})

describe('the gate on recorded latencies with a drift of 10%', () => {
  const runs = 60
  const share = (outcome: string, effect: { all: number; slowest: number }) => {
    const trace = readTrace('quickstart')
    let count = 0
    for (let seed = 1; seed <= runs; seed++) {
      const replay = new Replay(trace, 100, effect, seed)
      const gate = decide(INTERLEAVED_RULES, { looks: [30, 60] })
      let step = gate.next()
      while (!step.done) step = gate.next(replay.quads(step.value.quads))
      if (step.value.metrics.some((metric) => metric.outcome === outcome)) count++
    }
    return count / runs
  }

  test('raises no false alarm in 60 runs, and finds a p50 that is 5% slower in nine of ten', () => {
    expect(share('failed', { all: 1, slowest: 1 })).toBe(0)
    expect(share('failed', { all: 1.05, slowest: 1 })).toBeGreaterThan(0.9)
  })
})
