import { describe, expect, test } from 'vitest'
import { candidateFor } from '../../src/cli/package-candidate.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import { saveRun } from '../../src/run/run-store.ts'
import { cloudRun, vm } from '../fixtures/candidates.ts'
import { runRecord } from '../fixtures/run.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const small = vm({ machineType: 'n2-standard-2' })
const [many, enough] = [6, 3].map((count) => ({
  ...small,
  name: `vm x${count}`,
  minReplicas: count,
  maxReplicas: count,
}))
const candidates = [many, enough].flatMap((each) => each ?? [])
const record = runRecord({}, { candidates, traffic: { rps: 5 } })

function saved(run: RunRecord): string {
  const folder = temporaryFolder()
  saveRun(folder, run)
  return folder
}

describe('Without a name, what is packaged is', () => {
  test('the cheapest on the platform that meets the SLO by the run', async () => {
    const chosen = await candidateFor(record.scenario, 'gce', saved(record))
    expect(chosen?.candidate.name).toBe(enough?.name)
    expect(chosen?.note).toContain('the cheapest on gce that meets')
  })

  test('the first where there is no run, or the scenario has changed since', async () => {
    const changed = { ...record.scenario, sha256: 'cd'.repeat(32) }
    const found = [
      await candidateFor(record.scenario, 'gce', undefined),
      await candidateFor(changed, 'gce', saved(record)),
    ]
    expect(found.map((each) => each?.candidate.name)).toEqual([many?.name, many?.name])
    expect(found.map((each) => each?.note)).toEqual([
      expect.stringContaining('no run'),
      expect.stringContaining('has changed'),
    ])
  })

  test('the first where none surely meets', async () => {
    const strict = {
      ...record,
      scenario: { ...record.scenario, slo: { latencyMs: { p95: 1 }, errorRatio: 0.001 } },
    }
    const chosen = await candidateFor(strict.scenario, 'gce', saved(strict))
    expect(chosen).toMatchObject({
      candidate: many,
      note: expect.stringContaining('none there surely meets'),
    })
  })

  test('none where the scenario has none on the platform', async () => {
    const other = { ...record.scenario, candidates: [cloudRun()] }
    expect(await candidateFor(other, 'gce', undefined)).toBeUndefined()
  })
})
