import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CandidateScope, createScope } from '../../../src/cloud/candidate-scope.ts'
import type { Cloud } from '../../../src/cloud/cloud.ts'
import { gceDeployer } from '../../../src/cloud/gce/index.ts'
import { openCloud } from '../../../src/cloud/open-cloud.ts'
import { SpendMeter } from '../../../src/cloud/spend-meter.ts'
import { tearDown } from '../../../src/cloud/tear-down.ts'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { decimal } from '../../../src/core/money.ts'
import { mig, t4, vm } from '../../fixtures/candidates.ts'
import { deployOrder, deploySettings, RUN } from '../../fixtures/deploy.ts'
import { type FakeComputeControls, fakeCompute } from '../fake/compute/fake-compute.ts'
import { type FakeCloud, startFakeCloud } from '../fake/fake-cloud.ts'
import { CANARY, FakeTokens } from '../fake/fake-tokens.ts'

let fake: FakeCloud
let cloud: Cloud
let controls: FakeComputeControls
let settings: DeploySettings

beforeEach(async () => {
  const tokens = new FakeTokens()
  const parts = { tokens, serve: async () => healthy() }
  fake = await startFakeCloud(
    fakeCompute(parts, (made) => {
      controls = made
    }),
  )
  settings = deploySettings({ endpoints: fake.endpoints, readyTimeoutMs: 10_000 })
  cloud = openCloud(settings, tokens.credentials())
})
afterEach(async () => {
  await cloud.close()
  await fake.close()
})

/** A server of a VM that is up, and has no model. */
async function healthy() {
  const server = createServer((_, reply) => void reply.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function scopeOf(some: Partial<DeploySettings> = {}): CandidateScope {
  return createScope({
    cloud: { ...cloud, settings: { ...settings, ...some } },
    candidate: 'x',
    journal: { write: () => undefined, close: () => undefined },
    meter: new SpendMeter(),
    usdPerHour: () => decimal(1),
    signal: AbortSignal.timeout(60_000),
    onStep: () => undefined,
  })
}

async function removeAll({ created: resources }: CandidateScope): Promise<void> {
  const left = await tearDown({
    cloud,
    kinds: gceDeployer.kinds,
    resources,
    run: RUN,
    onGone: () => undefined,
  })
  expect(left).toEqual([])
  expect(fake.project.inventory.names).toEqual([])
}

const zonesOfVms = () => fake.project.inventory.list('gce-instance').map(({ name }) => name.split('/')[3])

describe('a VM', () => {
  test('is tried in the next zone where one has no machines left, and is deleted there', async () => {
    controls.vms.stockOut.add('us-central1-a').add('us-central1-b')
    const scope = scopeOf()
    await gceDeployer.deploy(vm(), deployOrder({ settings }), scope)
    expect(zonesOfVms()).toEqual(['us-central1-c'])
    await removeAll(scope)
  })

  test('fails with the platform’s words where no zone has machines left', async () => {
    for (const zone of ['a', 'b', 'c']) controls.vms.stockOut.add(`us-central1-${zone}`)
    const scope = scopeOf()
    const deployed = gceDeployer.deploy(vm(), deployOrder({ settings }), scope)
    await expect(deployed).rejects.toThrow(/ZONE_RESOURCE_POOL_EXHAUSTED.*us-central1-c/)
    await removeAll(scope)
  })

  test('with a GPU is only tried in zones that offer it, ends with its host, and waits for the driver', async () => {
    const scope = scopeOf()
    const candidate = vm({ machineType: 'n1-standard-4', accelerator: t4, purchase: 'spot' })
    await gceDeployer.deploy(candidate, deployOrder({ settings }), scope)
    const [created] = fake.project.inventory.list('gce-instance')
    expect(created?.body).toMatchObject({
      guestAccelerators: [{ acceleratorCount: 1 }],
      scheduling: {
        provisioningModel: 'SPOT',
        onHostMaintenance: 'TERMINATE',
        instanceTerminationAction: 'DELETE',
      },
    })
    const userData = JSON.stringify(created?.body.metadata)
    expect(userData).toContain('Requires=gpu-driver.service')
    expect(userData).toContain('cos-extensions install gpu')
    expect(userData).toContain('--device=/dev/nvidia0:/dev/nvidia0')
    await removeAll(scope)
  })

  test('lets in nobody but who may reach it', async () => {
    const shut = { ...settings, clientRanges: ['203.0.113.7/32'], readyTimeoutMs: 400 }
    const scope = scopeOf(shut)
    const deployed = gceDeployer.deploy(vm(), deployOrder({ settings: shut }), scope)
    await expect(deployed).rejects.toThrow(/starting the server did not end within/)
    await removeAll(scope)
  })

  test('that never answers is explained by its serial port, without secrets', async () => {
    controls.vms.mute = true
    controls.vms.serial = `boot\n[ 12.3] docker: exec format error\r\nAuthorization: Bearer ya29.${CANARY}\n`
    const short = { ...settings, readyTimeoutMs: 400 }
    const order = deployOrder({ settings: short })
    const scope = scopeOf(short)
    await expect(gceDeployer.deploy(vm(), order, scope)).rejects.toThrow(/did not end within/)
    const lines = await gceDeployer.lastLines?.(vm(), order, cloud)
    expect(lines).toContain('[ 12.3] docker: exec format error')
    expect(lines?.join()).not.toContain(CANARY)
    await removeAll(scope)
  })

  test('that is more than one has no address in common: it says so beforehand', () => {
    const { problems } = gceDeployer.requirements(
      vm({ minReplicas: 3, maxReplicas: 3 }),
      deployOrder({ settings }),
    )
    expect(problems.map(({ message }) => message).join()).toContain('3 VMs without a load balancer')
  })
})

describe('a group', () => {
  test('lets in load balancers and health checks alone, and takes a zone that has machines', async () => {
    controls.vms.stockOut.add('us-central1-a')
    const scope = scopeOf()
    await gceDeployer.deploy(mig({ maxReplicas: 2 }), deployOrder({ settings }), scope)
    const [rule] = fake.project.inventory.list('gce-firewall')
    expect(rule?.body.sourceRanges).toEqual(['130.211.0.0/22', '35.191.0.0/16'])
    expect(zonesOfVms()).toEqual(['us-central1-b'])
    await removeAll(scope)
  })

  test('fails at once with the reason where it can have no VM', async () => {
    for (const zone of ['a', 'b', 'c']) controls.vms.stockOut.add(`us-central1-${zone}`)
    const scope = scopeOf()
    const deployed = gceDeployer.deploy(mig({ maxReplicas: 2 }), deployOrder({ settings }), scope)
    await expect(deployed).rejects.toThrow(/ZONE_RESOURCE_POOL_EXHAUSTED/)
    await removeAll(scope)
  })

  test('cannot lose a part that another still uses', async () => {
    const scope = scopeOf()
    await gceDeployer.deploy(mig({ maxReplicas: 2 }), deployOrder({ settings }), scope)
    const template = scope.created.find(({ kind }) => kind === 'gce-instance-template')
    const kind = gceDeployer.kinds.find((each) => each.kind === 'gce-instance-template')
    await expect(kind?.delete(template as never, cloud)).rejects.toThrow(/already being used by/)
    await removeAll(scope)
  })
})
