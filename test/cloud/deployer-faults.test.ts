import { describe, expect, test } from 'vitest'
import type { Deployer } from '../../src/cloud/deployer.ts'
import { deployerOf } from '../../src/cloud/deployers.ts'
import type { Call, Fault } from './fake/fault.ts'
import { PLATFORMS_UNDER_TEST } from './fake/platforms.ts'
import { type Stage, stage } from './fake/stage.ts'

const FAULTS: readonly Fault[] = [
  { kind: 'error', code: 13, message: 'internal error' },
  { kind: 'quota' },
  { kind: 'time-out' },
  { kind: 'cut' },
  { kind: 'cut-before' },
]

/** Longest that a call of the sweep waits, ms: what times out costs that much. */
const CALL_TIMEOUT_MS = 400
/** A run has some ten to twenty calls; each point takes a fraction of a second. */
const LONGEST_MS = 240_000

describe.each(PLATFORMS_UNDER_TEST.map((each) => [each.candidate.name, each] as const))('%s', (_, under) => {
  const begin = (deployer: Deployer) =>
    stage({ deployer, platform: under.fake, settings: { callTimeoutMs: CALL_TIMEOUT_MS, pollMs: 2 } })

  /** Deploys and removes, and lets end what was still under way. */
  const pass = async (on: Stage, deployer: Deployer) => {
    await deployer.deploy(under.candidate, on.order, on.scope).catch(() => undefined)
    const left = await on.remove()
    await on.fake.project.operations.settle()
    return left
  }

  test(
    'leaves nothing, or names it, whichever of its calls fails in whichever way',
    async () => {
      const deployer = (await deployerOf(under.candidate)) as Deployer
      const plain = await begin(deployer)
      expect(await pass(plain, deployer)).toEqual([])
      const calls = plain.fake.project.calls.length
      let points = 0
      for (let index = 1; index <= calls; index++) {
        for (const fault of FAULTS) {
          const on = await begin(deployer)
          on.fake.project.behaviour.fault = (call: Call) => (call.index === index ? fault : undefined)
          const left = await pass(on, deployer)
          const named = left.map(({ resource: { name } }) => name)
          const what = on.fake.project.calls[index - 1]?.what
          expect({ index, what, fault: fault.kind, left: on.fake.project.inventory.names }).toEqual({
            index,
            what,
            fault: fault.kind,
            left: on.fake.project.inventory.names.filter((name) => named.includes(name)),
          })
          points++
        }
      }
      expect(points).toBe(calls * FAULTS.length)
      console.log(`${under.candidate.name}: ${points} points`)
    },
    LONGEST_MS,
  )
})
