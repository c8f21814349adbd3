import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CallError } from '../../src/cloud/call-error.ts'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { openJournal, readJournal } from '../../src/cloud/journal.ts'
import { openCloud } from '../../src/cloud/open-cloud.ts'
import type { Resource, ResourceKind } from '../../src/cloud/resource.ts'
import { runOfName } from '../../src/cloud/run-labels.ts'
import { tearDown } from '../../src/cloud/tear-down.ts'
import { deploySettings, RUN } from '../fixtures/deploy.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { FakeTokens } from './fake/fake-tokens.ts'
import { simulatedPace } from './simulated-pace.ts'

const resource = (name: string): Resource => ({
  kind: 'thing',
  name: `plimsoll-${RUN}-${name}`,
  region: 'us-central1',
})

/** A project of things, each of which may refuse to go. */
function project(...names: readonly string[]) {
  const standing = new Map(names.map((name) => [resource(name).name, resource(name)]))
  const deleted: string[] = []
  const kind: ResourceKind = {
    kind: 'thing',
    title: 'thing',
    delete: async ({ name }) => {
      deleted.push(name.split('-').at(-1) ?? '')
      standing.delete(name)
    },
    find: async () =>
      [...standing.values()].map((each) => ({
        ...each,
        run: runOfName(each.name) ?? '',
        expiresS: null,
        hourly: { least: [], most: [] },
      })),
    describe: async () => null,
  }
  return { standing, deleted, kind }
}

async function tear(kind: ResourceKind, names: readonly string[], uncertain = false) {
  const pace = simulatedPace()
  const cloud: Cloud = openCloud(deploySettings(), new FakeTokens().credentials(), pace)
  const gone: string[] = []
  const left = await tearDown({
    ...{ cloud, kinds: [kind], resources: names.map(resource), run: RUN, uncertain },
    onGone: ({ name }) => gone.push(name.split('-').at(-1) ?? ''),
  })
  pace.stop()
  return { left: left.map(({ resource: { name }, why }) => [name.split('-').at(-1), why]), gone }
}

describe('taking down', () => {
  test('deletes the last that was created first', async () => {
    const { kind, deleted } = project('a', 'b', 'c')
    expect(await tear(kind, ['a', 'b', 'c'])).toEqual({ left: [], gone: ['c', 'b', 'a'] })
    expect(deleted).toEqual(['c', 'b', 'a'])
  })

  test('believes the listing, not the reply: what is still listed is deleted again, and named when it stays', async () => {
    const { kind } = project('a')
    let tries = 0
    const stubborn = { ...kind, delete: async () => void tries++ }
    expect(await tear(stubborn, ['a'])).toEqual({ left: [['a', 'it is still listed']], gone: [] })
    expect(tries).toBeGreaterThan(3)
  })

  test('comes back to what was busy, and goes on with the others meanwhile', async () => {
    const { kind, standing } = project('a', 'b')
    let refusals = 0
    const busy: ResourceKind = {
      ...kind,
      delete: async (each, cloud) => {
        if (each.name.endsWith('b') && standing.size > 1 && refusals++ < 5) throw new CallError(409, 'in use')
        if (each.name.endsWith('b') && standing.size > 1) return
        return kind.delete(each, cloud)
      },
    }
    expect((await tear(busy, ['a', 'b'])).left).toEqual([])
  })

  test('names with the platform’s words what may not be deleted', async () => {
    const { kind } = project('a')
    const denied = {
      ...kind,
      delete: async () => Promise.reject(new CallError(403, 'Permission denied on a')),
    }
    expect((await tear(denied, ['a'])).left).toEqual([['a', 'Permission denied on a']])
  })

  test('takes nothing for gone that cannot be listed', async () => {
    const { kind } = project('a')
    const unseen = { ...kind, find: async () => Promise.reject(new CallError(403, 'no list')) }
    expect((await tear(unseen, ['a'])).left).toEqual([['a', 'whether it is gone could not be seen: no list']])
  })

  test('waits for what a call without an answer may yet create', async () => {
    const { kind, standing } = project()
    let looks = 0
    const late: ResourceKind = {
      ...kind,
      find: async (search, cloud) => {
        if (++looks === 2) standing.set(resource('a').name, resource('a'))
        return kind.find(search, cloud)
      },
    }
    expect((await tear(late, ['a'], true)).left).toEqual([])
    expect(standing.size).toBe(0)
    expect(looks).toBeGreaterThan(3)
  })
})

describe('the journal', () => {
  test('says what stands after a crash that tore its last line', () => {
    const file = join(temporaryFolder(), 'journal.jsonl')
    const journal = openJournal(file, Date.now)
    const line = { candidate: 'c', usdPerHour: '1' }
    journal.write({ event: 'run', run: RUN, id: 'r', settings: deploySettings() })
    journal.write({ event: 'creating', ...line, ...resource('a') })
    journal.write({ event: 'creating', ...line, ...resource('b') })
    journal.write({ event: 'deleted', ...resource('a') })
    journal.close()
    appendFileSync(file, '{"at":"2026-11-24T15:00:00.000Z","event":"crea')
    expect(readJournal(file)).toMatchObject({ run: RUN, resources: [{ ...resource('b'), usdPerHour: '1' }] })
  })
})
