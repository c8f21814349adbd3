import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Deployer } from '../../../src/cloud/deployer.ts'
import { deployerOf } from '../../../src/cloud/deployers.ts'
import { openJournal } from '../../../src/cloud/journal.ts'
import { openCloud } from '../../../src/cloud/open-cloud.ts'
import type { Trial } from '../../../src/core/measurement.ts'
import { decimal } from '../../../src/core/money.ts'
import { loadPriceBook } from '../../../src/pricing/price-book.ts'
import { type Deploying, Purse } from '../../../src/run/deploy/session.ts'
import { tryDeployment } from '../../../src/run/deploy/try-deployment.ts'
import { vm } from '../../fixtures/candidates.ts'
import { deployOrder, deploySettings } from '../../fixtures/deploy.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { fakeCompute } from '../fake/compute/fake-compute.ts'
import { startFakeCloud } from '../fake/fake-cloud.ts'
import { FakeTokens } from '../fake/fake-tokens.ts'
import { simulatedPace } from '../simulated-pace.ts'

const HOUR_MS = 3_600_000

test('a VM that never gets to run costs no more than the cap and one polling interval, and is gone in the end', async () => {
  const pace = simulatedPace()
  const tokens = new FakeTokens()
  const fake = await startFakeCloud(fakeCompute({ tokens, serve: () => Promise.reject(new Error('never')) }))
  fake.project.behaviour.now = pace.now
  fake.project.behaviour.operation = (verb, name) =>
    verb === 'create' && name.includes('/instances/') ? 'never' : { ms: 1000 }
  const settings = deploySettings({ endpoints: fake.endpoints, pollMs: 5000, readyTimeoutMs: HOUR_MS })
  const cloud = openCloud(settings, tokens.credentials(), pace)
  onTestFinished(async () => {
    pace.stop()
    await cloud.close()
    await fake.close()
  })
  const candidate = vm({ machineType: 'n2-standard-32' })
  const journal = openJournal(join(temporaryFolder(), 'journal.jsonl'), pace.now)
  const ending = new AbortController().signal
  const book = await loadPriceBook()
  const deploying: Deploying = { cloud, journal, book, maxSpendUsd: decimal('0.5'), ending }
  const purse = new Purse(deploying, () => {})
  const watching = purse.watch()
  const trials: Trial[] = []
  const startedMs = pace.now()
  const unreached = () => Promise.reject(new Error('it never serves'))
  const record = await tryDeployment({
    ...{ candidate, deployer: (await deployerOf(candidate)) as Deployer, order: deployOrder({ settings }) },
    ...{ deploying, purse, signal: ending, alone: (work) => work() },
    ...{ notify: () => undefined, onTrial: (trial) => trials.push(trial), ask: unreached, load: unreached },
  })
  purse.stop()
  await watching
  expect(trials).toMatchObject([
    { status: 'failed', error: 'not measured: the spend cap of $0.50 is reached' },
  ])
  // About $1.56 an hour: an interval of 5 s is $0.0022.
  expect(Number(record.spentUsd)).toBeLessThanOrEqual(0.5 + 0.0025)
  expect(Number(record.spentUsd)).toBeGreaterThan(0.3)
  expect(pace.now() - startedMs).toBeLessThan(HOUR_MS / 2)
  expect(fake.project.inventory.names).toEqual([])
})
