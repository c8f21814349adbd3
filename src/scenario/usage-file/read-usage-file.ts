import type { z } from 'zod'
import { type Problem, UserError } from '../../core/errors.ts'
import type { UsageItem } from '../../core/usage-item.ts'
import { closeTo, didYouMean, explainIssues } from '../explain-issue.ts'
import { show } from '../fields.ts'
import { byPlace, readText } from '../read-text.ts'
import { salvage } from '../salvage.ts'
import { type Path, YamlSource } from '../source.ts'
import { checkPlaceAndMachine, checkRegion, completeItem, type Report } from './complete-item.ts'
import { ITEM_PLATFORMS, ITEM_SCHEMAS, type RawItem, USAGE_FILE_SCHEMA } from './definition.ts'

export interface UsageFile {
  /** In the order of the file. */
  readonly items: readonly UsageItem[]
  /** The account uses nothing else, so that its free tier pays for this. */
  readonly freeTier: boolean
}

/** What is wrong with a field of an item for reasons that its platform knows. */
export interface ItemFault {
  readonly field: string
  readonly message: string
  readonly hint?: string
}

const EXAMPLE = 'start from scenarios/usage/example.yaml'

/**
 * Reads and checks a file of a month's usage.
 *
 * @param check what a platform finds wrong with a complete item
 * @throws UserError with every problem of the file at once
 */
export function readUsageFile(file: string, check: (item: UsageItem) => readonly ItemFault[]): UsageFile {
  const source = new YamlSource(file, readText(file, 'usage file').text)
  if (source.value === null) throw new UserError({ file, message: 'the file is empty', hint: EXAMPLE })
  const result = USAGE_FILE_SCHEMA.safeParse(source.value, { reportInput: true })
  const problems = explainIssues(result.error?.issues ?? [], USAGE_FILE_SCHEMA, source, (path) => path)
  const add = (problem: Problem) => problems.push(problem)
  const region = topRegion(source, add)
  const items = entriesOf(source.value).flatMap(([index, entry]) => {
    const locate = (path: Path): Path => ['usage', index, ...path]
    const report: Report = (field, message, hint) => add(source.problem(locate([field]), message, hint))
    const item = readItem(entry, region, source, locate, report, add)
    for (const fault of item ? check(item) : []) report(fault.field, fault.message, fault.hint)
    return item ? [item] : []
  })
  if (problems.length > 0 || !result.success) throw new UserError(problems.sort(byPlace))
  return { items, freeTier: result.data.freeTier }
}

function readItem(
  entry: Readonly<Record<string, unknown>>,
  region: string | undefined,
  source: YamlSource,
  locate: (path: Path) => Path,
  report: Report,
  add: (problem: Problem) => void,
): UsageItem | undefined {
  const platform = ITEM_PLATFORMS.find((id) => id === entry.platform)
  if (platform === undefined) {
    add(unknownPlatform(entry.platform, source, locate(['platform'])))
    return undefined
  }
  const schema = ITEM_SCHEMAS[platform]
  const value = withAccelerator(entry)
  const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? []
  explainIssues(issues, schema, source, locate).forEach(add)
  let sound = issues.length === 0
  const fail: Report = (...problem) => {
    sound = false
    report(...problem)
  }
  checkPlaceAndMachine(value, region, fail)
  const raw = salvage<z.ZodType<RawItem>>(schema, value)
  const item = raw && completeItem(raw, value, region, fail)
  return sound ? item : undefined
}

/** `accelerator: nvidia-tesla-t4` and `acceleratorCount: 2`, as scenarios have them, are the same as the mapping. */
function withAccelerator(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { accelerator: type, acceleratorCount: count, ...rest } = entry
  if (typeof type !== 'string') return entry
  return { ...rest, accelerator: count === undefined ? { type } : { type, count } }
}

function unknownPlatform(platform: unknown, source: YamlSource, where: Path): Problem {
  const close = typeof platform === 'string' ? didYouMean(platform, ITEM_PLATFORMS) : undefined
  const message = platform === undefined ? 'is missing' : `${show(platform)} is no platform`
  return source.problem(where, message, close ?? `one of ${ITEM_PLATFORMS.join(', ')}`)
}

/** The entries that are mappings, with their index; the schema reports the others. */
function entriesOf(value: unknown): [number, Readonly<Record<string, unknown>>][] {
  const entries: unknown = (value as { usage?: unknown } | null)?.usage
  if (!Array.isArray(entries)) return []
  return [...entries.entries()].filter(
    ([, entry]) => typeof entry === 'object' && entry && !Array.isArray(entry),
  )
}

/** The region of every item without one. Also under a misspelt key: that is reported, and no item lacks its region. */
function topRegion(source: YamlSource, add: (problem: Problem) => void): string | undefined {
  const known = Object.keys(USAGE_FILE_SCHEMA.shape)
  const [key, region] =
    Object.entries(source.value ?? {}).find(([name]) => closeTo(name, known) === 'region') ?? []
  if (key === 'region' && typeof region === 'string')
    checkRegion(region, (field, message, hint) => add(source.problem([field], message, hint)))
  return region === undefined || typeof region === 'string' ? region : show(region)
}
