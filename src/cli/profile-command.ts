import { basename, extname, resolve } from 'node:path'
import { type Problem, UserError } from '../core/errors.ts'
import type { ModelProfile } from '../core/model-profile.ts'
import { parseSlo } from '../core/parse-slo.ts'
import type { ModelSource, Slo, VariantSource } from '../core/scenario.ts'
import { parseDurationMs } from '../core/units.ts'
import { BUILT_VARIANTS, isBuiltVariant } from '../core/variant.ts'
import { inspectModel } from '../model/inspect-model.ts'
import { modelProfileReport } from '../report/model-profile.ts'
import { profileModel } from '../run/profile-model.ts'
import { writeWhole } from '../run/run-store.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { type GeneratedValues, readShapes, readValues } from './input-options.ts'
import { Interruption, withInterruption } from './interruption.ts'
import { isScenario } from './model-argument.ts'
import { progressListener } from './progress.ts'

/** `plimsoll profile`: a model timed on this machine, its variants with their accuracy. */
export async function profileCommand(file: string, given: Given): Promise<number> {
  const order = await readOrder(file, given)
  const notify = progressListener()
  try {
    const profile = await withInterruption((signal) => profileModel({ ...order, signal, notify }))
    const text = given.switches.has('json') ? profileJson(profile) : modelProfileReport(profile)
    const save = given.values.get('save')
    if (save !== undefined) writeWhole(save, profileJson(profile))
    process.stdout.write(text)
    return EXIT.ok
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    notify({ kind: 'note', text: error.message })
    return EXIT.interrupted
  }
}

/** Lists of times take a line each. */
function profileJson(profile: ModelProfile): string {
  const text = JSON.stringify(profile, null, 2)
  return `${text.replace(/\[\n\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`)}\n`
}

async function readOrder(file: string, { values, lists }: Given) {
  const problems: Problem[] = []
  const read = <T>(name: string, parse: (text: string) => T | undefined, what: string): T | undefined => {
    const text = values.get(name)
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) problems.push({ message: `--${name} ${text} is not ${what}` })
    return value
  }
  const counts = 'a list of whole numbers from 1 to 256, like 1,2,4'
  const threads = read('threads', parseCounts, counts)
  const batches = read('batch', parseCounts, counts)
  const concurrencies = read('concurrency', parseCounts, counts)
  const budgetMs = read('budget', parseDurationMs, 'a duration with its unit, like 60s') ?? 60_000
  const seed = read('seed', parseSeed, 'a whole number') ?? 1
  const slo = read('slo', readSlo, "a list of limits like 'p95<50ms'")
  const variants = readVariantOptions(lists.get('variant') ?? [], problems)
  const shapes = readShapes(lists.get('input') ?? [], problems)
  const generated = readValues(lists.get('values') ?? [], problems)
  for (const name of ['input', 'values']) {
    if (isScenario(file) && lists.has(name))
      problems.push({
        file,
        message: `--${name} is for an ONNX file`,
        hint: 'model.inputs of the scenario says it',
      })
  }
  if (problems.length > 0) throw new UserError(problems)
  const source = isScenario(file) ? fromScenario(file) : await fromModel(file, shapes, generated)
  const given = { threads, batches, concurrencies, slo: slo ?? source.slo }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const folder = resolve(values.get('out') ?? 'variants')
  return {
    model: source.model,
    variants: variants.length > 0 ? variants : source.variants,
    budgetMs,
    seed,
    folder,
    ...set,
  }
}

interface Source {
  readonly model: ModelSource
  readonly variants: readonly VariantSource[]
  readonly slo?: Slo
}

function fromScenario(file: string): Source {
  const { model } = readScenario(file).scenario
  // The SLO of a scenario is of responses, network and waiting included: no limit of an inference follows from it.
  return { model, variants: model.variants ?? [] }
}

/** Shapes that the model declares need no --input; the first dimension is 1 unless it says otherwise. */
async function fromModel(
  file: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  generated: ReadonlyMap<string, GeneratedValues>,
): Promise<Source> {
  const { inputShapes } = await inspectModel(file, shapes)
  const names = Object.keys(inputShapes)
  const strange = [...generated.keys()].filter((name) => !names.includes(name))
  const unknown = Object.entries(inputShapes).filter(([, shape]) => !shape || shape.includes(null))
  const problems = [
    ...strange.map((name) => ({
      file,
      message: `--values: no input is called ${name}`,
      hint: `there are ${names.join(', ')}`,
    })),
    ...unknown.map(([name, shape]) => ({
      file,
      message: `the shape of the input ${name} is not known: ${shape?.map((size) => size ?? '?').join('x') ?? '?'}`,
      hint: `give it: --input ${name}=…`,
    })),
  ]
  if (problems.length > 0) throw new UserError(problems)
  const inputs = Object.entries(inputShapes).map(([name, shape]) => {
    const values = generated.get(name) ?? ({ from: 'uniform', low: 0, high: 1 } as const)
    return [name, { shape: (shape ?? []).map((size) => size ?? 1), values }] as const
  })
  const model = { file, path: resolve(file), inputs: Object.fromEntries(inputs), encoding: 'base64' } as const
  return { model, variants: [] }
}

function readVariantOptions(names: readonly string[], problems: Problem[]): VariantSource[] {
  return names.map((text) => {
    if (isBuiltVariant(text)) return { name: text }
    if (!/[./]/.test(text)) {
      problems.push({
        message: `"${text}" is no variant`,
        hint: `one of ${BUILT_VARIANTS.join(', ')}, or a path`,
      })
    }
    return { name: basename(text, extname(text)), path: resolve(text) }
  })
}

function parseCounts(text: string): number[] | undefined {
  const counts = text.split(',').map(Number)
  return counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 256)
    ? [...new Set(counts)].sort((a, b) => a - b)
    : undefined
}

function parseSeed(text: string): number | undefined {
  const seed = Number(text)
  return Number.isInteger(seed) && seed >= 0 ? seed : undefined
}

function readSlo(text: string): Slo | undefined {
  const parsed = parseSlo(text)
  return 'slo' in parsed ? parsed.slo : undefined
}
