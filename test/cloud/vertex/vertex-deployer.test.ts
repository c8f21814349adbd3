import { describe, expect, test } from 'vitest'
import { failureOf, wordsOf } from '../../../src/cloud/call-error.ts'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import type { DeployOrder } from '../../../src/cloud/deployer.ts'
import type { PlannedResource } from '../../../src/cloud/resource.ts'
import { vertexDeployer } from '../../../src/cloud/vertex/index.ts'
import type { VertexCandidate } from '../../../src/core/candidate.ts'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { l4, t4, vertex } from '../../fixtures/candidates.ts'
import { deployOrder, deploySettings, RUN } from '../../fixtures/deploy.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { HALF_PLUS_THREE, writeTinyModel } from '../../serving/tiny-model.ts'
import { type FakeVertexSettings, fakeVertex } from '../fake/fake-vertex.ts'
import { inferenceServers, post } from '../fake/inference.ts'
import { type Stage, type StageOrder, stage } from '../fake/stage.ts'

const CANDIDATE = vertex()
const IMAGE = deploySettings().image
const id = `plimsoll-${RUN}-c1`
const parent = 'projects/fake-project/locations/us-central1'

function begin(
  some: Partial<DeploySettings> = {},
  more: Partial<StageOrder> & { fake?: FakeVertexSettings } = {},
) {
  const { fake: how, ...rest } = more
  return stage({
    deployer: vertexDeployer,
    platform: (parts) => fakeVertex(parts, how),
    settings: some,
    ...rest,
  })
}

function deploy(
  { order, scope }: Stage,
  candidate: VertexCandidate = CANDIDATE,
  some: Partial<DeployOrder> = {},
) {
  return vertexDeployer.deploy(candidate, { ...order, ...some }, scope)
}

function failureOfDeploy(on: Stage, candidate?: VertexCandidate) {
  return deploy(on, candidate).then(
    () => undefined,
    (reason: unknown) => reason,
  )
}

/** What is planned of a kind, and the kind. */
function planned({ order }: Stage, key: string) {
  const resource = vertexDeployer.plan(CANDIDATE, order).resources.find(({ kind }) => kind === key)
  const kind = vertexDeployer.kinds.find((each) => each.kind === key)
  if (!resource || !kind) throw new Error(`no ${key} is planned`)
  return {
    resource,
    describe: (cloud: Cloud) => kind.describe(resource, cloud),
    remove: (cloud: Cloud) => kind.delete(resource, cloud),
  }
}

function request({ fake }: Stage, method: string): unknown {
  return fake.project.calls.find(({ what }) => what.endsWith(`/${method}`))?.request
}

describe('a Vertex AI deployment', () => {
  test('answers at the DNS name of its own endpoint, by access token', async () => {
    const half = writeTinyModel(temporaryFolder(), 'half', HALF_PLUS_THREE)
    const on = await begin({}, { serve: inferenceServers(half) })
    const { url, auth } = await deploy(on)
    expect(auth).toEqual({ kind: 'access-token' })
    expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/v1/${parent}/endpoints/${id}:rawPredict$`))
    const { value } = on.tokens.mint()
    expect(JSON.parse((await post(url, '{"instances":[1]}', value)).text)).toEqual({ predictions: [3.5] })
    expect((await post(url, '{"instances":[1]}', 'another')).status).toBe(401)
    const { steps } = vertexDeployer.plan(CANDIDATE, on.order)
    expect(on.scope.steps.map(({ step }) => step)).toEqual(steps.map(({ step }) => step))
    expect(await on.remove()).toEqual([])
    expect(on.fake.project.inventory.names).toEqual([])
  })

  test('is asked for with the candidate’s machine, replicas, GPU, purchase and targets', async () => {
    const on = await begin({ serviceAccount: 'runs@p.iam.gserviceaccount.com', readyTimeoutMs: 900_000 })
    const spot = vertex({ machineType: 'g2-standard-4', purchase: 'spot', minReplicas: 2 })
    await deploy(on, spot, { targetUtilization: 0.75 })
    const target = (metric: string) => ({
      metricName: `aiplatform.googleapis.com/prediction/online/${metric}`,
      target: 75,
    })
    expect(request(on, 'DeployModel')).toMatchObject({
      endpoint: `${parent}/endpoints/${id}`,
      trafficSplit: { '0': 100 },
      deployedModel: {
        model: `${parent}/models/${id}`,
        serviceAccount: 'runs@p.iam.gserviceaccount.com',
        dedicatedResources: {
          machineSpec: { machineType: 'g2-standard-4', acceleratorType: 'NVIDIA_L4', acceleratorCount: 1 },
          minReplicaCount: 2,
          maxReplicaCount: 2,
          spot: true,
          autoscalingMetricSpecs: [target('cpu/utilization'), target('accelerator/duty_cycle')],
        },
      },
    })
    expect(request(on, 'CreateEndpoint')).toMatchObject({
      endpointId: id,
      endpoint: { dedicatedEndpointEnabled: true, labels: on.order.labels },
    })
    expect(request(on, 'UploadModel')).toMatchObject({
      modelId: id,
      model: {
        labels: on.order.labels,
        artifactUri: 'gs://fake-bucket',
        containerSpec: {
          imageUri: IMAGE,
          ports: [{ containerPort: 8080 }],
          predictRoute: '/predict',
          healthRoute: '/health',
          deploymentTimeout: { seconds: '900' },
        },
      },
    })
  })

  test('is found by its labels in whichever region it is, with what it costs', async () => {
    const on = await begin()
    const elsewhere = vertex({ region: 'europe-west4' })
    await deploy(on, elsewhere)
    const { resources } = vertexDeployer.plan(elsewhere, on.order)
    const byName = (one: PlannedResource, other: PlannedResource) => one.name.localeCompare(other.name)
    const found = await on.find()
    const labels = { run: RUN, expiresS: 1_800_000_000 }
    expect(found.toSorted(byName)).toEqual(resources.map((each) => ({ ...each, ...labels })).toSorted(byName))
    expect(await on.find({ regions: ['us-east1'] })).toEqual([])
    // Vertex AI is not offered in the first.
    expect(await on.find({ regions: ['us-south1', 'europe-west4'] })).toHaveLength(3)
  })

  test.each(['vertex-model', 'vertex-endpoint'])('is refused to be deleted from below: %s', async (key) => {
    const on = await begin()
    await deploy(on)
    const refused = await planned(on, key)
      .remove(on.cloud)
      .catch((error: unknown) => error)
    expect(failureOf(refused)).toBe('conflict')
  })
})

describe('a Vertex AI deployment that is under way', () => {
  test('is there for whoever looks, and is cancelled by deleting it', async () => {
    const on = await begin()
    on.fake.project.behaviour.operation = (verb) => (verb === 'deployModel' ? 'never' : undefined)
    const arrived = on.arrival('/DeployModel')
    const deploying = failureOfDeploy(on)
    await arrived
    const { resource, describe: look } = planned(on, 'vertex-deployment')
    expect(await look(on.cloud)).toMatchObject({ name: resource.name, run: RUN })
    expect((await on.find()).map(({ name }) => name)).toContain(resource.name)
    expect(await on.remove()).toEqual([])
    expect(await look(on.cloud)).toBeNull()
    expect(on.fake.project.inventory.names).toEqual([])
    expect(wordsOf(await deploying)).toContain('cancelled')
  })

  test('is undeployed once its operation ends, when it cannot be cancelled', async () => {
    const on = await begin({}, { fake: { uncancellable: true } })
    on.fake.project.behaviour.operation = (verb) => (verb === 'deployModel' ? { ms: 300 } : undefined)
    const arrived = on.arrival('/DeployModel')
    const deploying = failureOfDeploy(on)
    await arrived
    expect(await on.remove()).toEqual([])
    await deploying
    expect(on.fake.project.inventory.names).toEqual([])
  })

  test('is named as left when it neither ends nor can be cancelled', async () => {
    const on = await begin({ readyTimeoutMs: 400, pollMs: 2 }, { fake: { uncancellable: true } })
    on.fake.project.behaviour.operation = (verb) => (verb === 'deployModel' ? 'never' : undefined)
    await failureOfDeploy(on)
    const left = await on.remove()
    const { resource } = planned(on, 'vertex-deployment')
    expect(left.map(({ resource: { name } }) => name)).toContain(resource.name)
  }, 60_000)

  test.each([
    ['createEndpoint', 'vertex-endpoint'],
    ['uploadModel', 'vertex-model'],
  ])('leaves nothing when it stopped during %s, which took effect later', async (slow, key) => {
    const on = await begin()
    on.fake.project.behaviour.operation = (verb) => (verb === slow ? { ms: 300 } : undefined)
    const arrived = on.arrival(slow.slice(1))
    void failureOfDeploy(on)
    await arrived
    await planned(on, key).remove(on.cloud)
    await on.fake.project.operations.settle()
    expect(on.fake.project.inventory.list(key)).toEqual([])
  })
})

describe('a failure of Vertex AI', () => {
  test.each([
    [8, 'The following quotas are exceeded: CustomModelServingCPUsPerProjectPerRegion', 'quota'],
    [14, 'Machine type temporarily unavailable, please deploy with a different machine type.', 'unavailable'],
  ] as const)('with code %i comes with the platform’s own words', async (code, message, failure) => {
    const on = await begin()
    on.fake.project.behaviour.operation = (verb) =>
      verb === 'deployModel' ? { ms: 0, code, message } : undefined
    const error = await failureOfDeploy(on)
    expect([failureOf(error), wordsOf(error)]).toEqual([failure, message])
  })

  test('says that the container never became healthy', async () => {
    const on = await begin({}, { serve: async () => Promise.reject(new Error('exit code 1')) })
    expect(wordsOf(await failureOfDeploy(on))).toMatch(/^Model server never became ready/)
  })

  test('says that the image is not there, before an endpoint is created', async () => {
    const on = await begin({}, { fake: { imageExists: () => false } })
    expect(wordsOf(await failureOfDeploy(on))).toContain(`Image ${IMAGE} not found`)
    expect(on.fake.project.inventory.names).toEqual([])
  })

  test('names a machine type that is not offered', async () => {
    const on = await begin()
    const error = await failureOfDeploy(on, vertex({ machineType: 'n4-standard-4' }))
    expect(wordsOf(error)).toContain('Machine type "n4-standard-4" is not supported')
  })

  test('names the permission that is missing', async () => {
    const on = await begin()
    const { permissions } = vertexDeployer.requirements(CANDIDATE, on.order)
    on.fake.project.behaviour.permissions = new Set(permissions.filter((each) => !each.endsWith('.deploy')))
    const error = await failureOfDeploy(on)
    expect(failureOf(error)).toBe('denied')
    expect(wordsOf(error)).toContain("'aiplatform.endpoints.deploy'")
  })
})

describe('what Vertex AI requires', () => {
  test('is enough to deploy, find and delete with', async () => {
    const on = await begin()
    const { permissions } = vertexDeployer.requirements(CANDIDATE, on.order)
    on.fake.project.behaviour.permissions = new Set(permissions)
    await deploy(on)
    expect(await on.find()).toHaveLength(3)
    expect(await on.remove()).toEqual([])
  })

  test('counts quota for the most replicas', () => {
    const gpu = vertex({ machineType: 'n1-standard-8', accelerator: { ...t4, count: 2 } })
    const { quotas } = vertexDeployer.requirements(gpu, deployOrder())
    const of = { of: 'service', service: 'aiplatform.googleapis.com', region: 'us-central1' }
    expect(quotas).toEqual([
      { ...of, quotaId: 'CustomModelServingCPUsPerProjectPerRegion', amount: 16 },
      { ...of, quotaId: 'CustomModelServingT4GPUsPerProjectPerRegion', amount: 4 },
    ])
    const [, l4s] = vertexDeployer.requirements(
      vertex({ machineType: 'g2-standard-4', accelerator: l4 }),
      deployOrder(),
    ).quotas
    expect(l4s).toMatchObject({ quotaId: 'CustomModelServingL4GPUsPerProjectPerRegion', amount: 2 })
  })

  test('is an image, in the region of the candidate', () => {
    const { image, problems } = vertexDeployer.requirements(CANDIDATE, deployOrder())
    expect([image, problems]).toEqual([{ uri: IMAGE, region: 'us-central1' }, []])
    const { image: none, problems: some } = vertexDeployer.requirements(
      CANDIDATE,
      deployOrder({ image: undefined }),
    )
    expect(none).toBeUndefined()
    expect(some).toHaveLength(1)
  })
})

describe('a plan for Vertex AI', () => {
  test('bills the nodes, from the fewest to the most, and says what it leaves out', () => {
    const { notes, resources } = vertexDeployer.plan(CANDIDATE, deployOrder())
    expect(notes).toEqual(['at most 2 of 10 replicas (deploy.maxReplicas)'])
    const lines = resources.map(({ hourly: { least, most } }) =>
      [least, most].map((some) => some[0]?.quantity),
    )
    expect(lines).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['1', '2'],
    ])
    expect(resources.at(-1)?.hourly.most[0]).toMatchObject({
      resource: 'vertex/machine/n1-standard-4',
      unit: 'node-hour',
      region: 'us-central1',
    })
  })
})
