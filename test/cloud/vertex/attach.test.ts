import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attachVertex } from '../../../src/cloud/vertex/attach.ts'
import { tooLarge } from '../../../src/cloud/vertex/attached.ts'
import { endpointClient } from '../../../src/cloud/vertex/clients.ts'
import { vertexDeployer } from '../../../src/cloud/vertex/index.ts'
import type { Advice } from '../../../src/core/advice.ts'
import { parseVertexEndpoint } from '../../../src/core/vertex-endpoint.ts'
import { plimsoll } from '../../cli/plimsoll.ts'
import { vertex } from '../../fixtures/candidates.ts'
import { RUN } from '../../fixtures/deploy.ts'
import { fakeVertex } from '../fake/fake-vertex.ts'
import { type Stage, stage, stageIn } from '../fake/stage.ts'
import { useWholeCloud } from '../fake/whole-cloud.ts'

const parent = 'projects/fake-project/locations/us-central1'
const cloudOf = useWholeCloud()

async function begin(): Promise<Stage> {
  const on = await stage({ deployer: vertexDeployer, platform: fakeVertex })
  await vertexDeployer.deploy(vertex(), on.order, on.scope)
  return on
}

function attach({ cloud, tokens }: Stage, name: string) {
  const endpoint = parseVertexEndpoint(name)
  if (!endpoint) throw new Error(`${name} is no name of an endpoint`)
  return attachVertex(endpoint, cloud.settings, tokens.credentials())
}

/** A shared endpoint with what is deployed at the dedicated one. */
async function makeShared({ cloud, fake }: Stage): Promise<string> {
  const client = await endpointClient(cloud, 'us-central1')
  const [operation] = await client.createEndpoint({
    parent,
    endpointId: 'shared',
    endpoint: { displayName: 's' },
  })
  await operation.promise()
  const model = fake.project.inventory.list('vertex-model')[0]?.name ?? ''
  const dedicatedResources = { machineSpec: { machineType: 'n1-standard-2' }, minReplicaCount: 1 }
  const name = `${parent}/endpoints/shared`
  const [deploying] = await client.deployModel({
    endpoint: name,
    deployedModel: { id: '1', model, dedicatedResources },
    trafficSplit: { '0': 100 },
  })
  await deploying.promise()
  return name
}

describe('an endpoint given by its resource name', () => {
  test('is asked at its own DNS name where it is dedicated, and takes 10 MB', async () => {
    const attached = await attach(await begin(), `${parent}/endpoints/plimsoll-${RUN}-c1`)
    expect(attached.auth).toEqual({ kind: 'access-token' })
    expect(attached.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\/projects\/.*:rawPredict$/)
    expect(tooLarge(10_000_000, attached)).toBeUndefined()
    expect(tooLarge(10_000_001, attached)).toBeDefined()
  })

  test('is asked at the region’s host where it is shared, and takes 1.5 MB', async () => {
    const on = await begin()
    const attached = await attach(on, await makeShared(on))
    expect(attached.url).toBe(`${on.fake.endpoints.aiplatform}/v1/${parent}/endpoints/shared:rawPredict`)
    expect(tooLarge(1_500_000, attached)).toBeUndefined()
    expect(tooLarge(2_900_000, attached)).toBe(
      'a request is 2.9 MB, and a shared endpoint takes 1.5 MB; a dedicated endpoint takes 10 MB',
    )
  })

  test('that is not there is an error that says where to look', async () => {
    const on = await begin()
    await expect(attach(on, `${parent}/endpoints/another`)).rejects.toMatchObject({
      problems: [
        { message: expect.stringContaining('was not found'), hint: expect.stringContaining('list') },
      ],
    })
  })

  test('is loaded by a run, which deploys and deletes nothing', async () => {
    const cloud = await cloudOf()
    const on = stageIn(cloud, cloud.tokens, vertexDeployer)
    await vertexDeployer.deploy(vertex(), on.order, on.scope)
    const name = `${parent}/endpoints/plimsoll-${RUN}-c1`
    const scenario = cloud.scenario([`platform: vertex, machineType: n1-standard-4, url: ${name}`])
    const out = join(cloud.folder, 'out')
    const { code, stdout, stderr } = await plimsoll(['run', scenario, '--out', out, '--json'], {
      env: cloud.env,
      cwd: cloud.folder,
    })
    expect([code, stderr]).toEqual([0, expect.any(String)])
    const [verdict] = (JSON.parse(stdout) as Advice).verdicts
    expect(verdict).toMatchObject({ evidence: 'measured' })
    expect(cloud.project.inventory.list('vertex-deployment')).toHaveLength(1)
  })
})
