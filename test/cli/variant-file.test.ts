import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { variantFile } from '../../src/cli/variant-file.ts'
import type { VariantFacts } from '../../src/core/variant.ts'
import { saveRun } from '../../src/run/run-store.ts'
import { vm } from '../fixtures/candidates.ts'
import { runRecord } from '../fixtures/run.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const SCENARIO_FILE = 's.yaml'
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const range = (value: number) => ({ low: value, value, high: value })
const candidate = vm()
const quantised = { ...candidate, variant: 'int8-weights' }

/** A model, and a saved run that made int8 weights of it. */
function runOf(folder: string) {
  const run = join(folder, 'run')
  mkdirSync(join(run, 'variants'), { recursive: true })
  const path = join(folder, 'model.onnx')
  writeFileSync(path, 'fp32')
  const made = join(run, 'variants', 'int8-weights.onnx')
  writeFileSync(made, 'int8')
  const record = runRecord()
  const facts: VariantFacts = {
    name: 'int8-weights',
    path: made,
    sha256: hashOf(made),
    bytes: 4,
    fp32Bytes: 4,
    accuracy: { samples: 32, source: 'files', outputs: [], loss: range(0.02) },
    notes: [],
  }
  const { profile } = record
  if (!profile) throw new Error('the fixture has a profile')
  const model = { ...profile.model, sha256: hashOf(path) }
  saveRun(run, { ...record, profile: { ...profile, model }, variants: [{ facts, profile: null }] })
  const own = { name: 'mine', path: '/mine.onnx' }
  const scenario = { ...record.scenario, model: { ...record.scenario.model, path, variants: [own] } }
  return { run, path, made, scenario }
}

describe('The file that a candidate runs', () => {
  let there: ReturnType<typeof runOf>
  beforeEach(() => {
    there = runOf(temporaryFolder())
  })
  const find = (wanted: typeof candidate, run?: string) =>
    variantFile(SCENARIO_FILE, there.scenario, wanted, run)

  test('is the model itself without a variant, and the one of the user where it is theirs', () => {
    expect(find(candidate)).toEqual({ path: there.path })
    expect(find({ ...candidate, variant: 'mine' })).toEqual({ path: '/mine.onnx' })
  })

  test('is the one that the run made and measured, told with its accuracy', () => {
    const { path, note } = find(quantised, there.run)
    expect(path).toBe(there.made)
    expect(note).toMatch(/^int8-weights as .*run\.json measured it: loses 2%/)
  })

  test('is found beside a run that was moved', () => {
    const moved = `${there.run}-moved`
    renameSync(there.run, moved)
    expect(find(quantised, join(moved, 'run.json')).path).toBe(join(moved, 'variants', 'int8-weights.onnx'))
  })

  test.each([
    ['there is no run', () => find(quantised), 'none is in reports/ here'],
    [
      'the run has no such variant',
      () => find({ ...candidate, variant: 'x' }, there.run),
      'the run has no x',
    ],
    [
      'the model has changed since',
      () => {
        appendFileSync(there.path, '2')
        return find(quantised, there.run)
      },
      'the model has changed since the run',
    ],
    [
      'the file is another than the run measured',
      () => {
        appendFileSync(there.made, '2')
        return find(quantised, there.run)
      },
      'is gone or has changed',
    ],
  ])('is refused where %s, with the command that makes it', (_, act, message) => {
    expect(act).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            message: expect.stringContaining(message),
            hint: expect.stringContaining('plimsoll run s.yaml makes it'),
          }),
        ],
      }),
    )
  })
})
