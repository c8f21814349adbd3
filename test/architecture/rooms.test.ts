import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** What each room may import, besides itself and packages: the table in CONTRIBUTING.md. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  traffic: ['core'],
  scenario: ['core', 'traffic'],
  platforms: ['core'],
  serving: ['core'],
  model: ['core', 'serving', 'stats'],
  cloud: ['core', 'platforms', 'serving'],
  stats: ['core'],
  load: ['core', 'stats', 'traffic'],
  capacity: ['core'],
  pricing: ['core'],
  advise: ['core', 'stats'],
  gate: ['core', 'stats'],
  report: ['core', 'advise', 'gate', 'load', 'model', 'stats'],
  tui: ['core', 'advise', 'gate', 'report', 'stats'],
  run: [
    'core',
    'traffic',
    'platforms',
    'serving',
    'model',
    'cloud',
    'load',
    'stats',
    'capacity',
    'pricing',
    'advise',
    'gate',
  ],
  cli: [
    'core',
    'traffic',
    'scenario',
    'platforms',
    'serving',
    'model',
    'cloud',
    'load',
    'pricing',
    'gate',
    'report',
    'run',
    'tui',
  ],
}

/** Heavy packages, and the only rooms that may load them. */
const HEAVY: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-node': ['serving', 'model'],
  protobufjs: ['model'],
  autocannon: ['load'],
  undici: ['load'],
  zod: ['scenario', 'pricing', 'run'],
  yaml: ['scenario'],
  '@google-cloud/billing': ['pricing'],
  '@grpc/grpc-js': ['pricing'],
  ink: ['tui'],
  react: ['tui'],
  'google-auth-library': ['cloud'],
  'google-gax': ['cloud'],
}

const SOURCES = sources('src')
const IMPORTS = SOURCES.flatMap((file) => importsOf(file).map((target) => ({ file, target })))

describe('the rooms of src', () => {
  test('were all seen by these tests', () => {
    expect(SOURCES.length).toBeGreaterThan(60)
    expect(IMPORTS.length).toBeGreaterThan(200)
    expect(rooms('src')).toEqual(Object.keys(MAY_IMPORT).sort())
  })

  test.each(Object.entries(MAY_IMPORT))('%s imports only %j', (room, allowed) => {
    const crossings = IMPORTS.filter(({ file, target }) => roomOf(file) === room && target.startsWith('src/'))
    const forbidden = crossings.filter(
      ({ target }) => roomOf(target) !== room && !allowed.includes(roomOf(target)),
    )
    expect(forbidden).toEqual([])
  })

  test('load heavy packages only where they are used', () => {
    const uses = IMPORTS.filter(({ target }) => target in HEAVY)
    expect(new Set(uses.map(({ target }) => target)).size).toBe(Object.keys(HEAVY).length)
    expect(uses.filter(({ file, target }) => !HEAVY[target]?.includes(roomOf(file)))).toEqual([])
  })

  test('are not imported at start-up by the command line, which loads commands when they are used', () => {
    expect(staticReach('src/cli/main.ts')).toEqual(['src/cli/main.ts'])
    expect(staticReach('src/cli/program.ts')).toEqual([
      'src/cli/cloud-commands.ts',
      'src/cli/command.ts',
      'src/cli/commands.ts',
      'src/cli/help.ts',
      'src/cli/load-commands.ts',
      'src/cli/model-commands.ts',
      'src/cli/price-commands.ts',
      'src/cli/program.ts',
      'src/cli/scenario-commands.ts',
      'src/cli/version.ts',
    ])
  })
})

describe('every source file', () => {
  test('has a name in kebab case', () => {
    expect(SOURCES.filter((file) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*\.tsx?$/.test(basename(file)))).toEqual([])
  })

  test('has at most 300 lines', () => {
    expect(SOURCES.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301)).toEqual([])
  })

  test('exports by name', () => {
    expect(SOURCES.filter((file) => /^export default/m.test(readFileSync(file, 'utf8')))).toEqual([])
  })
})

function sources(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  return files.map((entry) => join(entry.parentPath, entry.name)).sort()
}

function rooms(folder: string): string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map(({ name }) => name).sort()
}

function roomOf(file: string): string {
  return file.split('/')[1] ?? ''
}

/** Files of src and packages that a file imports, types and lazy imports included. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  const found = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
  return found.filter((target) => !target.startsWith('node:')).map((target) => resolveImport(file, target))
}

/** What is loaded as soon as a file is: its static imports of values, and theirs. */
function staticReach(file: string, seen: Set<string> = new Set()): string[] {
  if (seen.has(file)) return []
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  for (const match of text.matchAll(/^import (?!type )[^;]*?from '(\.[^']+)'/gm)) {
    staticReach(resolveImport(file, match[1] ?? ''), seen)
  }
  return [...seen].sort()
}

function resolveImport(file: string, target: string): string {
  if (!target.startsWith('.'))
    return target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '')
  return relative('.', normalize(join(dirname(file), target)))
}
