import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plimsoll, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()

const MARKOV = `
arrivals: { process: poisson, rps: 80 }
serviceMs: { distribution: exponential, mean: 10 }
replicas: 1
slotsPerReplica: 1
requests: 300000
seed: 7
`

describe('a bare queue', () => {
  test('is printed as JSON with the figures of theory', async () => {
    const { code, stdout, stderr } = await plimsoll(['simulate', write('markov.yaml', MARKOV), '--json'])
    expect([code, stderr]).toEqual([0, ''])
    const queue = JSON.parse(stdout)
    expect(queue).toMatchObject({ requests: 300_000, served: 300_000, rejected: 0, timedOut: 0, seed: 7 })
    expect(queue.utilization).toBeCloseTo(0.8, 1)
    expect(queue.throughputRps).toBeCloseTo(80, -1)
    expect(queue.intervals.responseMs.mean.low).toBeLessThan(50)
    expect(queue.intervals.responseMs.mean.high).toBeGreaterThan(50)
    expect(queue.waitMs.mean).toBeCloseTo(queue.responseMs.mean - 10, 0)
    const { p50, p95, p99, p999 } = queue.responseMs
    expect([p50, p95, p99, p999]).toEqual([p50, p95, p99, p999].toSorted((a, b) => a - b))
    expect(queue.eventsPerSecond).toBeGreaterThan(0)
  })

  test('is printed for people without --json', async () => {
    const { code, stdout } = await plimsoll(['simulate', write('people.yaml', MARKOV)])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^utilization (79|80)\.?\d*%/)
    expect(stdout).toContain('300000 requests: 300000 served, 0 rejected, 0 timed out')
    expect(stdout).toMatch(/p99 .* to /)
  })

  test('gives the same figures for the same seed, and others for --seed', async () => {
    const file = write('seeds.yaml', MARKOV)
    const figures = async (...args: string[]) => {
      const { stdout } = await plimsoll(['simulate', file, '--json', ...args])
      const { eventsPerSecond, ...rest } = JSON.parse(stdout)
      return rest
    }
    const [first, again, other] = await Promise.all([
      figures(),
      figures('--seed', '7'),
      figures('--seed', '8'),
    ])
    expect(again).toEqual(first)
    expect(other.responseMs.mean).not.toBe(first.responseMs.mean)
  })

  test.each([
    ['deterministic, mean: 10', 0.5],
    ['lognormal, mean: 10, cv: 0.5', 0.625],
    ['gamma, mean: 10, cv: 0.5', 0.625],
    ['erlang, mean: 10, phases: 4', 0.625],
    ['hyperexponential, mean: 10, cv: 1.2', 1.22],
    ['uniform, low: 5, high: 15', 0.542],
    ['empirical, samples: [5, 15]', 0.625],
  ])('takes service times that are %s, and waits as long as they make it', async (distribution, half) => {
    const text = `arrivals: { rps: 50 }\nserviceMs: { distribution: ${distribution} }\nrequests: 200000\n`
    const { code, stdout } = await plimsoll(['simulate', write('kinds.yaml', text), '--json'])
    expect(code).toBe(0)
    const { waitMs, intervals } = JSON.parse(stdout)
    // At half load Pollaczek and Khinchine's wait is (1 + cv²) / 2 services.
    const isNear = Math.abs(waitMs.mean / (half * 10) - 1) < 0.03
    const { low, high } = intervals.waitMs.mean
    expect(isNear || (low < half * 10 && half * 10 < high), `${waitMs.mean}`).toBe(true)
  })
})

describe('an impossible queue', () => {
  const rejected = async (text: string) => {
    const file = write('wrong.yaml', text)
    const { code, stdout, stderr } = await plimsoll(['simulate', file])
    expect([code, stdout]).toEqual([2, ''])
    return stderr.replaceAll(file, 'wrong.yaml')
  }

  test('has all of its problems said at once, each at its place', async () => {
    const stderr = await rejected(`
arrivals: { process: poison, rps: -5 }
serviceMs: { distribution: hyperexponential, mean: 10, cv: 0.5 }
replica: 2
requests: 0
batching: { max: 4, delayMs: -1, curve: [1, 1.5] }
`)
    expect(stderr).toMatch(
      /wrong\.yaml:2:22 arrivals\.process: "poison" is not one of .*\n.*did you mean poisson\?/,
    )
    expect(stderr).toContain(
      'wrong.yaml:2:35 arrivals.rps: -5 is not a finite rate in requests per second over 0',
    )
    expect(stderr).toContain('wrong.yaml:3:60 serviceMs.cv: a hyperexponential time has a cv of 1 or more')
    expect(stderr).toMatch(/wrong\.yaml:4:1 replica: unknown field "replica"\n.*did you mean replicas\?/)
    expect(stderr).toContain('wrong.yaml:5:11 requests: 0 is not a whole number from 1 to 100000000')
    expect(stderr).toContain('wrong.yaml:6:30 batching.delayMs: -1 is not a time in ms of 0 or more')
    expect(stderr.trimEnd()).toMatch(/\n6 problems$/)
  })

  test('is refused where its times would be beyond what numbers hold, instead of running for ever', async () => {
    for (const distribution of ['gamma', 'lognormal', 'hyperexponential']) {
      const text = `arrivals: { rps: 1 }\nserviceMs: { distribution: ${distribution}, mean: 10, cv: 1e200 }\n`
      expect(await rejected(text)).toMatch(/serviceMs\.cv: 1e\+200 is not a number of at most 100/)
    }
    expect(
      await rejected('arrivals: { rps: 1e-9 }\nserviceMs: { distribution: exponential, mean: 1e12 }\n'),
    ).toMatch(
      /rps: 1e-9 is not a rate .* from 0\.000001 to[\s\S]*mean: 1000000000000 is not a time in ms from/,
    )
  })

  test.each([
    ['rps: .inf', /arrivals\.rps: Infinity is not a finite rate/],
    ['rps: 100', /arrivals\.rps: 100 requests\/s are as much as or more than the 100 .*grows without end/],
    ['rps: 250', /arrivals\.rps: 250 requests\/s/],
  ])('with arrivals at %s is an error', async (rps, message) => {
    expect(
      await rejected(`arrivals: { ${rps} }\nserviceMs: { distribution: exponential, mean: 10 }\n`),
    ).toMatch(message)
  })

  test('may be overloaded when its queue is bounded', async () => {
    const text = `arrivals: { rps: 200 }\nserviceMs: { distribution: exponential, mean: 10 }\nrequests: 100000\n`
    for (const bound of ['queueCapacity: 10', 'timeoutMs: 500']) {
      const { code, stdout } = await plimsoll([
        'simulate',
        write('bounded.yaml', `${text}${bound}\n`),
        '--json',
      ])
      expect(code).toBe(0)
      const { served, rejected: turnedAway, timedOut, utilization, requests } = JSON.parse(stdout)
      expect(served + turnedAway + timedOut).toBe(requests)
      expect((turnedAway + timedOut) / requests).toBeGreaterThan(0.4)
      expect(utilization).toBeGreaterThan(0.99)
    }
  })

  test('is told from an empty file and one that is not there', async () => {
    expect(await rejected('')).toMatch(/the file is empty/)
    const absent = await plimsoll(['simulate', 'absent.yaml'])
    expect([absent.code, absent.stderr]).toEqual([
      2,
      'file absent.yaml does not exist\n    name a YAML file\n',
    ])
    const seed = await plimsoll(['simulate', write('s.yaml', MARKOV), '--seed', 'x'])
    expect([seed.code, seed.stderr.split('\n')[0]]).toEqual([
      2,
      '--seed x is not a whole number from 0 to 2147483647',
    ])
  })
})

describe('a month of a candidate', () => {
  test('needs a run of its scenario, and says so', async () => {
    const scenario = resolve('scenarios/quickstart.yaml')
    const { code, stderr } = await plimsoll(['simulate', scenario], { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toBe(
      `nothing says how long quickstart takes to serve: there is no run of it in reports/\n    plimsoll run ${scenario} makes one; --run DIR names one elsewhere, --profile FILE a saved profile\n`,
    )
  })

  test('is no part of a bare queue', async () => {
    const queue = write('candidate.yaml', MARKOV)
    const { code, stderr } = await plimsoll(['simulate', queue, '--candidate', 'vertex', '--run', 'x'])
    expect([code, stderr]).toEqual([
      2,
      `--candidate and --run go with a scenario, and ${queue} is a bare queue\n`,
    ])
  })
})
