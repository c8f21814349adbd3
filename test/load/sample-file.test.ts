import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSampleFile } from '../../src/load/sample-file.ts'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-samples-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('a file of samples', () => {
  it('has a line for each request, with its detail quoted where it must be', async () => {
    const path = join(temporaryFolder(), 'samples.csv')
    const file = openSampleFile(path)
    file.onSample({ dueMs: 0, sentMs: 0.012, doneMs: 5.5, outcome: 'ok', inferenceMs: 4 })
    file.onSample({ dueMs: 10, sentMs: 10, doneMs: 12, outcome: 'malformed', detail: 'say "no", then' })
    await file.close()
    expect(readFileSync(path, 'utf8')).toBe(
      'due_ms,sent_ms,done_ms,outcome,detail,inference_ms\n0,0.012,5.5,ok,,4\n10,10,12,malformed,"say ""no"", then",\n',
    )
  })

  it('holds as many lines as there were requests', async () => {
    const path = join(temporaryFolder(), 'samples.csv')
    const file = openSampleFile(path)
    for (let dueMs = 0; dueMs < 20_000; dueMs++)
      file.onSample({ dueMs, sentMs: dueMs, doneMs: dueMs, outcome: 'ok' })
    await file.close()
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(20_001)
  })

  it('says so when it cannot be written', async () => {
    const file = openSampleFile(join(temporaryFolder(), 'missing', 'samples.csv'))
    await expect(file.close()).rejects.toThrow('cannot write')
  })
})
