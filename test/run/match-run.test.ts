import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import type { ModelSource } from '../../src/core/scenario.ts'
import { checkRunMatches } from '../../src/run/match-run.ts'
import { localProfile } from '../fixtures/profile.ts'
import { runRecord } from '../fixtures/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-match-'))
const path = join(folder, 'model.onnx')
writeFileSync(path, 'as it was')
afterAll(() => rmSync(folder, { recursive: true }))

const { profile } = runRecord()
const measured = localProfile({
  model: {
    ...(profile?.model ?? localProfile().model),
    sha256: createHash('sha256').update('as it was').digest('hex'),
  },
})
const plain = runRecord({ profile: measured })
const run = { ...plain, scenario: { ...plain.scenario, model: { ...plain.scenario.model, path } } }

function problems(changes: Partial<ModelSource>): string[] {
  const scenario = { ...run.scenario, model: { ...run.scenario.model, ...changes } }
  try {
    checkRunMatches(scenario, run)
    return []
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ message }) => message)
    throw error
  }
}

describe('A saved run', () => {
  test('matches the scenario that it was made of', () => {
    expect(problems({})).toEqual([])
  })

  test('is refused with everything in which it is of something else', () => {
    const [name = ''] = Object.keys(run.scenario.model.inputs)
    const inputs = { [name]: { ...run.scenario.model.inputs[name], shape: [1, 3, 1280, 1280] } }
    const encoding = run.scenario.model.encoding === 'json' ? 'base64' : 'json'
    const found = problems({ inputs, encoding } as Partial<ModelSource>)
    expect(found).toEqual([
      expect.stringMatching(
        new RegExp(`inputs.${name}: requests of .* were timed, and the scenario has 1x3x1280x1280$`),
      ),
      expect.stringContaining(`and the scenario has them in ${encoding}`),
    ])
    expect(problems({ file: './other.onnx' })[0]).toMatch(/it is of another model/)
  })

  test('is refused when the file has changed since, and not when it is gone', () => {
    writeFileSync(path, 'as it is')
    expect(problems({})[0]).toMatch(/than there is now$/)
    expect(problems({ path: join(folder, 'gone.onnx') })).toEqual([])
  })
})
