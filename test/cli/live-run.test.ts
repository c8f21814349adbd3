import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../src/core/run-record.ts'
import { steadyText } from '../fixtures/steady-text.ts'
import { type Tmux, useTmux } from '../fixtures/tmux.ts'
import { isAlive, plimsoll, readJson, smallScenario, untilGone, untilServing, useFolder } from './plimsoll.ts'

const { folder, write } = useFolder()
const open = useTmux(folder)
const at = { cwd: folder }
const SIZES = [
  [80, 24],
  [120, 40],
  [40, 20],
] as const
copyFileSync('scenarios/quickstart.yaml', join(folder, 'quickstart.yaml'))

/** The screen once two looks in a row show the same, numbers aside. */
async function still(terminal: Tmux): Promise<string> {
  for (let before = ''; ; ) {
    await setTimeout(400)
    const text = steadyText(terminal.screen())
    if (text === before) return text
    before = text
  }
}

async function recorded(terminal: Tmux, name: string): Promise<void> {
  for (const [columns, rows] of SIZES) {
    terminal.resize(columns, rows)
    const text = await still(terminal)
    expect(terminal.wraps).toBe(false)
    await expect(text).toMatchFileSnapshot(`../golden/tui/live-${name}-${columns}x${rows}.txt`)
  }
}

/** Its sentences, however they are wrapped; on a busy machine they may name no candidate. */
function recommendation(shown: string): string | undefined {
  return /^Modelled, not measured:.*?\n\n/ms.exec(shown)?.[0].replace(/\s+/g, ' ')
}

describe('the quickstart, run in a terminal', () => {
  test('shows at every size what was recorded: under load, paused with the keys, and what it found', async () => {
    const terminal = open(80, 24, 'clear; plimsoll run quickstart.yaml')
    await terminal.shows('[2/3] service time', /p95 \d/)
    await recorded(terminal, 'loading')
    terminal.resize(120, 40)
    terminal.keys('p')
    await terminal.shows('✓ service time with 1 thread', 'paused')
    await recorded(terminal, 'paused')
    terminal.keys('?')
    await terminal.shows('Ctrl-Z')
    await recorded(terminal, 'help')
    terminal.keys('?', 'p')
    // Tall enough for all that it leaves behind: the busier the machine, the more candidates have a reason to give.
    terminal.resize(120, 160)
    await terminal.shows('saved: reports/quickstart-', 'Modelled, not measured')
    const left = terminal.screen()
    expect(left).toMatch(/✓ service time with \d+ threads? {2}p50/)
    expect(left).not.toContain('being loaded')
    terminal.close()

    const [run = ''] = readdirSync(join(folder, 'reports'))
    const { stdout } = await plimsoll(['advise', join('reports', run)], at)
    expect(recommendation(stdout)).toMatch(
      /Cheapest that meets the SLO: |No candidate is sure to meet the SLO; /,
    )
    expect(recommendation(left)).toBe(recommendation(stdout))
  }, 300_000)
})

const scenario = write('long.yaml', smallScenario({ load: 'requests: 600, warmup: 5, startups: 1' }))

/** A run in a terminal whose second step is under way, and its server. */
async function running(out: string) {
  const terminal = open(80, 24, `plimsoll run ${scenario} --out ${join(folder, out)}; echo "ended with $?"`)
  await terminal.shows('[2/')
  const program = await terminal.program()
  return { terminal, program, servers: await untilServing(program) }
}

async function expectRestored(terminal: Tmux): Promise<void> {
  expect(terminal.isAlternate).toBe(false)
  expect(terminal.isCursorShown).toBe(true)
  terminal.keys('stty -a', 'Enter')
  await terminal.shows(' icanon', ' echo')
}

function expectSaved(out: string): void {
  const record = readJson<RunRecord>(folder, out, 'run.json')
  expect(record.finishedAt).toBeNull()
  expect(record.profile?.startUps).toHaveLength(1)
}

describe('a run in a terminal', () => {
  test.each([
    ['Ctrl-C', 'SIGINT'],
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGHUP'],
  ] as const)(
    'on %s restores the screen, keeps what was measured and leaves no process',
    async (how, signal) => {
      const { terminal, program, servers } = await running(how)
      if (how === 'Ctrl-C') terminal.keys('C-c')
      else process.kill(program, signal)
      const left = await terminal.shows('ended with 130', `interrupted by ${signal}; what was measured is in`)
      expect(left).not.toContain('p pause')
      await expectRestored(terminal)
      await untilGone(servers)
      expectSaved(how)
      terminal.close()
    },
  )

  test('whose terminal vanishes ends, keeps what was measured and leaves no process', async () => {
    const { terminal, program, servers } = await running('vanished')
    terminal.close()
    await untilGone([program, ...servers])
    expectSaved('vanished')
  })

  test('gives the terminal back on Ctrl-Z, draws again on fg, and goes on', async () => {
    const { terminal, program, servers } = await running('stopped')
    terminal.keys('C-z')
    await terminal.shows('Stopped')
    expect(terminal.isCursorShown).toBe(true)
    terminal.keys('clear; echo in-between', 'Enter')
    await terminal.shows('in-between')
    expect(readFileSync(`/proc/${program}/status`, 'utf8')).toMatch(/^State:\s*T/m)
    terminal.keys('fg', 'Enter')
    await terminal.shows('[2/', 'p pause')
    expect(servers.every(isAlive)).toBe(true)
    terminal.keys('C-c')
    // The shell forgets what was to follow a job that was stopped.
    await terminal.shows('interrupted by SIGINT', /^\$$/m)
    await expectRestored(terminal)
    await untilGone([program, ...servers])
    expectSaved('stopped')
    terminal.close()
  })

  test('stopped by its user during the local profile advises, and leaves what would be modelled untested', async () => {
    const { terminal, servers } = await running('left')
    terminal.keys('q')
    await terminal.shows('ended with 0', 'saved:')
    await expectRestored(terminal)
    await untilGone(servers)
    const record = readJson<RunRecord>(folder, 'left', 'run.json')
    expect(record.trials.map(({ status }) => status)).toEqual(['refused'])
    const { stdout } = await plimsoll(['advise', join(folder, 'left'), '--json'])
    const outcomes = (JSON.parse(stdout) as { verdicts: { outcome: string }[] }).verdicts.map(
      ({ outcome }) => outcome,
    )
    expect(outcomes.sort()).toEqual(['refused', ...Array(5).fill('untested')])
    terminal.close()
  })

  test('that is piped on to someone who stops reading is saved all the same', async () => {
    const short = write('short.yaml', smallScenario({ load: 'requests: 20, warmup: 2, startups: 1' }))
    const out = join(folder, 'piped')
    const terminal = open(
      80,
      24,
      `plimsoll run ${short} --out ${out} | true; echo "ended with \${PIPESTATUS[0]}"`,
    )
    await terminal.shows('ended with 0', 'saved:')
    expect(readJson<RunRecord>(out, 'run.json').finishedAt).not.toBeNull()
    terminal.close()
  })
})
