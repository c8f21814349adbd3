import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { VERSION } from '../../src/cli/version.ts'
import { plimsoll, readJson } from './plimsoll.ts'

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']], [[]]])('%j lists every command on stdout', async (args) => {
    const { code, stdout, stderr } = await plimsoll(args)
    expect([code, stderr]).toEqual([0, ''])
    for (const { name, summary } of COMMANDS) {
      expect(stdout).toContain(`  ${name}`)
      expect(stdout).toContain(summary.slice(0, 30))
    }
    expect(stdout).toContain('Exit codes:')
  })

  test.each(COMMANDS.map(({ name }) => name))(
    'of %s names its options, asked for in three ways',
    async (name) => {
      const [asked, short, spoken] = await Promise.all(
        [
          [...name.split(' '), '--help'],
          [...name.split(' '), '-h'],
          ['help', ...name.split(' ')],
        ].map((args) => plimsoll(args)),
      )
      expect(asked?.code).toBe(0)
      expect(asked?.stdout).toContain(`Usage: plimsoll ${name}`)
      for (const option of COMMANDS.find((each) => each.name === name)?.options ?? []) {
        expect(asked?.stdout).toContain(`--${option.name}`)
      }
      expect(short).toEqual(asked)
      expect(spoken).toEqual(asked)
    },
  )

  test('fits into 80 columns', async () => {
    const texts = await Promise.all(
      [['--help'], ...COMMANDS.map(({ name }) => [...name.split(' '), '--help'])].map((args) =>
        plimsoll(args),
      ),
    )
    const lines = texts.flatMap(({ stdout }) => stdout.split('\n'))
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.length).toBeGreaterThan(40)
  })
})

test.each(['--version', '-V'])('%s is that of package.json', async (flag) => {
  const { version } = readJson<{ version: string }>('package.json')
  expect(VERSION).toBe(version)
  expect(await plimsoll([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

describe('a command line that is wrong', () => {
  test.each([
    [['rnu'], 'there is no command rnu', 'did you mean run?'],
    [['frobnicate'], 'there is no command frobnicate', 'see plimsoll --help'],
    [['--json'], 'there is no command --json', 'see plimsoll --help'],
    [['run', '--jsn', 's.yaml'], 'run has no option --jsn', 'did you mean --json?'],
    [['run', '-x', 's.yaml'], 'run has no option -x', 'see plimsoll --help'],
    [['schema', '--json'], 'schema has no option --json', 'see plimsoll --help'],
    [['run', 's.yaml', '--out'], '--out needs a <dir>', 'see plimsoll --help'],
    [['run', 's.yaml', '--out', '--json'], '--out needs a <dir>', 'see plimsoll --help'],
    [['run', 's.yaml', '--json=yes'], '--json takes no value', 'see plimsoll --help'],
    [['run'], 'run takes one <scenario>, but got none', 'see plimsoll --help'],
    [['run', 'a', 'b'], 'run takes one <scenario>, but got a b', 'see plimsoll --help'],
    [['schema', 'a'], 'schema takes no argument, but got a', 'see plimsoll --help'],
    [['serve', 'scenarios/quickstart.yaml', '--port', 'http'], '--port http is not a whole number', ''],
  ])('%j says so, with a hint, and exits 2', async (args, message, hint) => {
    const { code, stdout, stderr } = await plimsoll(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

describe('schema', () => {
  test('prints one JSON Schema', async () => {
    const { code, stdout, stderr } = await plimsoll(['schema'])
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { candidates: {} },
    })
  })

  test('ends quietly when its reader stops reading', () => {
    const pipe = `"$0" "$1" schema | true; echo "exit \${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', pipe, process.execPath, resolve('dist/cli/main.js')],
      { encoding: 'utf8' },
    )
    expect([stdout, stderr]).toEqual(['exit 0\n', ''])
  })
})
