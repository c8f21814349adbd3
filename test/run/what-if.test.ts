import { expect, test } from 'vitest'
import { suppose } from '../../src/run/what-if.ts'
import { monthProfile } from '../../src/traffic/month-profile.ts'
import { runRecord } from '../fixtures/run.ts'

const curve = { peakRps: 50, shape: 'office', timeZone: 'UTC', weekendFactor: 0.2 } as const

test('A run is supposed to have a multiple of its traffic, peaks and bursts included', () => {
  const record = runRecord({}, { traffic: { rps: 10, curve, burst: { rps: 80, hoursPerDay: 1 } } })
  const { traffic } = suppose(record, { traffic: { factor: 3 } }).scenario
  const [before, after] = [record.scenario.traffic, traffic].map((each) => monthProfile(each, 1))
  expect((after?.meanRps ?? 0) / (before?.meanRps ?? 1)).toBeCloseTo(3, 9)
  expect((after?.peakRps ?? 0) / (before?.peakRps ?? 1)).toBeCloseTo(3, 9)
})

test('A run is supposed to have a flat rate or another SLO, and keeps all that was measured', () => {
  const record = runRecord()
  const slo = { latencyMs: { p99: 70 }, errorRatio: 0.01 }
  const supposed = suppose(record, { slo, traffic: { rps: 5 } })
  expect(supposed.scenario).toEqual({ ...record.scenario, slo, traffic: { rps: 5 } })
  expect(supposed.trials).toBe(record.trials)
  expect(suppose(record, {})).toEqual(record)
})
