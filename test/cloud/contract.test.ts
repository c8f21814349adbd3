import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CandidateScope, createScope } from '../../src/cloud/candidate-scope.ts'
import type { Cloud } from '../../src/cloud/cloud.ts'
import type { Deployer, DeployOrder } from '../../src/cloud/deployer.ts'
import { deployerOf } from '../../src/cloud/deployers.ts'
import { openJournal, readJournal } from '../../src/cloud/journal.ts'
import { openCloud } from '../../src/cloud/open-cloud.ts'
import { SpendMeter } from '../../src/cloud/spend-meter.ts'
import { tearDown } from '../../src/cloud/tear-down.ts'
import type { Candidate } from '../../src/core/candidate.ts'
import { decimal } from '../../src/core/money.ts'
import { billUsage } from '../../src/pricing/bill.ts'
import { loadPriceBook } from '../../src/pricing/price-book.ts'
import { deployOrder, deploySettings, RUN } from '../fixtures/deploy.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HALF_PLUS_THREE, writeTinyModel } from '../serving/tiny-model.ts'
import { type FakeCloud, startFakeCloud } from './fake/fake-cloud.ts'
import { FakeTokens } from './fake/fake-tokens.ts'
import { inferenceServers, post } from './fake/inference.ts'
import { PLATFORMS_UNDER_TEST } from './fake/platforms.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-contract-'))
afterAll(() => rmSync(folder, { recursive: true }))
const model = writeTinyModel(folder, 'model', HALF_PLUS_THREE)
const book = await loadPriceBook()

describe.each(PLATFORMS_UNDER_TEST.map((each) => [each.candidate.name, each] as const))('%s', (_, under) => {
  const { candidate } = under
  let fake: FakeCloud
  let tokens: FakeTokens
  let cloud: Cloud
  let order: DeployOrder
  let deployer: Deployer
  let scope: CandidateScope
  let journal: string
  let started: number

  beforeEach(async () => {
    tokens = new FakeTokens()
    started = 0
    const start = inferenceServers(model)
    const serve = () => {
      started++
      return start()
    }
    fake = await startFakeCloud(under.fake({ tokens, serve }))
    const settings = deploySettings({ endpoints: fake.endpoints })
    cloud = openCloud(settings, tokens.credentials())
    order = deployOrder({ settings })
    deployer = (await deployerOf(candidate)) as Deployer
    journal = join(temporaryFolder(), 'journal.jsonl')
    const opened = openJournal(journal, Date.now)
    opened.write({ event: 'run', run: RUN, id: 'run', settings })
    scope = createScope({
      cloud,
      candidate: candidate.name,
      journal: opened,
      meter: new SpendMeter(),
      usdPerHour: () => decimal(1),
      signal: AbortSignal.timeout(60_000),
      onStep: () => undefined,
    })
  })
  afterEach(async () => {
    await cloud.close()
    await fake.close()
  })

  const remove = () =>
    tearDown({
      cloud,
      kinds: deployer.kinds,
      resources: scope.created,
      run: RUN,
      uncertain: scope.uncertain,
      onGone: () => undefined,
    })

  test('plans resources of its kinds, named for the run, which the book can price', () => {
    const { resources, steps } = deployer.plan(candidate, order)
    const kinds = deployer.kinds.map(({ kind }) => kind)
    expect(resources.length).toBeGreaterThan(0)
    expect(steps.length).toBeGreaterThan(0)
    expect(new Set(resources.map(({ name }) => name)).size).toBe(resources.length)
    let most = 0
    for (const { kind, name, hourly } of resources) {
      expect(kinds).toContain(kind)
      expect(name).toContain(RUN)
      const bill = billUsage(hourly.most, book)
      expect(bill.missing).toEqual([])
      expect(Number(billUsage(hourly.least, book).usdTotal)).toBeLessThanOrEqual(Number(bill.usdTotal))
      most += Number(bill.usdTotal)
    }
    expect(most).toBeGreaterThan(0)
    expect(deployer.plan(candidate, order)).toEqual(deployer.plan(candidate, order))
  })

  // A function's source says it: a bundle is made for each candidate.
  if (candidate.platform !== 'functions') {
    test('has the server run the candidate’s threads and batches, whatever its image was made for', async () => {
      const written = async (wanted: Candidate) => {
        await deployer.deploy(wanted, order, scope)
        const text = JSON.stringify(fake.project.inventory.list().map(({ body }) => body))
        await remove()
        return ['PLIMSOLL_THREADS', 'PLIMSOLL_MAX_BATCH'].map(
          (name) => new RegExp(`${name}(?:=|","value":")(\\d+)`).exec(text)?.[1],
        )
      }
      expect(await written({ ...candidate, threads: 2, maxBatch: 4 })).toEqual(['2', '4'])
    })
  }

  test('says what it takes: services, permissions, each once', () => {
    const { services, permissions } = deployer.requirements(candidate, order)
    expect(services.length).toBeGreaterThan(0)
    expect(permissions.length).toBeGreaterThan(0)
    expect(new Set(permissions).size).toBe(permissions.length)
  })

  test('deploys what it planned and nothing else, serves one real prediction, and is gone after its deletion', async () => {
    const deployment = await deployer.deploy(candidate, order, scope)
    const planned = deployer.plan(candidate, order).resources.map(({ name }) => name)
    // What comes and goes with another resource is not planned by itself; a VM is planned before its zone is known.
    const own = fake.project.inventory.list().filter(({ partOf }) => partOf === undefined)
    const names = own.map(({ name }) => name.replace(/\/zones\/([^/]+)-[a-z]\//, '/regions/$1/'))
    expect(names.toSorted()).toEqual(planned.toSorted())
    expect(scope.created.map(({ name }) => name)).toEqual(planned)
    expect(readJournal(journal)?.resources.map(({ name }) => name)).toEqual(planned)

    const { auth, url } = deployment
    const token =
      auth.kind === 'id-token'
        ? await tokens.credentials().idToken(auth.audience)
        : auth.kind === 'access-token'
          ? await tokens.credentials().accessToken()
          : undefined
    const reply = await post(url, '{"instances":[{"x":4}]}', token?.value)
    expect(reply).toMatchObject({ status: 200 })
    expect(JSON.parse(reply.text)).toMatchObject({ predictions: [5] })

    if (deployment.chill) {
      const before = started
      await deployment.chill()
      expect((await post(url, '{"instances":[{"x":4}]}', token?.value)).status).toBe(200)
      expect(started).toBe(before + 1)
    }

    expect(await remove()).toEqual([])
    expect(fake.project.inventory.names).toEqual([])
  })

  test('finds and describes by label what it created, in every region, and only what is of the run asked for', async () => {
    await deployer.deploy(candidate, order, scope)
    for (const kind of deployer.kinds) {
      const created = scope.created.filter((each) => each.kind === kind.kind).map(({ name }) => name)
      const found = await kind.find({}, cloud)
      expect(found.map(({ name }) => name).toSorted()).toEqual(created.toSorted())
      for (const each of found) {
        expect(each.run).toBe(RUN)
        expect((await kind.describe(each, cloud))?.name).toBe(each.name)
        expect(billUsage(each.hourly.most, book).missing).toEqual([])
      }
      expect(await kind.find({ run: '20200101000000-abcdef' }, cloud)).toEqual([])
    }
    await remove()
  })

  test('takes what does not exist for deleted', async () => {
    for (const { kind, name, region } of deployer.plan(candidate, order).resources) {
      const of = deployer.kinds.find((each) => each.kind === kind)
      await expect(of?.delete({ kind, name, region }, cloud)).resolves.toBeUndefined()
      await expect(of?.describe({ kind, name, region }, cloud)).resolves.toBeNull()
    }
  })

  test('fails with the platform’s words when it is refused, and leaves nothing', async () => {
    fake.project.behaviour.fault = ({ what }) =>
      what.includes(under.creatingCall) ? { kind: 'quota' } : undefined
    await expect(deployer.deploy(candidate, order, scope)).rejects.toThrow(/quota/i)
    fake.project.behaviour.fault = () => undefined
    expect(await remove()).toEqual([])
    expect(fake.project.inventory.names).toEqual([])
  })

  test('fails when its operation fails, and leaves nothing', async () => {
    fake.project.behaviour.operation = (verb) =>
      verb.startsWith('delete') || verb.startsWith('undeploy')
        ? undefined
        : { ms: 1, code: 13, message: 'the container did not become ready' }
    await expect(deployer.deploy(candidate, order, scope)).rejects.toThrow(/did not become ready/)
    expect(await remove()).toEqual([])
    expect(fake.project.inventory.names).toEqual([])
  })
})
