import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { appendHistory, commitAround, readHistory } from '../../../src/run/gate/history-folder.ts'
import { gateHistory } from '../../fixtures/gate.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

test('What was added to a history is read again, oldest first', () => {
  const folder = join(temporaryFolder(), 'history')
  const entries = gateHistory().entries.slice(0, 3)
  for (const entry of [...entries].reverse()) appendHistory(folder, entry)
  expect(readHistory(folder)).toEqual(entries)
})

test('The commit around a history is that of its work tree, and says so when files differ from it', () => {
  const folder = temporaryFolder()
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim()
  git('init', '--quiet')
  writeFileSync(join(folder, 'server.js'), '1')
  git('add', '.')
  git('commit', '--quiet', '--message', 'One')
  git('tag', 'v1')
  const commit = git('rev-parse', '--short', 'HEAD')
  const history = join(folder, 'reports/history')
  expect(commitAround(history)).toBe(commit)
  appendHistory(history, gateHistory().entries[0] as never)
  expect(commitAround(history)).toBe(commit)
  writeFileSync(join(folder, 'server.js'), '2')
  expect(commitAround(history)).toBe(`${commit}-dirty`)
})

test('Where git knows no work tree there is no commit', () => {
  expect(commitAround(join(temporaryFolder(), 'history'))).toBeUndefined()
})
