import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { failureOf, wordsOf } from '../../../src/cloud/call-error.ts'
import { bundleOf } from '../../../src/cloud/functions/bundle.ts'
import { functionsDeployer } from '../../../src/cloud/functions/index.ts'
import type { FunctionsCandidate } from '../../../src/core/candidate.ts'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { cloudFunction } from '../../fixtures/candidates.ts'
import { deployOrder, deploySettings, RUN } from '../../fixtures/deploy.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { HALF_PLUS_THREE, writeTinyModel } from '../../serving/tiny-model.ts'
import { type FakeFunctionsSettings, fakeFunctions } from '../fake/fake-functions.ts'
import { post } from '../fake/inference.ts'
import { type Stage, stage } from '../fake/stage.ts'
import { runSource } from './run-source.ts'

const SECOND = cloudFunction({ generation: 2 })
const FIRST = cloudFunction({ generation: 1 })
const parent = 'projects/fake-project/locations/us-central1'
const id = `plimsoll-${RUN}-c1`
const bundle = `projects/_/buckets/fake-bucket/objects/${id}.zip`

function begin(fake: FakeFunctionsSettings = {}, settings: Partial<DeploySettings> = {}) {
  return stage({ deployer: functionsDeployer, platform: (parts) => fakeFunctions(parts, fake), settings })
}

function deploy({ order, scope }: Stage, candidate: FunctionsCandidate) {
  return functionsDeployer.deploy(candidate, order, scope)
}

function failureOfDeploy(on: Stage, candidate: FunctionsCandidate) {
  return deploy(on, candidate).then(
    () => undefined,
    (reason: unknown) => reason,
  )
}

function request({ fake }: Stage, method: string): unknown {
  return fake.project.calls.find(({ what }) => what.endsWith(`/${method}`))?.request
}

describe.each([
  ['1st', FIRST],
  ['2nd', SECOND],
] as const)('a function of the %s generation', (_, candidate) => {
  test('runs the source that was uploaded, which fetches the model at its first request', async () => {
    const model = readFileSync(writeTinyModel(temporaryFolder(), 'model', HALF_PLUS_THREE))
    let storage = ''
    const on = await begin({
      model,
      run: (zip, environment) => runSource(zip, { ...environment, STORAGE_EMULATOR_HOST: storage }),
    })
    storage = `http://127.0.0.1:${on.fake.restPort}`
    const { url, auth, chill } = await deploy(on, candidate)
    expect(auth).toEqual({ kind: 'id-token', audience: new URL(url).origin })
    const token = on.tokens.mint(new URL(url).origin).value
    const ask = async () => JSON.parse((await post(url, '{"instances":[1]}', token)).text)
    const fetches = () => on.fake.project.calls.filter(({ what }) => what.endsWith('/o/model.onnx')).length
    expect(await Promise.all([ask(), ask()])).toEqual([{ predictions: [3.5] }, { predictions: [3.5] }])
    expect(fetches()).toBe(1)
    await chill?.()
    expect(await ask()).toEqual({ predictions: [3.5] })
    expect(fetches()).toBe(2)
    expect((await post(url, '{"instances":[1]}')).status).toBe(401)
    expect(await on.remove()).toEqual([])
    expect(on.fake.project.inventory.names).toEqual([])
  })

  test('can be started afresh only where it scales to zero', async () => {
    const on = await begin()
    expect((await deploy(on, { ...candidate, minReplicas: 1 })).chill).toBeUndefined()
  })

  test('leaves neither function nor source when its build fails', async () => {
    const on = await begin()
    on.fake.project.behaviour.operation = (verb) =>
      verb === 'create' ? { ms: 1, code: 3, message: 'Build failed with status: FAILURE' } : undefined
    expect(wordsOf(await failureOfDeploy(on, candidate))).toBe('Build failed with status: FAILURE')
    expect(on.fake.project.inventory.names).toHaveLength(2)
    expect(await on.remove()).toEqual([])
    expect(on.fake.project.inventory.names).toEqual([])
  })

  test('needs no permission but those that it names', async () => {
    const on = await begin()
    const { permissions } = functionsDeployer.requirements(candidate, on.order)
    on.fake.project.behaviour.permissions = new Set(permissions)
    const { chill } = await deploy(on, candidate)
    await chill?.()
    expect(await on.find()).toHaveLength(2)
    expect(await on.remove()).toEqual([])
  })

  test('is refused where a region cannot be looked into: nobody knows what it holds', async () => {
    const on = await begin({ unreachable: ['europe-west1'] })
    const [second, first] = functionsDeployer.kinds
    const kind = candidate.generation === 1 ? first : second
    await expect(kind?.find({}, on.cloud)).rejects.toThrow('europe-west1')
  })
})

describe('what a function is asked for with', () => {
  test('are the candidate’s size, instances and concurrency, in the 2nd generation', async () => {
    const on = await begin({}, { serviceAccount: 'runs@p.iam.gserviceaccount.com' })
    const { minReplicas: _, ...candidate } = SECOND
    await deploy(on, { ...candidate, minReplicas: 1, memoryMib: 4096, vcpus: 2, concurrency: 8 })
    expect(request(on, 'CreateFunction')).toMatchObject({
      parent,
      functionId: id,
      function: {
        labels: on.order.labels,
        environment: 'GEN_2',
        buildConfig: {
          runtime: 'nodejs22',
          entryPoint: 'predict',
          source: { storageSource: { bucket: 'fake-bucket', object: `${id}.zip` } },
        },
        serviceConfig: {
          availableMemory: '4096Mi',
          availableCpu: '2',
          maxInstanceRequestConcurrency: 8,
          minInstanceCount: 1,
          maxInstanceCount: 2,
          timeoutSeconds: 60,
          environmentVariables: { MODEL_URI: 'gs://fake-bucket/model.onnx' },
          serviceAccountEmail: 'runs@p.iam.gserviceaccount.com',
        },
      },
    })
  })

  test('are its memory and instances in the 1st generation, which has no concurrency', async () => {
    const on = await begin()
    await deploy(on, FIRST)
    expect(request(on, 'CreateFunction')).toMatchObject({
      location: parent,
      function: {
        name: `${parent}/functions/${id}`,
        labels: on.order.labels,
        sourceArchiveUrl: `gs://fake-bucket/${id}.zip`,
        runtime: 'nodejs22',
        availableMemoryMb: 2048,
        maxInstances: 2,
        httpsTrigger: { securityLevel: 'SECURE_ALWAYS' },
      },
    })
  })
})

describe('the source of a function', () => {
  test('is the same bytes each time, and small: the model stays where it is', async () => {
    const [one, other] = await Promise.all([bundleOf(SECOND, deployOrder()), bundleOf(SECOND, deployOrder())])
    expect(one.equals(other)).toBe(true)
    expect(one.length).toBeLessThan(2 ** 20)
  })

  test('is uploaded with the caller’s own token: no URL that would let anybody else in is made', async () => {
    const on = await begin()
    await deploy(on, SECOND)
    const calls = on.fake.project.calls.map(({ what }) => what)
    expect(calls).toContain('POST /upload/storage/v1/b/fake-bucket/o')
    expect(calls.join()).not.toContain('GenerateUploadUrl')
  })

  test('is found by its name in every bucket of the project', async () => {
    const on = await begin()
    await deploy(on, SECOND)
    const found = await on.find()
    expect(found.map(({ name }) => name).toSorted()).toEqual([bundle, `${parent}/functions/${id}`])
    const { modelUri: _, ...settings } = deploySettings({ endpoints: on.fake.endpoints })
    const kind = functionsDeployer.kinds.at(-1)
    const elsewhere = { ...on.cloud, settings }
    expect((await kind?.find({ run: RUN }, elsewhere))?.map(({ name }) => name)).toEqual([bundle])
    expect(await kind?.find({ run: '20200101000000-abcdef' }, elsewhere)).toEqual([])
  })

  test('cannot be put into a bucket that is not there, and that says so', async () => {
    const on = await begin({}, { modelUri: 'gs://another/model.onnx' })
    const error = await failureOfDeploy(on, SECOND)
    expect([failureOf(error), wordsOf(error)]).toEqual(['not-found', 'The specified bucket does not exist.'])
  })
})

describe('a plan for Cloud Functions', () => {
  test('wants to know where the model is', () => {
    const { modelUri: _, ...settings } = deploySettings()
    const { problems } = functionsDeployer.requirements(SECOND, deployOrder({ settings }))
    expect(problems.map(({ hint }) => hint)).toEqual([expect.stringContaining('deploy.modelUri')])
  })

  test('bills nothing at rest without minimum instances, and all instances at most', () => {
    const quantities = (candidate: FunctionsCandidate, end: 'least' | 'most') =>
      functionsDeployer
        .plan(candidate, deployOrder())
        .resources.at(-1)
        ?.hourly[end].map(({ resource, quantity }) => [resource, quantity])
    expect(quantities(FIRST, 'least')?.every(([, quantity]) => quantity === '0')).toBe(true)
    // 2 instances for an hour: 2.4 GHz and 2 GiB each.
    expect(quantities(FIRST, 'most')).toContainEqual(['functions-1/cpu', '17280'])
    expect(quantities(FIRST, 'most')).toContainEqual(['functions-1/memory', '14400'])
    expect(quantities(SECOND, 'most')).toContainEqual(['cloud-run/request-based/cpu', '7200'])
  })
})
