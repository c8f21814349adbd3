import { status } from '@grpc/grpc-js'
import { afterEach, describe, expect, test } from 'vitest'
import { failureOf } from '../../../src/cloud/call-error.ts'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import { openCloud } from '../../../src/cloud/open-cloud.ts'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { type FakeCloud, startFakeCloud } from './fake-cloud.ts'
import { fakeRun } from './fake-run.ts'
import { FakeTokens } from './fake-tokens.ts'

let fake: FakeCloud
let cloud: Cloud

afterEach(async () => {
  await cloud.close()
  await fake.close()
})

async function begin(): Promise<void> {
  const tokens = new FakeTokens()
  const serve = async () => Promise.reject(new Error('no instance'))
  fake = await startFakeCloud(fakeRun({ tokens, serve }))
  const settings = {
    project: 'p',
    endpoints: fake.endpoints,
    callTimeoutMs: 300,
  } as unknown as DeploySettings
  cloud = openCloud(settings, tokens.credentials())
}

async function services() {
  return cloud.client('run', 'us-central1', async (options) => {
    const { ServicesClient } = await import('@google-cloud/run')
    return new ServicesClient(options)
  })
}

const parent = 'projects/p/locations/us-central1'
const service = {
  template: { containers: [{ image: 'i', resources: { cpuIdle: true } }] },
  labels: { a: 'b' },
}

describe('the fake cloud', () => {
  test('creates, lists and deletes through the real client, with operations that take their time', async () => {
    await begin()
    const client = await services()
    const [operation] = await client.createService({ parent, serviceId: 'one', service }, cloud.callOptions)
    await operation.promise()
    const [listed] = await client.listServices({ parent })
    expect(listed.map(({ name, labels }) => [name, labels])).toEqual([[`${parent}/services/one`, { a: 'b' }]])
    const [deletion] = await client.deleteService({ name: `${parent}/services/one` }, cloud.callOptions)
    await deletion.promise()
    expect(fake.project.inventory.names).toEqual([])
    expect(fake.project.calls.map(({ what }) => what)[0]).toBe('google.cloud.run.v2.Services/CreateService')
  })

  test.each([
    ['error', { kind: 'error', code: status.INTERNAL, message: 'no' }, 'unavailable', 0],
    ['quota', { kind: 'quota' }, 'quota', 0],
    ['time-out', { kind: 'time-out' }, 'time-out', 1],
    ['cut', { kind: 'cut' }, 'unavailable', 1],
    ['cut-before', { kind: 'cut-before' }, 'unavailable', 0],
  ] as const)('can make a call fail with %s', async (_, fault, failure, created) => {
    await begin()
    const client = await services()
    fake.project.behaviour.fault = ({ index }) => (index === 1 ? fault : undefined)
    const error = await client.createService({ parent, serviceId: 'one', service }, cloud.callOptions).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(failureOf(error)).toBe(failure)
    await expect(client.listServices({ parent })).resolves.toBeDefined()
    expect(fake.project.inventory.names).toHaveLength(created)
  })
})
