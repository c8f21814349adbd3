import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
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

describe('The inputs of a profiled model', () => {
  const VAD = resolve('node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx')
  const shapes = ['--input', 'input=1x512', '--input', 'state=2x1x128']
  const few = ['--budget', '1s', '--threads', '1', '--batch', '1', '-c', '1']
  const profile = (file: string, ...options: string[]) =>
    plimsoll(['profile', file, ...options], { cwd: folder })

  test('have the values that are said, as a sampling rate has to', async () => {
    const refused = await profile(VAD, ...shapes, ...few)
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/was refused: .*\n.*--values/)])
    const { code, stdout } = await profile(VAD, ...shapes, ...few, '--values', 'sr=16000')
    expect([code, stdout]).toEqual([0, expect.stringContaining('Best (most items a second): fp32')])
    const short = await profile(VAD, ...shapes, ...few, '--budget', '1ms', '--values', 'sr=16000')
    expect(short.stdout).toMatch(
      /Warning: measuring took .* not the budget of 1\.00 ms: the setting is timed three/,
    )
  })

  test('that are not there or said wrongly are all named, and a scenario says its own', async () => {
    const wrong = [
      '--values',
      'input=2..1',
      '--values',
      'input=',
      '--values',
      'input=Infinity',
      '--input',
      'x',
    ]
    const { code, stderr } = await profile(VAD, ...wrong)
    expect(code).toBe(2)
    expect(stderr).toMatch(/--input x is .*--values input=2\.\.1 .*input= .*input=Infinity .*4 problems/s)
    expect((await profile(VAD, ...shapes, '--values', 'y=1')).stderr).toContain(
      'no input is called y\n    there are input, state, sr',
    )
    const scenario = write('own.yaml', scenarioOf('json'))
    const own = await profile(scenario, '--values', 'x=1')
    expect([own.code, own.stderr]).toEqual([2, expect.stringContaining('--values is for an ONNX file')])
  })
})
