import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Candidate, PlatformId } from '../core/candidate.ts'
import { type Problem, UserError, WorldError } from '../core/errors.ts'
import type { Scenario } from '../core/scenario.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import { isCloudStorageUri } from '../serving/fetch-model.ts'
import { packageFiles } from '../serving/package/package-files.ts'
import { DEFAULT_CANDIDATES, type PackageFile } from '../serving/package/package-order.ts'
import { nameOf, readServeOptions } from '../serving/serve-options.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { newestRunOf } from './find-runs.ts'
import { isScenario, resolveModelArgument } from './model-argument.ts'
import { candidateFor } from './package-candidate.ts'
import { variantFile } from './variant-file.ts'
import { VERSION } from './version.ts'

/** Options of `serve` that are passed on to the container. */
const PASSED_ON = ['threads', 'workers', 'max-batch', 'max-delay'] as const

/** `plimsoll package`: a folder with all that deploying the model to a platform needs, and the commands. */
export async function packageCommand(source: string, { values }: Given): Promise<number> {
  const { platform, out, modelUri } = readTarget(values)
  const { modelPath, givenName, candidate, notes } = isScenario(source)
    ? await fromScenario(source, platform, values)
    : fromModel(source, platform, values)
  const passed = PASSED_ON.flatMap((name) => {
    const value = values.get(name) ?? settingOf(candidate, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const serveOptions = new Map<string, string>(passed)
  const name = values.get('name') ?? givenName
  if (name !== undefined) serveOptions.set('name', name)
  // Says what is wrong with them here instead of in the container.
  const { modelName } = readServeOptions(modelPath, VERSION, serveOptions, {})
  const order = { modelPath, modelName, modelUri, version: VERSION, candidate, serveOptions }
  write(out, packageFiles(order))
  for (const note of notes) console.error(note)
  console.error(
    `wrote what ${platform} needs for ${modelName}; README.md has the commands, deploy.sh runs them`,
  )
  console.log(out)
  return EXIT.ok
}

/** As the candidate has it, unless that is what serve does anyway. */
function settingOf(
  { threads, maxBatch = 1 }: Candidate,
  name: (typeof PASSED_ON)[number],
): string | undefined {
  if (name === 'threads' && threads > 1) return String(threads)
  return name === 'max-batch' && maxBatch > 1 ? String(maxBatch) : undefined
}

interface Target {
  readonly platform: PlatformId
  readonly out: string
  readonly modelUri: string | undefined
}

function readTarget(values: Given['values']): Target {
  const problems: Problem[] = []
  const platform = values.get('platform') ?? ''
  const out = values.get('out') ?? ''
  const given = values.get('model-uri')
  const known = Object.keys(DEFAULT_CANDIDATES)
  if (!isPlatform(platform)) {
    problems.push({
      message: `--platform ${platform || 'is missing'}`.trim(),
      hint: `one of ${known.join(', ')}`,
    })
  }
  if (out === '')
    problems.push({ message: '--out is missing', hint: 'a folder that is empty or not there yet' })
  else if (existsSync(out) && readdirSync(out).length > 0) {
    problems.push({
      message: `--out ${out} is not empty`,
      hint: 'name a folder that is empty or not there yet',
    })
  }
  if (given !== undefined && !(isCloudStorageUri(given) && given.endsWith('.onnx'))) {
    problems.push({ message: `--model-uri ${given} is no gs://bucket/path/model.onnx` })
  }
  if (platform === 'functions' && given === undefined) {
    problems.push({
      message: 'a function needs --model-uri: its bundle does not hold the model',
      hint: 'gs://bucket/path/model.onnx, where deploy.sh puts the model and the function finds it',
    })
  }
  if (problems.length > 0 || !isPlatform(platform)) throw new UserError(problems)
  return { platform, out, modelUri: given }
}

function isPlatform(text: string): text is PlatformId {
  return Object.hasOwn(DEFAULT_CANDIDATES, text)
}

/** A model, and the candidate that is to run it. */
interface Chosen {
  readonly modelPath: string
  /** Its name where its file's would not do. */
  readonly givenName?: string
  readonly candidate: Candidate
  /** What is to be said of the choice, in sentences. */
  readonly notes: readonly string[]
}

function fromModel(source: string, platform: PlatformId, values: Given['values']): Chosen {
  const only = ['candidate', 'run'].filter((name) => values.has(name))
  if (only.length > 0)
    throw new UserError({ message: `--${only.join(', --')} needs a scenario`, file: source })
  return { modelPath: resolveModelArgument(source), candidate: fromPlatform(platform, values), notes: [] }
}

function fromPlatform(platform: PlatformId, values: Given['values']): Candidate {
  return DEFAULT_CANDIDATES[platform](values.get('region') ?? 'us-central1')
}

/** The candidate that is named, or that the scenario's run recommends on the platform, else its first there. */
async function fromScenario(file: string, platform: PlatformId, values: Given['values']): Promise<Chosen> {
  const { scenario } = readScenario(file)
  const [region, wanted] = [values.get('region'), values.get('candidate')]
  const run = values.get('run') ?? newestRunOf(scenario.name)
  const found = wanted === undefined ? await candidateFor(scenario, platform, run) : undefined
  const candidate = wanted === undefined ? found?.candidate : candidateNamed(scenario, platform, wanted)
  if (candidate) requireOneGpu(candidate, file)
  const chosen = candidate ?? fromPlatform(platform, values)
  const { path, note } = variantFile(file, scenario, chosen, run)
  return {
    modelPath: path,
    candidate: region === undefined ? chosen : { ...chosen, region },
    ...(path !== scenario.model.path && { givenName: nameOf(scenario.model.path) }),
    notes: [found?.note, note].filter((each) => each !== undefined),
  }
}

function candidateNamed({ candidates, file }: Scenario, platform: PlatformId, wanted: string): Candidate {
  const there = candidates.filter((each) => each.platform === platform)
  const candidate = there.find(({ name }) => name === wanted)
  if (candidate) return candidate
  const message = `no candidate on ${platform} is called ${wanted}`
  const names = there.map(({ name }) => name).join(', ')
  throw new UserError({ message, file, hint: names === '' ? 'it has none there' : `there are ${names}` })
}

function requireOneGpu({ name, accelerator }: Candidate, file: string): void {
  if (!accelerator || accelerator.count === 1) return
  throw new UserError({
    message: `${name} has ${accelerator.count} GPUs, and the packaged server runs on one`,
    file,
    hint: 'name a candidate with one GPU: a replica for each GPU does the same work',
  })
}

function write(out: string, files: readonly PackageFile[]): void {
  try {
    for (const file of files) {
      const path = join(out, file.place)
      mkdirSync(dirname(path), { recursive: true })
      if ('text' in file) writeFileSync(path, file.text)
      else copyFileSync(file.copyOf, path)
      if (file.executable) chmodSync(path, 0o755)
    }
  } catch (cause) {
    throw new WorldError(`cannot write ${out}: ${(cause as Error).message}`, { cause })
  }
}
