import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/core/candidate.ts'
import type { Trial } from '../../src/core/measurement.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { adviseRun } from '../../src/run/advise-run.ts'
import { cloudRun, vm } from '../fixtures/candidates.ts'
import { openMeasurement, timesAround } from '../fixtures/profile.ts'
import { runRecord } from '../fixtures/run.ts'

const book = await loadPriceBook()
const url = 'https://harbour.example/predict'
/** Loaded at 20 requests/s, some 90 ms each. */
const measurement = openMeasurement(timesAround(90, 5000))

function verdictAt(rps: number, candidate: Candidate = vm({ url })) {
  const payload = { requestBytes: 4000, replyBytes: 400 }
  const trials: Trial[] = [{ candidate: candidate.name, status: 'measured', measurement, payload }]
  const record = runRecord({ trials }, { candidates: [candidate], traffic: { rps: 20 } })
  const brief = { outlook: false, effort: { requests: 4000, leastHours: 24 } }
  const verdict = adviseRun(record, book, { ...brief, whatIf: { traffic: { rps } } }).verdicts[0]
  if (!verdict) throw new Error('no verdict')
  return verdict
}

describe('A deployment under more traffic than it was loaded at', () => {
  test('has the latency that was measured up to a fifth more, and none simulated', () => {
    for (const rps of [1, 20, 24]) {
      const { evidence, latencyMs, caveats } = verdictAt(rps)
      expect([evidence, latencyMs?.p95.value]).toEqual(['measured', measurement.responseMs.p95])
      expect(caveats.join()).not.toContain('simulated')
    }
  })

  test('has a simulated one beyond, says so, and is found too small', () => {
    const verdict = verdictAt(2000)
    expect(verdict).toMatchObject({ evidence: 'modelled', outcome: 'misses' })
    expect(verdict.reasons.join()).toContain('overloaded')
    expect(verdict.caveats).toContain(
      'loaded at 20 requests/s: at the 2000 of this traffic its latency is simulated from the times measured then',
    )
  })

  test('is not faster than it was measured, however many replicas come', () => {
    const { evidence, latencyMs } = verdictAt(200, cloudRun({ url, concurrency: 1 }))
    expect(evidence).toBe('modelled')
    const { low = 0 } = measurement.intervals.p95 ?? {}
    expect(latencyMs?.p95.low).toBeGreaterThanOrEqual(low)
    expect(latencyMs?.p95.value).toBeGreaterThanOrEqual(measurement.responseMs.p95)
  })
})
