import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { simulatedMonthJson, simulatedMonthReport } from '../../src/report/simulated-month.ts'
import { simulateCandidate } from '../../src/run/simulate-candidate.ts'
import { monthProfile } from '../../src/traffic/month-profile.ts'
import { cloudRun, mig, vm } from '../fixtures/candidates.ts'
import { runRecord } from '../fixtures/run.ts'

const book = await loadPriceBook()
const refused = cloudRun({ vcpus: 1, memoryGib: 6 })
const candidates = [cloudRun({ vcpus: 1, memoryGib: 2, concurrency: 1 }), mig(), refused]
const curve = { peakRps: 0.5, shape: 'office', timeZone: 'UTC', weekendFactor: 0.1 } as const
// Few enough requests a month for every one of them to be simulated.
const run = runRecord({}, { candidates, traffic: { rps: 0.1, curve } })
const simulate = (name?: string, more = {}) =>
  simulateCandidate({ ...run.scenario, ...more }, run, book, name)

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  return ''
}

describe('A month of a candidate', () => {
  const month = simulate('cloud-run 1cpu 2Gi')

  test('has all its requests by how they ended', () => {
    const { arrived, served, rejected, timedOut } = month.requests
    expect(month.method).toBe('full')
    expect(served + rejected + timedOut).toBe(arrived)
    expect(arrived / monthProfile(run.scenario.traffic, 1).requests).toBeCloseTo(1, 1)
    expect(month.errorRatio).toBe((rejected + timedOut) / arrived)
  })

  test('has replicas hour by hour that add up to the hours of its usage', () => {
    expect(month.hours).toHaveLength(730)
    const hours = month.hours.reduce((sum, { replicas }) => sum + replicas, 0)
    expect(hours / month.usage.replicaHours.value).toBeCloseTo(1, 6)
    expect(month.replicas.mean * 730).toBeCloseTo(month.usage.replicaHours.value, 6)
    expect(Math.min(...month.hours.map(({ replicas }) => replicas))).toBe(0)
  })

  test('is billed for that usage', () => {
    const cpu = month.bill.lines.find(({ resource }) => resource === 'cloud-run/request-based/cpu')
    const busyS = month.usage.busyReplicaS.value + month.usage.startingReplicaHours * 3600
    expect(Number(cpu?.quantity) / busyS).toBeCloseTo(1, 6)
  })

  test('is the same for the same seed, and another for another', () => {
    expect(simulate('cloud-run 1cpu 2Gi')).toEqual(month)
    const load = { ...run.scenario.load, seed: 2 }
    expect(simulate('cloud-run 1cpu 2Gi', { load }).requests).not.toEqual(month.requests)
  })

  test('is of the best where none is named', () => {
    expect(simulate()).toEqual(month)
  })

  test('is reported for people and as JSON with the same figures', () => {
    const text = simulatedMonthReport(month)
    expect(text).toContain(`${candidates[0]?.name}: a month of harbour`)
    expect(text).toContain(`${month.requests.arrived.toLocaleString('en')}: `)
    expect(JSON.parse(simulatedMonthJson(month))).toMatchObject({
      schemaVersion: 1,
      requests: month.requests,
      usage: month.usage,
    })
  })
})

describe('No month is simulated', () => {
  test('of a candidate that the scenario has not, or that two could be meant by', () => {
    expect(messageOf(() => simulate('cloud-walk'))).toMatch(/has no candidate "cloud-walk"/)
    expect(messageOf(() => simulate('cloud-run'))).toBe(`"cloud-run" is part of 2 candidates' names`)
  })

  test('of one that cannot be deployed', () => {
    expect(messageOf(() => simulate(refused.name))).toMatch(/cannot be deployed: 1 vCPU takes up to 4 GiB/)
  })

  test('of a deployment that was never measured', () => {
    const measured = vm({ url: 'https://harbour.example/predict' })
    const more = { candidates: [measured] }
    expect(messageOf(() => simulate(measured.name, more))).toMatch(/^nothing says how fast .* serves/)
  })
})
