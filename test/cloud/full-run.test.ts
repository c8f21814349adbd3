import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Advice } from '../../src/core/advice.ts'
import type { RunRecord } from '../../src/core/run-record.ts'
import { plimsoll, readJson, start } from '../cli/plimsoll.ts'
import { CANARY } from './fake/fake-tokens.ts'
import { PERMISSIONS_OF_ONE_OF_EACH } from './fake/permissions.ts'
import { ONE_OF_EACH, useWholeCloud, type WholeCloud } from './fake/whole-cloud.ts'

const cloudOf = useWholeCloud()

function run(cloud: WholeCloud, scenario: string, ...more: string[]) {
  return start(['run', scenario, '--out', join(cloud.folder, 'out'), '--json', ...more], {
    cwd: cloud.folder,
    env: cloud.env,
  })
}

/** Permissions that are said to be missing, as often as they are said to be. */
function missing(stderr: string): (string | undefined)[] {
  return [...stderr.matchAll(/permission (\S+) is missing/g)].map(([, name]) => name).toSorted()
}

describe('a run that deploys one candidate of each platform', () => {
  test('measures all of them with no permission but the listed, leaves nothing, advises from it, reports the spend', async () => {
    const cloud = await cloudOf()
    cloud.project.behaviour.permissions = new Set(PERMISSIONS_OF_ONE_OF_EACH)
    const { code, stdout, stderr } = await run(cloud, cloud.scenario(ONE_OF_EACH), '--max-spend', '20')
      .finished
    expect(stderr).not.toMatch(/failed:/)
    expect(code).toBe(0)
    expect(cloud.project.inventory.names).toEqual([])
    const advice = JSON.parse(stdout) as Advice
    expect(advice.verdicts).toHaveLength(ONE_OF_EACH.length)
    for (const { evidence, outcome, reasons } of advice.verdicts) {
      expect(evidence).toBe('measured')
      // Twenty requests to a busy machine may leave it open.
      expect(['meets', 'undecided'], reasons.join('; ')).toContain(outcome)
    }
    expect(advice.cheapest).not.toBeNull()
    const record = readJson<RunRecord>(cloud.folder, 'out', 'run.json')
    expect(Number(record.cloud?.spentUsd)).toBeGreaterThan(0)
    expect(record.cloud?.deployments).toHaveLength(ONE_OF_EACH.length)
    for (const deployment of record.cloud?.deployments ?? []) {
      expect(deployment.left).toEqual([])
      expect(deployment.steps.map(({ step }) => step)).toContain('first prediction')
      expect(deployment.roundTripMs).toBeGreaterThan(0)
    }
    expect(advice.cloud?.spentUsd).toBe(record.cloud?.spentUsd)
    expect(cloud.tokens.minted.length).toBeGreaterThan(0)
    const written = readdirSync(join(cloud.folder, 'out')).map((name) =>
      readFileSync(join(cloud.folder, 'out', name), 'utf8'),
    )
    for (const text of [stdout, stderr, ...written]) expect(text).not.toContain(CANARY)
  }, 300_000)

  test('sends another server in the image its own requests, on its own routes', async () => {
    const cloud = await cloudOf()
    const served = 'servedModel: ch_ppocr_mobile_v2.0_cls_infer'
    const both = ['triton', 'tensorflow-serving'].map(
      (server, index) => `platform: cloud-run, cpu: ${index + 1}, memory: 1Gi, server: ${server}, ${served}`,
    )
    const scenario = cloud.scenario(both.map((each) => `${each}, image: us-central1-docker.pkg.dev/p/r/s:1`))
    const { stdout } = await run(cloud, scenario, '--max-spend', '5').finished
    for (const verdict of (JSON.parse(stdout) as Advice).verdicts) {
      const reasons = verdict.reasons.join('; ')
      // A busy machine holds the client up; what the server was sent has been answered all the same.
      if (!/^invalid: the (sender|client)/.test(reasons))
        expect(verdict, reasons).toMatchObject({ evidence: 'measured', outcome: 'meets' })
    }
  })

  test('deploys variants from where the scenario says they are, and leaves others modelled', async () => {
    const cloud = await cloudOf()
    const image = 'us-central1-docker.pkg.dev/fake-project/plimsoll/model:int8'
    const modelUri = 'gs://fake-bucket/int8.onnx'
    const scenario = cloud.scenario(
      ['platform: cloud-run, cpu: 2, memory: 2Gi', 'platform: functions, generation: 2, memory: 2Gi'],
      {
        variants: '[fp32, int8-weights, ort-optimized]',
        deploy: {
          variants: `{ int8-weights: { image: "${image}", modelUri: "${modelUri}" }, ort-optimized: { image: x } }`,
        },
      },
    )
    const { stdout, stderr } = await run(cloud, scenario, '--max-spend', '5').finished
    expect(stderr).not.toMatch(/failed:/)
    const { verdicts } = JSON.parse(stdout) as Advice
    const modelled = verdicts.filter(({ evidence }) => evidence === 'modelled')
    expect(verdicts).toHaveLength(6)
    expect(modelled.map(({ candidate }) => candidate.name)).toEqual([
      'functions gen2 2048Mi ort-optimized us-central1',
    ])
    const measured = verdicts.filter(({ candidate }) => candidate.variant === 'int8-weights')
    for (const { caveats } of measured) expect(caveats.join()).toMatch(/int8-weights loses/)
    const asked = (what: string) =>
      cloud.project.calls
        .filter((call) => call.what.endsWith(what))
        .map(({ request }) => JSON.stringify(request))
    const services = asked('CreateService')
    expect(services).toHaveLength(3)
    const [varied, ...more] = services.filter((each) => each.includes(image))
    expect(more).toEqual([])
    expect(varied).toContain(modelUri)
    // An image of a variant without a file of its own never gets that of the model as it is.
    expect(services.find((each) => each.includes('"image":"x"'))).not.toContain('MODEL_URI')
    const functions = asked('CreateFunction')
    expect(functions.map((each) => each.includes(modelUri)).toSorted()).toEqual([false, true])
    expect(cloud.project.inventory.names).toEqual([])
  }, 300_000)

  test('creates nothing without --max-spend, and says so', async () => {
    const cloud = await cloudOf()
    const { code, stdout, stderr } = await run(cloud, cloud.scenario(ONE_OF_EACH)).finished
    expect(code).toBe(0)
    expect(cloud.project.calls).toEqual([])
    expect(stderr).toContain('nothing is deployed without --max-spend')
    for (const { evidence } of (JSON.parse(stdout) as Advice).verdicts) expect(evidence).toBe('modelled')
  })

  test('goes on with the others when one fails, and gives the platform’s words and log lines', async () => {
    const cloud = await cloudOf()
    Object.assign(cloud.basics, {
      logLines: ['Ready condition false', `exec failed: bearer Bearer ya29.${CANARY}`],
    })
    cloud.project.behaviour.operation = (verb, name) =>
      verb === 'create' && name.endsWith('-c1')
        ? { ms: 1, code: 13, message: 'the revision is not ready: container exited with 1' }
        : undefined
    const two = ['platform: cloud-run, cpu: 1, memory: 1Gi', 'platform: cloud-run, cpu: 2, memory: 2Gi']
    const { stdout } = await run(cloud, cloud.scenario(two), '--max-spend', '5').finished
    const { verdicts } = JSON.parse(stdout) as Advice
    const failed = verdicts.find(({ outcome }) => outcome === 'untested')
    expect(failed?.reasons.join()).toContain('container exited with 1')
    expect(failed?.reasons.join()).toContain('Ready condition false')
    expect(verdicts.map(({ evidence }) => evidence)).toContain('measured')
    expect(stdout).not.toContain(CANARY)
    expect(cloud.project.inventory.names).toEqual([])
  })
})

describe('before anything is created', () => {
  test('a dry run with no permissions at all lists each missing permission once, and creates nothing', async () => {
    const cloud = await cloudOf()
    cloud.project.behaviour.permissions = new Set()
    const { code, stdout, stderr } = await run(cloud, cloud.scenario(ONE_OF_EACH), '--dry-run').finished
    expect(code).toBe(2)
    expect(stdout).toMatch(/takes .* costs \$/)
    expect(stdout).toMatch(/in all \$/)
    expect(missing(stderr)).toEqual(PERMISSIONS_OF_ONE_OF_EACH.toSorted())
    expect(cloud.project.calls.some(({ what }) => /Create/.test(what))).toBe(false)
  })

  test('a dry run that lacks one permission lists that one', async () => {
    const cloud = await cloudOf()
    const held = PERMISSIONS_OF_ONE_OF_EACH.filter((each) => each !== 'compute.urlMaps.delete')
    cloud.project.behaviour.permissions = new Set(held)
    const { code, stderr } = await run(cloud, cloud.scenario(ONE_OF_EACH), '--dry-run').finished
    expect(code).toBe(2)
    expect(missing(stderr)).toEqual(['compute.urlMaps.delete'])
  })

  test('doctor says every problem at once, each with its remedy', async () => {
    const cloud = await cloudOf()
    Object.assign(cloud.basics, { enabled: new Set(['none']), image: () => false })
    cloud.project.behaviour.permissions = new Set(['serviceusage.services.get', 'artifactregistry.tags.get'])
    const { code, stderr } = await plimsoll(['doctor', cloud.scenario(ONE_OF_EACH)], { env: cloud.env })
    expect(code).toBe(2)
    expect(stderr).toContain('run.googleapis.com is not enabled')
    expect(stderr).toContain('gcloud services enable run.googleapis.com')
    expect(stderr).toContain('model:1 does not exist')
    expect(stderr).toContain('permission run.services.create is missing')
  })

  test('doctor finds nothing where nothing is wrong', async () => {
    const cloud = await cloudOf()
    const { code, stdout } = await plimsoll(['doctor', cloud.scenario(ONE_OF_EACH)], { env: cloud.env })
    expect(stdout).toContain('nothing is in the way')
    expect(code).toBe(0)
  })
})

describe('a run that is stopped', () => {
  test('by the cap ends loading, takes everything down and keeps what was measured', async () => {
    const cloud = await cloudOf()
    cloud.project.behaviour.operation = (verb, name) =>
      verb === 'create' && name.endsWith('-c2') ? 'never' : undefined
    const two = ['platform: cloud-run, cpu: 1, memory: 1Gi', 'platform: cloud-run, cpu: 8, memory: 32Gi']
    const scenario = cloud.scenario(two, { deploy: { readyTimeout: '1h', maxReplicas: 50, parallel: 1 } })
    // 50 instances of 8 vCPU and 32 GiB bill $0.82 a minute, a minute at least, and one is kept for taking them down.
    const { stdout } = await run(cloud, scenario, '--max-spend', '1.60').finished
    const { verdicts } = JSON.parse(stdout) as Advice
    expect(verdicts.map(({ evidence }) => evidence)).toContain('measured')
    expect(verdicts.flatMap(({ reasons }) => reasons).join()).toContain('the spend cap of $1.60 is reached')
    expect(cloud.project.inventory.names).toEqual([])
  })

  test('by Ctrl-C finishes the measurement under way and takes everything down', async () => {
    const cloud = await cloudOf()
    const scenario = cloud.scenario(['platform: cloud-run, cpu: 1, memory: 1Gi'], {
      rate: '20 rps',
      load: 'requests: 60, warmup: 5, startups: 1',
    })
    const { child, finished, said } = run(cloud, scenario, '--max-spend', '5')
    await said('first prediction')
    child.kill('SIGINT')
    const { code } = await finished
    expect(code).toBe(130)
    expect(cloud.project.inventory.names).toEqual([])
  })

  test('by Ctrl-C twice ends the load and takes everything down at once', async () => {
    const cloud = await cloudOf()
    const load = 'requests: 20000, warmup: 5, startups: 1'
    const scenario = cloud.scenario(['platform: cloud-run, cpu: 1, memory: 1Gi'], { rate: '40 rps', load })
    const { child, finished, said } = run(cloud, scenario, '--max-spend', '5')
    await said('[1/1]')
    child.kill('SIGINT')
    await said('finishing the measurement under way')
    // Two signals within a second are one press, which npm passes on twice.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    child.kill('SIGINT')
    await said('taking everything down; a third')
    expect((await finished).code).toBe(130)
    expect(cloud.project.inventory.names).toEqual([])
  })

  test('by a kill is cleaned up from the journal, with the daily cost, and a second clean finds nothing', async () => {
    const cloud = await cloudOf()
    const scenario = cloud.scenario(['platform: cloud-run, cpu: 1, memory: 1Gi'])
    const { child, finished } = run(cloud, scenario, '--max-spend', '5')
    cloud.project.behaviour.onCall = ({ what }) => {
      if (what.endsWith('GetOperation')) child.kill('SIGKILL')
    }
    await finished
    expect(cloud.project.inventory.names).toHaveLength(1)
    const clean = () =>
      plimsoll(['clean', '--reports', cloud.folder, '--yes'], { env: cloud.env, cwd: cloud.folder })
    cloud.project.behaviour.onCall = () => undefined
    const { code, stdout, stderr } = await clean()
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/Cloud Run service .*\n.*\$[\d.]+ a day/)
    expect(stdout).toContain('deleted 1 of 1')
    expect(cloud.project.inventory.names).toEqual([])
    expect((await clean()).code).toBe(2)
  })
})
