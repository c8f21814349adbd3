import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Deployer } from '../../src/cloud/deployer.ts'
import { deployerOf } from '../../src/cloud/deployers.ts'
import { deployOrder } from '../fixtures/deploy.ts'
import { PLATFORMS_UNDER_TEST } from './fake/platforms.ts'

/** Permissions that the page names: `a.b.create`, and after it `.get` for `a.b.get`. */
function documented(): Set<string> {
  const page = readFileSync('docs/google-cloud.md', 'utf8')
  const named = new Set<string>()
  let parent = ''
  for (const [, word = ''] of page.matchAll(/`((?:[a-zA-Z]+)?(?:\.[a-zA-Z]+)+)`/g)) {
    if (word.startsWith('.')) named.add(`${parent}${word}`)
    else {
      parent = word.slice(0, word.lastIndexOf('.'))
      named.add(word)
    }
  }
  return named
}

describe('docs/google-cloud.md', () => {
  test.each(PLATFORMS_UNDER_TEST.map(({ candidate }) => [candidate.name, candidate] as const))(
    'names every permission that deploying %s takes',
    async (_, candidate) => {
      const deployer = (await deployerOf(candidate)) as Deployer
      const { permissions } = deployer.requirements(candidate, deployOrder())
      const named = documented()
      expect(permissions.length).toBeGreaterThan(5)
      expect(permissions.filter((each) => !named.has(each))).toEqual([])
    },
  )
})
