import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../src/core/run-record.ts'
import { plimsoll, readJson, start, useFolder } from '../cli/plimsoll.ts'
import { useTmux } from '../fixtures/tmux.ts'
import { useWholeCloud, type WholeCloud } from './fake/whole-cloud.ts'

const cloudOf = useWholeCloud()
const terminal = useTmux(useFolder().folder)

const ONE = ['platform: cloud-run, cpu: 1, memory: 1Gi']
const TWO = [...ONE, 'platform: cloud-run, cpu: 2, memory: 2Gi']

/** Starts a run and kills it at the first call for which `at` holds. */
async function killedRun(cloud: WholeCloud, candidates: readonly string[], at: (what: string) => boolean) {
  const scenario = cloud.scenario(candidates, { deploy: { parallel: 1 } })
  const args = ['run', scenario, '--out', join(cloud.folder, 'reports', 'killed'), '--json']
  const { child, finished } = start([...args, '--max-spend', '5'], { cwd: cloud.folder, env: cloud.env })
  cloud.project.behaviour.onCall = ({ what }) => {
    if (at(what)) child.kill('SIGKILL')
  }
  expect((await finished).code).toBeNull()
  cloud.project.behaviour.onCall = () => undefined
  expect(cloud.project.inventory.names).toHaveLength(1)
  return [...args, '--max-spend', '5', '--resume']
}

describe('plimsoll clean', () => {
  test('without a terminal and without --yes lists what is left, deletes nothing and says how to', async () => {
    const cloud = await cloudOf()
    await killedRun(cloud, ONE, (what) => what.endsWith('GetOperation'))
    const { code, stdout, stderr } = await plimsoll(['clean'], { cwd: cloud.folder, env: cloud.env })
    expect(code).toBe(2)
    expect(stdout).toMatch(/Cloud Run service .*\n.*\$[\d.]+ a day/)
    expect(stderr).toContain('1 to delete, and nobody to ask')
    expect(stderr).toContain('--yes')
    expect(cloud.project.inventory.names).toHaveLength(1)
    expect(deletions(cloud)).toEqual([])
  }, 300_000)

  test('asks at a terminal, keeps everything on any answer but yes, and deletes on yes', async () => {
    const cloud = await cloudOf()
    await killedRun(cloud, ONE, (what) => what.endsWith('GetOperation'))
    const screen = terminal(120, 30, `. '${environmentFile(cloud)}'; plimsoll clean; echo "ended with $?"`)
    await screen.shows('a day', 'delete it? [y/N]')
    expect(cloud.project.inventory.names).toHaveLength(1)
    screen.keys('n', 'Enter')
    await screen.shows('ended with 0')
    expect(deletions(cloud)).toEqual([])
    screen.keys('clear; plimsoll clean; echo "then with $?"', 'Enter')
    await screen.shows('delete it? [y/N]')
    expect(deletions(cloud)).toEqual([])
    screen.keys('yes', 'Enter')
    await screen.shows('deleted 1 of 1', 'then with 0')
    expect(deletions(cloud)).toHaveLength(1)
    expect(cloud.project.inventory.names).toEqual([])
    screen.close()
  }, 300_000)
})

describe('a killed run that is resumed', () => {
  test('deletes what it left, keeps what was measured as it was, measures the rest and leaves nothing', async () => {
    const cloud = await cloudOf()
    let created = 0
    const resume = await killedRun(cloud, TWO, (what) => {
      if (what.endsWith('CreateService')) created++
      return created === 2 && what.endsWith('GetOperation')
    })
    const before = readJson<RunRecord>(cloud.folder, 'reports', 'killed', 'run.json')
    expect(before.trials.map(({ status }) => status)).toEqual(['measured'])
    const { code, stderr } = await plimsoll(resume, { cwd: cloud.folder, env: cloud.env })
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('deleting 1 that an earlier attempt left')
    const after = readJson<RunRecord>(cloud.folder, 'reports', 'killed', 'run.json')
    expect(after.trials.map(({ status }) => status)).toEqual(['measured', 'measured'])
    expect(after.trials[0]).toEqual(before.trials[0])
    expect(after.id).toBe(before.id)
    expect(cloud.project.inventory.names).toEqual([])
  }, 300_000)
})

function deletions({ project }: WholeCloud): string[] {
  return project.calls.map(({ what }) => what).filter((what) => what.endsWith('DeleteService'))
}

/** What a shell reads to be on a machine of the cloud. */
function environmentFile(cloud: WholeCloud): string {
  const file = join(cloud.folder, 'environment')
  const changed = Object.entries(cloud.env).filter(([name, value]) => process.env[name] !== value)
  writeFileSync(file, [`cd '${cloud.folder}'`, ...changed.map(([k, v]) => `export ${k}='${v}'`)].join('\n'))
  return file
}
