import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plimsoll, smallScenario, useFolder } from '../cli/plimsoll.ts'

const { folder, write } = useFolder()
const log = join(folder, 'loaded.txt')
/** Notes what each process has loaded when it ends, the ones that a run starts among them. */
const preload = write(
  'preload.cjs',
  `process.on('exit', () => {
    const loaded = Object.keys(require.cache).filter((file) => /node_modules.(@google-cloud|google-)/.test(file))
    require('node:fs').appendFileSync(${JSON.stringify(log)}, ['', ...loaded, 'end'].join('\\n'))
  })`,
)
const env = { NODE_OPTIONS: `--require ${preload}` }

function googleFiles(): string[] {
  const lines = readFileSync(log, 'utf8').split('\n')
  expect(lines).toContain('end')
  return lines.filter((line) => line.includes('node_modules'))
}

describe('Google’s clients', () => {
  test('are seen by this test where they are loaded', async () => {
    write('loaded.txt', '')
    const scenario = write('cloud.yaml', `${smallScenario()}deploy: { project: some-project }\n`)
    const dead = { ...env, GCE_METADATA_HOST: '127.0.0.1:9', HOME: folder, METADATA_SERVER_DETECTION: 'none' }
    await plimsoll(['doctor', scenario], { env: dead })
    expect(googleFiles().length).toBeGreaterThan(0)
  })

  test('are not loaded by --help, nor by a run that deploys nothing, even with a deploy: block', async () => {
    write('loaded.txt', '')
    expect((await plimsoll(['--help'], { env })).code).toBe(0)
    const scenario = write('cloud.yaml', `${smallScenario()}deploy: { project: some-project }\n`)
    const { code } = await plimsoll(['run', scenario, '--out', join(folder, 'out')], { env })
    expect(code).toBe(0)
    expect(googleFiles()).toEqual([])
  })
})
