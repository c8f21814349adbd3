import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { classifier, writeModel } from '../fixtures/onnx-models.ts'
import { plimsoll, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()

const scenarioOf = (encoding: string) => `
region: us-central1
model: { file: ./m.onnx, encoding: ${encoding}, inputs: { x: { shape: [1, 64] } } }
slo: { p95: 500ms }
traffic: { rate: 1 rps }
candidates:
  - { platform: cloud-run, cpu: 1, memory: 1Gi, concurrency: 4, maxBatch: [1, 2] }
`

describe('A profile that was saved', () => {
  test('is what --json prints, and gives advice and a month of a scenario without a run', async () => {
    writeModel(join(folder, 'm.onnx'), classifier(64, 2, 8))
    const scenario = write('cls.yaml', scenarioOf('base64'))
    const order = [
      'profile',
      scenario,
      '--budget',
      '1s',
      '--threads',
      '1',
      '--batch',
      '1,2',
      '-c',
      '1',
      '--json',
    ]
    const profiled = await plimsoll([...order, '--save', 'p.json'], { cwd: folder })
    expect(profiled.code).toBe(0)
    expect(readFileSync(join(folder, 'p.json'), 'utf8')).toBe(profiled.stdout)

    const advised = await plimsoll(['advise', scenario, '--profile', 'p.json', '--json'], { cwd: folder })
    expect([advised.code, advised.stderr]).toEqual([0, ''])
    const { verdicts, profile } = JSON.parse(advised.stdout)
    expect(verdicts.map(({ evidence }: { evidence: string }) => evidence)).toEqual(['modelled', 'modelled'])
    expect(profile.source.file).toBe('p.json')

    const month = await plimsoll(
      ['simulate', scenario, '--profile', 'p.json', '--candidate', 'batch2', '--json'],
      { cwd: folder },
    )
    expect(JSON.parse(month.stdout)).toMatchObject({ evidence: 'modelled', profile: 'p.json' })

    const run = await plimsoll(['run', scenario, '--profile', 'p.json', '--out', 'r', '--plain'], {
      cwd: folder,
    })
    expect(run.code).toBe(0)
    expect(run.stderr).not.toContain('service time')
    expect(JSON.parse(readFileSync(join(folder, 'r/run.json'), 'utf8')).profile.source.file).toBe('p.json')

    const other = await plimsoll(['advise', write('json.yaml', scenarioOf('json')), '--profile', 'p.json'], {
      cwd: folder,
    })
    expect(other.code).toBe(2)
    expect(other.stderr).toContain('served.encoding: requests in base64 were timed')
  })

  test.each([
    [['advise', 'cls.yaml'], 'nothing says how long its requests take'],
    [['advise', 'cls.yaml', '--profile', 'none.json'], 'none.json: does not exist'],
    [['run', 'cls.yaml', '--profile', 'p.json', '--resume'], '--profile goes with a new run'],
  ])('%j says what is wrong', async (args, message) => {
    write('cls.yaml', scenarioOf('base64'))
    const { code, stderr } = await plimsoll(args, { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
