import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Problem, UserError, WorldError } from '../../src/core/errors.ts'
import { loadRun, saveRun, setAside, writeWhole } from '../../src/run/run-store.ts'
import { cloudRun } from '../fixtures/candidates.ts'
import { runRecord } from '../fixtures/run.ts'

const root = mkdtempSync(join(tmpdir(), 'plimsoll-store-'))
afterAll(() => rmSync(root, { recursive: true }))

let folders = 0
function newFolder(): string {
  const folder = join(root, `run-${folders++}`)
  mkdirSync(folder)
  return folder
}

function fileWith(content: string): string {
  const file = join(newFolder(), 'run.json')
  writeFileSync(file, content)
  return file
}

function problemsOf(load: () => unknown): readonly Problem[] {
  try {
    load()
  } catch (error) {
    if (error instanceof UserError) return error.problems
    throw error
  }
  throw new Error('loaded, but should not')
}

describe('A saved run', () => {
  test('is loaded as it was, by its file or its folder', () => {
    const folder = newFolder()
    const record = runRecord()
    saveRun(folder, record)
    expect(loadRun(folder)).toEqual(record)
    expect(loadRun(join(folder, 'run.json'))).toEqual(record)
  })

  test('makes its folder, replaces the one before it and leaves nothing else', () => {
    const folder = join(newFolder(), 'deep', 'er')
    saveRun(folder, runRecord({ finishedAt: null, trials: [] }))
    saveRun(folder, runRecord())
    expect(readdirSync(folder)).toEqual(['run.json'])
    expect(loadRun(folder).finishedAt).not.toBeNull()
  })

  test('keeps what a later version of the same schema adds', () => {
    const file = fileWith(JSON.stringify({ ...runRecord(), mood: 'calm' }))
    expect(loadRun(file)).toHaveProperty('mood', 'calm')
  })

  test('that cannot be written is an error that names the file', () => {
    const blocked = fileWith('in the way')
    expect(() => writeWhole(join(blocked, 'x.json'), '{}')).toThrow(WorldError)
    expect(() => writeWhole(join(blocked, 'x.json'), '{}')).toThrow(`cannot write ${join(blocked, 'x.json')}`)
  })

  test('that cannot take its place leaves the old one and nothing else', () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'run.json'))
    writeFileSync(join(folder, 'run.json', 'old'), 'old')
    expect(() => saveRun(folder, runRecord())).toThrow(WorldError)
    expect(readdirSync(folder)).toEqual(['run.json'])
    expect(readFileSync(join(folder, 'run.json', 'old'), 'utf8')).toBe('old')
  })
})

describe('Loading refuses', () => {
  test('what does not exist or is no file, and says what to name', () => {
    const folder = newFolder()
    expect(problemsOf(() => loadRun(folder))[0]).toMatchObject({
      file: join(folder, 'run.json'),
      message: 'does not exist',
      hint: expect.stringContaining('run.json'),
    })
    mkdirSync(join(folder, 'run.json'))
    expect(problemsOf(() => loadRun(folder))[0]?.message).toBe('is a folder')
  })

  test.each(['', '{', 'name: harbour'])('what is not JSON: %j', (content) => {
    expect(problemsOf(() => loadRun(fileWith(content)))[0]?.message).toMatch(/^is not JSON: /)
  })

  test('a schema that is newer, with the advice to upgrade', () => {
    const file = fileWith(JSON.stringify({ schemaVersion: 2 }))
    expect(problemsOf(() => loadRun(file))).toEqual([
      { file, message: 'saved with schema version 2', hint: 'upgrade plimsoll' },
    ])
  })

  test.each([
    ['null', 'it holds null'],
    ['[]', 'it holds a list'],
    ['7', 'it holds a number'],
    ['"run"', 'it holds a string'],
    ['{}', 'it has no schemaVersion, id, startedAt, finishedAt, scenario, profile, trials'],
    [
      '{"schemaVersion": 1, "id": "k6", "startedAt": "2026-10-01", "metrics": {}}',
      'it has no finishedAt, scenario, profile, trials',
    ],
  ])('other JSON, with one problem: %s', (content, what) => {
    const problems = problemsOf(() => loadRun(fileWith(content)))
    expect(problems.map(({ message }) => message)).toEqual([`not a saved run: ${what}`])
  })

  test.each(['id', 'startedAt', 'finishedAt', 'scenario', 'profile', 'trials'])(
    'a run without %s',
    (part) => {
      const { [part as 'id']: _, ...rest } = runRecord()
      const problems = problemsOf(() => loadRun(fileWith(JSON.stringify(rest))))
      expect(problems.map(({ field }) => field)).toEqual([part])
    },
  )

  test('a run whose scenario lacks parts, naming each', () => {
    const { scenario, ...rest } = runRecord()
    const { slo: _, traffic: __, ...less } = scenario
    const problems = problemsOf(() => loadRun(fileWith(JSON.stringify({ ...rest, scenario: less }))))
    expect(problems.map(({ field }) => field)).toEqual(['scenario.slo', 'scenario.traffic'])
  })
})

describe('A run that is in the way', () => {
  test('is set aside under its id, so that none is ever lost', () => {
    const folder = newFolder()
    const names = [1, 2, 3].map((second) => {
      saveRun(folder, runRecord({ startedAt: `2026-10-01T10:00:0${second}.000Z` }))
      return setAside(folder)
    })
    const id = 'run-harbour-20261001-100000'
    expect(names).toEqual([`${id}.json`, `${id}-2.json`, `${id}-3.json`])
    expect(readdirSync(folder).sort()).toEqual([...names].sort())
    expect(loadRun(join(folder, names[1] ?? '')).startedAt).toBe('2026-10-01T10:00:02.000Z')
  })

  test('is kept even when it is not one of ours', () => {
    const file = fileWith('not ours')
    const folder = join(file, '..')
    const name = setAside(folder)
    expect(name).toMatch(/^run-before-.*\.json$/)
    expect(readFileSync(join(folder, name ?? ''), 'utf8')).toBe('not ours')
    expect(readdirSync(folder)).toEqual([name])
  })

  test('is not imagined', () => {
    expect(setAside(newFolder())).toBeUndefined()
    expect(setAside(join(root, 'nowhere'))).toBeUndefined()
  })
})

describe('a command that prints a header’s value', () => {
  test('is not saved, because it may hold the secret itself', () => {
    const folder = newFolder()
    const auth = { kind: 'header', header: 'x-key', command: 'echo canary-5b1d' } as const
    const record = runRecord({}, { candidates: [{ ...cloudRun(), url: 'https://host/predict', auth }] })
    saveRun(folder, record)
    expect(JSON.stringify(loadRun(folder))).not.toContain('canary-5b1d')
  })
})
