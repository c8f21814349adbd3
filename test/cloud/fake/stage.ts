import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type CandidateScope, createScope } from '../../../src/cloud/candidate-scope.ts'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import type { Deployer, DeployOrder } from '../../../src/cloud/deployer.ts'
import { openJournal } from '../../../src/cloud/journal.ts'
import { openCloud } from '../../../src/cloud/open-cloud.ts'
import type { FoundResource, Search } from '../../../src/cloud/resource.ts'
import { SpendMeter } from '../../../src/cloud/spend-meter.ts'
import { type Left, tearDown } from '../../../src/cloud/tear-down.ts'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { decimal } from '../../../src/core/money.ts'
import { deployOrder, deploySettings, RUN } from '../../fixtures/deploy.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { type FakeCloud, type FakePlatform, startFakeCloud } from './fake-cloud.ts'
import type { FakeProject } from './fake-project.ts'
import { FakeTokens } from './fake-tokens.ts'
import type { Backend } from './live-endpoint.ts'
import type { FakeParts } from './platforms.ts'

/** A fake cloud with one platform, and a deployer in it; all of it is gone when the test ends. */
export interface Stage {
  readonly fake: FakeCloud
  readonly tokens: FakeTokens
  readonly cloud: Cloud
  readonly order: DeployOrder
  readonly scope: CandidateScope
  /** What a listing of every kind shows. */
  find(search?: Search): Promise<FoundResource[]>
  /** As the engine does it. */
  remove(): Promise<readonly Left[]>
  /** Before the test ends, where it has many. */
  close(): Promise<void>
  /** Resolves when a call comes in whose name has this in it. */
  arrival(call: string): Promise<void>
}

export interface StageOrder {
  readonly deployer: Pick<Deployer, 'kinds'>
  readonly platform: (parts: FakeParts) => (project: FakeProject) => FakePlatform
  readonly serve?: () => Promise<Backend>
  readonly settings?: Partial<DeploySettings>
}

/** Deployed without ever answering. */
const MUTE: Backend = { origin: 'http://127.0.0.1:1', stop: async () => undefined }

export async function stage({ deployer, platform, serve, settings: some }: StageOrder): Promise<Stage> {
  const tokens = new FakeTokens()
  const fake = await startFakeCloud(platform({ tokens, serve: serve ?? (async () => MUTE) }))
  onTestFinished(() => fake.close())
  return stageIn(fake, tokens, deployer, some)
}

/** In a fake cloud that was started by others, who close it. */
export function stageIn(
  fake: FakeCloud,
  tokens: FakeTokens,
  { kinds }: Pick<Deployer, 'kinds'>,
  some: Partial<DeploySettings> = {},
): Stage {
  const settings = deploySettings({ endpoints: fake.endpoints, ...some })
  const cloud = openCloud(settings, tokens.credentials())
  onTestFinished(() => cloud.close())
  const scope = scopeIn(cloud)
  return {
    fake,
    tokens,
    cloud,
    order: deployOrder({ settings }),
    scope,
    find: async (search = {}) => (await Promise.all(kinds.map((kind) => kind.find(search, cloud)))).flat(),
    remove: () => {
      const { created: resources, uncertain } = scope
      return tearDown({ cloud, kinds, resources, run: RUN, uncertain, onGone: () => undefined })
    },
    close: async () => {
      await cloud.close()
      await fake.close()
    },
    arrival: (call) =>
      new Promise((resolve) => {
        fake.project.behaviour.onCall = ({ what }) => what.includes(call) && resolve()
      }),
  }
}

function scopeIn(cloud: Cloud): CandidateScope {
  const journal = openJournal(join(temporaryFolder(), 'journal.jsonl'), Date.now)
  return createScope({
    cloud,
    candidate: 'candidate',
    journal,
    meter: new SpendMeter(),
    usdPerHour: () => decimal(1),
    signal: AbortSignal.timeout(60_000),
    onStep: () => undefined,
  })
}
