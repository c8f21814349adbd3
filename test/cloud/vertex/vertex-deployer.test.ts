import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { failureOf, wordsOf } from '../../../src/cloud/call-error.ts'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import type { FoundResource } from '../../../src/cloud/resource.ts'
import { vertexDeployer } from '../../../src/cloud/vertex/deployer.ts'
import type { VertexCandidate } from '../../../src/core/candidate.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { HALF_PLUS_THREE, writeTinyModel } from '../../serving/tiny-model.ts'
import type { FakeCloud } from '../fake/fake-cloud.ts'
import { serveForReal } from '../fake/live-model.ts'
import { plainScope } from '../fake/plain-scope.ts'
import { CANDIDATE, orderFor, RUN, SETTINGS, vertexTests } from './vertex-cloud.ts'

const begin = vertexTests()
const noServer = { serve: async () => Promise.reject(new Error('no server')) }
const idle = { serve: async () => ({ origin: 'http://127.0.0.1:1', stop: async () => undefined }) }
const name = `plimsoll-${RUN}-c1`
const parent = 'projects/p/locations/us-central1'

/** Resolves when a call of a method comes in. */
function arrival({ project }: FakeCloud, method: string): Promise<void> {
  return new Promise((resolve) => {
    project.behaviour.onCall = ({ what }) => what.endsWith(`/${method}`) && resolve()
  })
}

/** As the engine does it: kind by kind, what is found is deleted, until a listing shows nothing. */
async function deleteAll(cloud: Cloud): Promise<FoundResource[]> {
  for (const kind of vertexDeployer.kinds) {
    for (const each of await kind.find({ run: RUN }, cloud)) await kind.delete(each, cloud)
  }
  return findAll(cloud)
}

async function findAll(cloud: Cloud, search = {}): Promise<FoundResource[]> {
  const found = await Promise.all(vertexDeployer.kinds.map((kind) => kind.find(search, cloud)))
  return found.flat()
}

async function failureOfDeploy(cloud: Cloud, candidate: VertexCandidate, order = orderFor(cloud.settings)) {
  return vertexDeployer.deploy(candidate, order, plainScope(cloud)).then(
    () => undefined,
    (reason: unknown) => reason,
  )
}

describe('a Vertex AI deployment', () => {
  test('answers at the DNS name of its own endpoint, and is gone after it is deleted', async () => {
    const half = writeTinyModel(temporaryFolder(), 'half', HALF_PLUS_THREE)
    const { fake, cloud, order } = await begin({
      serve: () => serveForReal(half),
      refuse: (authorization) =>
        authorization === 'Bearer test-access-token' ? undefined : { status: 401, message: 'no' },
    })
    const scope = plainScope(cloud)
    const deployment = await vertexDeployer.deploy(CANDIDATE, order, scope)
    expect(deployment.auth).toEqual({ kind: 'access-token' })
    expect(deployment.url).toMatch(
      new RegExp(`^http://127\\.0\\.0\\.1:\\d+/v1/${parent}/endpoints/${name}:rawPredict$`),
    )
    const ask = (token: string) =>
      fetch(deployment.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{"instances":[1]}',
      })
    expect(await (await ask('test-access-token')).json()).toEqual({ predictions: [3.5] })
    expect((await ask('another')).status).toBe(401)
    expect(scope.created).toEqual(vertexDeployer.plan(CANDIDATE, order).resources.map((each) => each.name))
    expect(scope.steps).toEqual(vertexDeployer.plan(CANDIDATE, order).steps.map(({ step }) => step))
    expect(await deleteAll(cloud)).toEqual([])
    expect(fake.project.inventory.names).toEqual([])
  })

  test('is asked for with the candidate’s machine, replicas, GPU, purchase and targets', async () => {
    const { fake, cloud, order } = await begin(idle, { serviceAccount: 'runs@p.iam.gserviceaccount.com' })
    const candidate: VertexCandidate = {
      ...CANDIDATE,
      machineType: 'g2-standard-4',
      accelerator: { type: 'nvidia-l4', count: 1 },
      purchase: 'spot',
      minReplicas: 2,
    }
    await vertexDeployer.deploy(candidate, { ...order, targetUtilization: 0.75 }, plainScope(cloud))
    const asked = (what: string) =>
      fake.project.calls.find((call) => call.what.endsWith(what))?.request as Record<string, unknown>
    const target = (metric: string) => ({
      metricName: `aiplatform.googleapis.com/prediction/online/${metric}`,
      target: 75,
    })
    expect(asked('/DeployModel')).toMatchObject({
      endpoint: `${parent}/endpoints/${name}`,
      trafficSplit: { '0': 100 },
      deployedModel: {
        model: `${parent}/models/${name}`,
        serviceAccount: 'runs@p.iam.gserviceaccount.com',
        dedicatedResources: {
          machineSpec: { machineType: 'g2-standard-4', acceleratorType: 'NVIDIA_L4', acceleratorCount: 1 },
          minReplicaCount: 2,
          maxReplicaCount: 5,
          spot: true,
          autoscalingMetricSpecs: [target('cpu/utilization'), target('accelerator/duty_cycle')],
        },
      },
    })
    expect(asked('/CreateEndpoint')).toMatchObject({
      endpointId: name,
      endpoint: { dedicatedEndpointEnabled: true, labels: order.labels },
    })
    expect(asked('/UploadModel')).toMatchObject({
      modelId: name,
      model: {
        labels: order.labels,
        containerSpec: {
          imageUri: SETTINGS.image,
          ports: [{ containerPort: 8080 }],
          predictRoute: '/predict',
          healthRoute: '/health',
          deploymentTimeout: { seconds: '5' },
        },
      },
    })
  })

  test('copies the folder of the model where the image does not hold it', async () => {
    const { fake, cloud, order } = await begin(idle, { modelUri: 'gs://models/ocr/det.onnx' })
    await vertexDeployer.deploy(CANDIDATE, order, plainScope(cloud))
    const [upload] = fake.project.calls.filter(({ what }) => what.endsWith('/UploadModel'))
    expect(upload?.request).toMatchObject({ model: { artifactUri: 'gs://models/ocr' } })
  })

  test('is found by its labels in whichever region it is, with what it costs', async () => {
    const { cloud, order } = await begin(idle)
    const elsewhere = { ...CANDIDATE, region: 'europe-west4' }
    await vertexDeployer.deploy(elsewhere, order, plainScope(cloud))
    const planned = vertexDeployer.plan(elsewhere, order).resources
    const found = await findAll(cloud)
    expect(found.map((each) => each.name).sort()).toEqual(planned.map((each) => each.name).sort())
    for (const each of found) {
      const { hourly } = planned.find((one) => one.name === each.name) ?? {}
      expect(each).toMatchObject({ run: RUN, expiresS: 1_800_000_000, region: 'europe-west4', hourly })
    }
    expect(await findAll(cloud, { run: '20200101000000-000000' })).toEqual([])
    expect(await findAll(cloud, { regions: ['us-east1'] })).toEqual([])
    expect(await findAll(cloud, { regions: ['us-south1', 'europe-west4'] })).toHaveLength(3)
  })

  test('is described as it is, and not at all once it is gone', async () => {
    const { cloud, order } = await begin(idle)
    await vertexDeployer.deploy(CANDIDATE, order, plainScope(cloud))
    const { resources } = vertexDeployer.plan(CANDIDATE, order)
    const describeAll = () =>
      Promise.all(
        resources.map((each) =>
          vertexDeployer.kinds.find(({ kind }) => kind === each.kind)?.describe(each, cloud),
        ),
      )
    expect(await describeAll()).toEqual(
      resources.map((each) => ({ ...each, run: RUN, expiresS: 1_800_000_000 })),
    )
    await deleteAll(cloud)
    expect(await describeAll()).toEqual([null, null, null])
  })

  test('is deleted a second time without an error', async () => {
    const { cloud, order } = await begin(idle)
    await vertexDeployer.deploy(CANDIDATE, order, plainScope(cloud))
    await deleteAll(cloud)
    const { resources } = vertexDeployer.plan(CANDIDATE, order)
    for (const kind of vertexDeployer.kinds) {
      const resource = resources.find((each) => each.kind === kind.kind)
      if (resource) await expect(kind.delete(resource, cloud)).resolves.toBeUndefined()
    }
  })

  test('is not deleted in an order that the platform refuses', async () => {
    const { cloud, order } = await begin(idle)
    await vertexDeployer.deploy(CANDIDATE, order, plainScope(cloud))
    const { resources } = vertexDeployer.plan(CANDIDATE, order)
    for (const kind of ['vertex-model', 'vertex-endpoint']) {
      const resource = resources.find((each) => each.kind === kind)
      const one = vertexDeployer.kinds.find((each) => each.kind === kind)
      const refused = await (resource && one?.delete(resource, cloud))?.catch((error: unknown) => error)
      expect(failureOf(refused)).toBe('conflict')
    }
  })
})

describe('a Vertex AI deployment that is under way', () => {
  test('is there for whoever looks, and is cancelled by deleting it', async () => {
    const { fake, cloud, order } = await begin(idle)
    fake.project.behaviour.operation = (verb) => (verb === 'deployModel' ? 'never' : undefined)
    const arrived = arrival(fake, 'DeployModel')
    void vertexDeployer.deploy(CANDIDATE, order, plainScope(cloud)).catch(() => undefined)
    const [deployment] = vertexDeployer.kinds
    const planned = vertexDeployer.plan(CANDIDATE, order).resources.at(-1)
    if (!deployment || !planned) throw new Error('nothing planned')
    await arrived
    expect(await deployment.describe(planned, cloud)).toMatchObject({ name: planned.name, run: RUN })
    const refused = await deployment.delete(planned, cloud).catch((error: unknown) => error)
    expect(failureOf(refused)).toBe('conflict')
    expect(await deployment.describe(planned, cloud)).toBeNull()
    expect(await deleteAll(cloud)).toEqual([])
    expect(fake.project.inventory.names).toEqual([])
  })

  test('is undeployed once its operation ends, when it cannot be cancelled', async () => {
    const { fake, cloud, order } = await begin({ ...idle, uncancellable: true })
    fake.project.behaviour.operation = (verb) => (verb === 'deployModel' ? { ms: 200 } : undefined)
    const arrived = arrival(fake, 'DeployModel')
    const deploying = vertexDeployer.deploy(CANDIDATE, order, plainScope(cloud))
    const [deployment] = vertexDeployer.kinds
    const planned = vertexDeployer.plan(CANDIDATE, order).resources.at(-1)
    if (!deployment || !planned) throw new Error('nothing planned')
    await arrived
    const refused = await deployment.delete(planned, cloud).catch((error: unknown) => error)
    expect(failureOf(refused)).toBe('conflict')
    await deploying
    await deployment.delete(planned, cloud)
    expect(await deployment.describe(planned, cloud)).toBeNull()
  })

  test('is there before its endpoint is', async () => {
    const { fake, cloud, order } = await begin(idle)
    fake.project.behaviour.operation = (verb) => (verb === 'createEndpoint' ? 'never' : undefined)
    const arrived = arrival(fake, 'CreateEndpoint')
    void vertexDeployer.deploy(CANDIDATE, order, plainScope(cloud)).catch(() => undefined)
    const kind = vertexDeployer.kinds.find((each) => each.kind === 'vertex-endpoint')
    const planned = vertexDeployer.plan(CANDIDATE, order).resources[1]
    if (!kind || !planned) throw new Error('nothing planned')
    await arrived
    expect(await kind.describe(planned, cloud)).toMatchObject({ name: planned.name, run: RUN })
    const refused = await kind.delete(planned, cloud).catch((error: unknown) => error)
    expect(failureOf(refused)).toBe('conflict')
  })
})

describe('a failure of Vertex AI', () => {
  test.each([
    [
      'deployModel',
      8,
      'The following quotas are exceeded: CustomModelServingCPUsPerProjectPerRegion',
      'quota',
    ],
    [
      'deployModel',
      14,
      'Machine type temporarily unavailable, please deploy with a different machine type.',
      'unavailable',
    ],
  ] as const)(
    'of %s with code %i comes with the platform’s own words',
    async (verb, code, message, failure) => {
      const { fake, cloud } = await begin(idle)
      fake.project.behaviour.operation = (each) => (each === verb ? { ms: 0, code, message } : undefined)
      const error = await failureOfDeploy(cloud, CANDIDATE)
      expect([failureOf(error), wordsOf(error)]).toEqual([failure, message])
    },
  )

  test('says that the container never became healthy', async () => {
    const { cloud } = await begin(noServer)
    expect(wordsOf(await failureOfDeploy(cloud, CANDIDATE))).toMatch(/^Model server never became ready/)
  })

  test('says that the image is not there, before an endpoint is created', async () => {
    const { fake, cloud } = await begin({ ...idle, imageExists: () => false })
    expect(wordsOf(await failureOfDeploy(cloud, CANDIDATE))).toContain(`Image ${SETTINGS.image} not found`)
    expect(fake.project.inventory.names).toEqual([])
  })

  test('names a machine type that is not offered', async () => {
    const { cloud } = await begin(idle)
    const error = await failureOfDeploy(cloud, { ...CANDIDATE, machineType: 'n4-standard-4' })
    expect(wordsOf(error)).toContain('Machine type "n4-standard-4" is not supported')
  })

  test('names the permission that is missing', async () => {
    const { fake, cloud } = await begin(idle)
    const { permissions } = vertexDeployer.requirements(CANDIDATE, orderFor())
    fake.project.behaviour.permissions = new Set(permissions.filter((each) => !each.endsWith('.deploy')))
    const error = await failureOfDeploy(cloud, CANDIDATE)
    expect([failureOf(error), wordsOf(error)]).toEqual([
      'denied',
      expect.stringContaining("'aiplatform.endpoints.deploy'"),
    ])
    expect(status.PERMISSION_DENIED).toBe(7)
  })
})

describe('what Vertex AI requires', () => {
  test('is all that planning, deploying, finding and deleting call for', async () => {
    const { fake, cloud, order } = await begin(idle)
    fake.project.behaviour.permissions = new Set(vertexDeployer.requirements(CANDIDATE, order).permissions)
    await vertexDeployer.deploy(CANDIDATE, order, plainScope(cloud))
    expect(await deleteAll(cloud)).toEqual([])
  })

  test('counts quota for the most replicas', () => {
    const gpu = {
      ...CANDIDATE,
      machineType: 'n1-standard-8',
      accelerator: { type: 'nvidia-tesla-t4', count: 2 },
    }
    expect(vertexDeployer.requirements(gpu, orderFor()).quotas).toEqual([
      {
        of: 'service',
        service: 'aiplatform.googleapis.com',
        quotaId: 'CustomModelServingCPUsPerProjectPerRegion',
        region: 'us-central1',
        amount: 40,
      },
      {
        of: 'service',
        service: 'aiplatform.googleapis.com',
        quotaId: 'CustomModelServingT4GPUsPerProjectPerRegion',
        region: 'us-central1',
        amount: 10,
      },
    ])
  })

  test('is an image, in the region of the candidate', () => {
    const { image: _, ...settings } = SETTINGS
    expect(vertexDeployer.requirements(CANDIDATE, orderFor()).image).toEqual({
      uri: SETTINGS.image,
      region: 'us-central1',
    })
    const { problems } = vertexDeployer.requirements(CANDIDATE, orderFor(settings))
    expect(problems).toEqual([
      {
        message: expect.stringContaining('container image'),
        hint: expect.stringContaining('plimsoll package'),
      },
    ])
  })
})

describe('a plan for Vertex AI', () => {
  test('bills the nodes, from the fewest to the most, and says what it leaves out', () => {
    const plan = vertexDeployer.plan(CANDIDATE, orderFor())
    expect(plan.notes).toEqual(['at most 5 of 10 replicas while it is measured'])
    const quantities = plan.resources.map(({ hourly }) =>
      [hourly.least, hourly.most].map(([line]) => line?.quantity),
    )
    expect(quantities).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['1', '5'],
    ])
    expect(plan.resources.at(-1)?.hourly.most[0]).toMatchObject({
      resource: 'vertex/machine/n1-standard-4',
      unit: 'node-hour',
      region: 'us-central1',
    })
  })
})
