import { afterEach } from 'vitest'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import type { DeployOrder } from '../../../src/cloud/deployer.ts'
import { openCloud } from '../../../src/cloud/open-cloud.ts'
import { runLabels } from '../../../src/cloud/run-labels.ts'
import type { VertexCandidate } from '../../../src/core/candidate.ts'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { type FakeCloud, startFakeCloud } from '../fake/fake-cloud.ts'
import { type FakeVertexOptions, fakeVertex } from '../fake/fake-vertex.ts'
import { noCredentials } from '../fake/no-credentials.ts'

export const RUN = '20261124151353-9f3b2c'

export const CANDIDATE: VertexCandidate = {
  platform: 'vertex',
  name: 'vertex n1-standard-4',
  region: 'us-central1',
  machineType: 'n1-standard-4',
  threads: 1,
  minReplicas: 1,
  maxReplicas: 10,
}

export const SETTINGS: DeploySettings = {
  project: 'p',
  image: 'us-central1-docker.pkg.dev/p/plimsoll/half:1',
  port: 8080,
  predictPath: '/predict',
  healthPath: '/health',
  parallel: 4,
  maxReplicas: 5,
  expiryMs: 3_600_000,
  readyTimeoutMs: 5000,
  callTimeoutMs: 2000,
  pollMs: 2,
  endpoints: {},
}

export function orderFor(settings: DeploySettings = SETTINGS): DeployOrder {
  return {
    settings,
    run: RUN,
    key: 'c1',
    labels: runLabels(RUN, 1_800_000_000),
    image: settings.image,
    requestTimeoutMs: 5000,
    modelSha256: 'ab'.repeat(32),
  }
}

/** A fake cloud that offers Vertex AI, gone after each test. */
export function vertexTests() {
  const open: { fake?: FakeCloud; cloud?: Cloud } = {}
  afterEach(async () => {
    await open.cloud?.close()
    await open.fake?.close()
  })
  return async (options: FakeVertexOptions, settings: Partial<DeploySettings> = {}) => {
    open.fake = await startFakeCloud(fakeVertex(options))
    const all = { ...SETTINGS, endpoints: open.fake.endpoints, ...settings }
    open.cloud = openCloud(all, noCredentials)
    return { fake: open.fake, cloud: open.cloud, order: orderFor(all) }
  }
}
