import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { defaultCredentials } from '../../src/cloud/credentials.ts'
import type { Requirements } from '../../src/cloud/deployer.ts'
import { openCloud } from '../../src/cloud/open-cloud.ts'
import { preflight } from '../../src/cloud/preflight.ts'
import type { UserError } from '../../src/core/errors.ts'
import { deploySettings } from '../fixtures/deploy.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { type Basics, fakeBasics } from './fake/fake-basics.ts'
import { type FakeCloud, startFakeCloud } from './fake/fake-cloud.ts'
import { CANARY, FakeTokens } from './fake/fake-tokens.ts'

let fake: FakeCloud
let cloud: Cloud

async function begin(basics: Basics = {}): Promise<FakeTokens> {
  const tokens = new FakeTokens()
  fake = await startFakeCloud(fakeBasics(basics))
  cloud = openCloud(deploySettings({ endpoints: fake.endpoints }), tokens.credentials())
  return tokens
}

afterEach(async () => {
  await cloud?.close()
  await fake?.close()
})

const image = 'us-central1-docker.pkg.dev/fake-project/plimsoll/model:1'

function need(some: Partial<Requirements> = {}) {
  const nothing = {
    services: ['run.googleapis.com'],
    permissions: ['run.services.create'],
    quotas: [],
    problems: [],
  }
  return { candidate: 'c', requirements: { ...nothing, ...some } }
}

describe('the check before anything is created', () => {
  test('finds nothing where all is well', async () => {
    await begin()
    expect(await preflight(cloud, [need({ image: { uri: image } })])).toEqual({ problems: [], unseen: [] })
  })

  test('says each problem once, whoever has it, with what mends it', async () => {
    await begin({ enabled: new Set(), image: () => false, quotas: { NVIDIA_L4_GPUS: 1, L4Alloc: 0 } })
    fake.project.behaviour.permissions = new Set([
      'serviceusage.services.get',
      'artifactregistry.tags.get',
      'compute.regions.get',
    ])
    const region = 'us-central1'
    const quotas = [
      { of: 'compute', metric: 'NVIDIA_L4_GPUS', region, amount: 2 },
      { of: 'compute', metric: 'CPUS', region, amount: 4 },
      { of: 'service', service: 'run.googleapis.com', quotaId: 'L4Alloc', region, amount: 1 },
    ] as const
    const one = need({ quotas, image: { uri: image, region: 'europe-west4' } })
    const { problems, unseen } = await preflight(cloud, [one, one])
    const messages = problems.map(({ message }) => message)
    expect(messages.toSorted()).toEqual([
      `image ${image} does not exist`,
      `image ${image} is in us-central1; the platform takes images of europe-west4 only`,
      'permission cloudquotas.quotas.get is missing',
      'permission logging.logEntries.list is missing',
      'permission run.services.create is missing',
      'quota NVIDIA_L4_GPUS in us-central1 has 1 left; 2 are needed',
      'quota run.googleapis.com L4Alloc in us-central1 has 0 left; 1 are needed',
      'run.googleapis.com is not enabled in fake-project',
    ])
    for (const { hint } of problems) expect(hint).toBeTruthy()
    expect(unseen).toEqual([])
    const regionCalls = fake.project.calls.filter(({ what }) => what.endsWith(`/regions/${region}`))
    expect(regionCalls).toHaveLength(1)
  })

  test('tells what it could not see from what is wrong', async () => {
    await begin()
    fake.project.behaviour.fault = ({ what }) =>
      what.endsWith('BatchGetServices') ? { kind: 'error', code: 13, message: 'internal' } : undefined
    const { problems, unseen } = await preflight(cloud, [need()])
    expect(problems).toEqual([])
    expect(unseen.map(({ message }) => message).join()).toContain('could not see which APIs are enabled')
  })

  test('says that credentials are refused, without a token', async () => {
    const tokens = await begin()
    tokens.revoked = true
    const { problems } = await preflight(cloud, [need()])
    expect(problems).toHaveLength(1)
    expect(JSON.stringify(problems)).not.toContain(CANARY)
  })
})

describe('a user’s own credentials', () => {
  test('cannot mint an ID token, and the error says what to do', async () => {
    const file = join(temporaryFolder(), 'adc.json')
    const user = { type: 'authorized_user', client_id: 'id', client_secret: CANARY, refresh_token: CANARY }
    writeFileSync(file, JSON.stringify(user))
    const before = process.env.GOOGLE_APPLICATION_CREDENTIALS
    process.env.GOOGLE_APPLICATION_CREDENTIALS = file
    onTestFinished(() => {
      if (before === undefined) delete process.env.GOOGLE_APPLICATION_CREDENTIALS
      else process.env.GOOGLE_APPLICATION_CREDENTIALS = before
    })
    const error = (await defaultCredentials()
      .idToken('https://model-abc-uc.a.run.app')
      .catch((reason: unknown) => reason)) as UserError
    expect(error.message).toBe('user credentials cannot mint an ID token for a service')
    expect(error.problems[0]?.hint).toContain('--impersonate-service-account')
    expect(JSON.stringify(error)).not.toContain(CANARY)
  })
})
