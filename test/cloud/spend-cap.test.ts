import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Deployer } from '../../src/cloud/deployer.ts'
import { deployerOf } from '../../src/cloud/deployers.ts'
import { openJournal } from '../../src/cloud/journal.ts'
import { openCloud } from '../../src/cloud/open-cloud.ts'
import { reachesCap, SpendMeter } from '../../src/cloud/spend-meter.ts'
import type { Trial } from '../../src/core/measurement.ts'
import { decimal } from '../../src/core/money.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { type Deploying, Purse } from '../../src/run/deploy/session.ts'
import { tryDeployment } from '../../src/run/deploy/try-deployment.ts'
import { cloudRun } from '../fixtures/candidates.ts'
import { deployOrder, deploySettings } from '../fixtures/deploy.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { startFakeCloud } from './fake/fake-cloud.ts'
import { fakeRun } from './fake/fake-run.ts'
import { FakeTokens } from './fake/fake-tokens.ts'
import { simulatedPace } from './simulated-pace.ts'

const book = await loadPriceBook()
const HOUR_MS = 3_600_000

describe('the meter', () => {
  test('counts each resource from the call that creates it until it is known to be gone, a minute at least', () => {
    const meter = new SpendMeter()
    meter.begin('a', 'one', decimal(6), 0)
    meter.begin('b', 'two', decimal(1), HOUR_MS)
    meter.end('a', HOUR_MS / 2)
    expect(meter.spentUsd(2 * HOUR_MS).toFixed()).toBe('4')
    expect(meter.spentUsd(2 * HOUR_MS, 'one').toFixed()).toBe('3')
    expect(
      meter
        .spentUsd(HOUR_MS + 1, 'two')
        .round(6)
        .toFixed(),
    ).toBe('0.016667')
    expect(meter.usdPerHour.toFixed()).toBe('1')
  })

  test('never lets what is looked at every interval go over the cap, whatever is alive and however long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ usd: fc.double({ min: 0.001, max: 40, noNaN: true }), startS: fc.nat(7200) }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.05, max: 50, noNaN: true }),
        (resources, pollS, cap) => {
          const meter = new SpendMeter()
          const limits = { pollMs: pollS * 1000, tearDownMs: 60_000 }
          let nowMs = 0
          for (
            ;
            nowMs < 8 * HOUR_MS && !reachesCap(meter, decimal(cap), nowMs, limits);
            nowMs += limits.pollMs
          ) {
            resources.forEach(({ usd, startS }, index) => {
              const fromMs = startS * 1000
              if (fromMs > nowMs - limits.pollMs && fromMs <= nowMs)
                meter.begin(String(index), 'x', decimal(usd), fromMs)
            })
          }
          // Only what was begun since the last look can have gone over, and by no more than an interval and its minimum.
          const perHour = Number(meter.usdPerHour)
          const over = Number(meter.spentUsd(nowMs)) - cap
          expect(over).toBeLessThanOrEqual((perHour * (limits.pollMs + 60_000)) / HOUR_MS + 1e-9)
        },
      ),
    )
  })
})

describe('a deployment that hangs for an hour', () => {
  test('costs no more than the cap and one polling interval, and is gone in the end', async () => {
    const pace = simulatedPace()
    const tokens = new FakeTokens()
    const fake = await startFakeCloud(fakeRun({ tokens, serve: () => Promise.reject(new Error('never')) }))
    fake.project.behaviour.now = pace.now
    fake.project.behaviour.operation = (verb) => (verb === 'create' ? 'never' : { ms: 1000 })
    const settings = deploySettings({
      endpoints: fake.endpoints,
      pollMs: 5000,
      readyTimeoutMs: HOUR_MS,
      maxReplicas: 5,
    })
    const cloud = openCloud(settings, tokens.credentials(), pace)
    onTestFinished(async () => {
      pace.stop()
      await cloud.close()
      await fake.close()
    })
    const candidate = cloudRun({ minReplicas: 0, vcpus: 8, memoryGib: 16 })
    const maxSpendUsd = decimal('0.5')
    const journal = openJournal(join(temporaryFolder(), 'journal.jsonl'), pace.now)
    const deploying: Deploying = { cloud, journal, book, maxSpendUsd, ending: new AbortController().signal }
    const purse = new Purse(deploying, () => {})
    const watching = purse.watch()
    const trials: Trial[] = []
    const startedMs = pace.now()
    const unreached = () => Promise.reject(new Error('it never serves'))
    const record = await tryDeployment({
      ...{ candidate, deployer: (await deployerOf(candidate)) as Deployer, order: deployOrder({ settings }) },
      ...{ deploying, purse, signal: new AbortController().signal, alone: (work) => work() },
      ...{ notify: () => undefined, onTrial: (trial) => trials.push(trial), ask: unreached, load: unreached },
    })
    purse.stop()
    await watching
    const usdPerHour = 5 * (8 * 0.000024 + 16 * 0.0000025) * 3600
    const interval = (usdPerHour * 5) / 3600
    expect(trials).toMatchObject([
      { status: 'failed', error: 'not measured: the spend cap of $0.50 is reached' },
    ])
    expect(Number(record.spentUsd)).toBeLessThanOrEqual(0.5 + interval)
    // Without the cap it would have gone on for the whole hour.
    expect(pace.now() - startedMs).toBeLessThan(HOUR_MS / 2)
    expect(Number(record.spentUsd)).toBeGreaterThan(0.3)
    expect(fake.project.inventory.names).toEqual([])
  })
})
