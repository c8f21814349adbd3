import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

/** `SWEEP=full` (npm run sweep) tries every fault at every call; else each call has every other one. */
const faultsAt = (index: number) =>
  process.env.SWEEP === 'full' ? FAULTS : FAULTS.filter((_, turn) => (turn + index) % 2 === 0)

/** Longest that a call of the sweep waits, ms: what times out costs that much. */
const CALL_TIMEOUT_MS = 400
/** Each point has a cloud of its own, and mostly waits for time-outs. */
const AT_ONCE = 8
const LONGEST_MS = process.env.SWEEP === 'full' ? 900_000 : 240_000
/** Without a fault a deployment has this many calls at most; more are polls of a wait that does not end. */
const MOST_CALLS = 100

/** Answers whatever it is asked: deployments wait for their replicas to do so. */
const ready = createServer((_, response) => void response.end('{}'))
let origin = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => ready.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(ready.address() as AddressInfo).port}`
})
afterAll(() => ready.close())

describe.each(PLATFORMS_UNDER_TEST.map((each) => [each.candidate.name, each] as const))('%s', (_, under) => {
  const begin = (deployer: Deployer) =>
    stage({
      deployer,
      platform: under.fake,
      serve: async () => ({ origin, stop: async () => undefined }),
      settings: { callTimeoutMs: CALL_TIMEOUT_MS, pollMs: 2, readyTimeoutMs: 3000 },
    })

  /** Deploys and removes, and lets end what was still under way. */
  const pass = async (on: Stage, deployer: Deployer, onFailure: (error: Error) => void) => {
    await deployer.deploy(under.candidate, on.order, on.scope).catch(onFailure)
    const left = await on.remove()
    await on.fake.project.operations.settle()
    return left
  }

  const point = async (deployer: Deployer, index: number, fault: Fault) => {
    const on = await begin(deployer)
    const { project } = on.fake
    project.behaviour.fault = (call: Call) => (call.index === index ? fault : undefined)
    const named = (await pass(on, deployer, () => undefined)).map(({ resource: { name } }) => name)
    const left = project.inventory.names
    await on.close()
    const at = { index, what: project.calls[index - 1]?.what, fault: fault.kind }
    expect({ ...at, left }).toEqual({ ...at, left: left.filter((name) => named.includes(name)) })
  }

  test('leaves nothing, or names it, whichever of its calls fails in whichever way', {
    timeout: LONGEST_MS,
  }, async () => {
    const deployer = (await deployerOf(under.candidate)) as Deployer
    const plain = await begin(deployer)
    const failed = (error: Error) => {
      throw error
    }
    expect(await pass(plain, deployer, failed)).toEqual([])
    const calls = plain.fake.project.calls.length
    expect(calls).toBeLessThan(MOST_CALLS)
    const points = Array.from({ length: calls }, (_, at) =>
      faultsAt(at + 1).map((fault) => ({ index: at + 1, fault })),
    ).flat()
    const queue = points.values()
    const work = async () => {
      for (const { index, fault } of queue) await point(deployer, index, fault)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    console.log(`${under.candidate.name}: ${points.length} points`)
  })
})
