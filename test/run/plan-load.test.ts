import { expect, test } from 'vitest'
import type { Scenario } from '../../src/core/scenario.ts'
import { planLoad } from '../../src/run/measure-url.ts'

function plan(rps: number, errorRatio: number, requests = 300) {
  const load: Scenario['load'] = {
    requests,
    warmupRequests: 30,
    startups: 1,
    timeoutMs: 1000,
    arrivals: 'poisson',
    seed: 1,
  }
  return planLoad({ load, slo: { latencyMs: { p95: 200 }, errorRatio }, traffic: { rps } })
}

test('A deployment is loaded with as many requests as none failing takes to show the SLO on errors', () => {
  // 0.999^3688 = 0.025
  expect(plan(50, 0.001)).toEqual({ rps: 50, requests: 3688 })
  expect(plan(50, 0.01)).toEqual({ rps: 50, requests: 368 })
  expect(plan(50, 0.5)).toEqual({ rps: 50, requests: 300 })
  expect(plan(50, 0.001, 5000)).toEqual({ rps: 50, requests: 5000 })
})

test('A deployment is loaded for ten minutes at most, faster than its traffic if that is all too slow', () => {
  expect(plan(5, 0.001)).toEqual({ rps: 5, requests: 2970 })
  expect(plan(0.001, 0.01)).toEqual({ rps: 0.55, requests: 300 })
})
