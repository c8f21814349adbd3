import type { z } from 'zod'
import type { Candidate } from '../core/candidate.ts'
import type { Problem } from '../core/errors.ts'
import { completeCandidate, type Report } from './complete-candidate.ts'
import { CANDIDATE_SCHEMAS, PLATFORM_IDS, type RawCandidate, SCENARIO_SCHEMA } from './definition.ts'
import { expandGrid, type GridPoint, gridSize } from './expand-grid.ts'
import { closeTo, didYouMean, explainIssues } from './explain-issue.ts'
import { show } from './fields.ts'
import { salvage } from './salvage.ts'
import type { Path, YamlSource } from './source.ts'

/** A scenario that spans more is a mistake: a run of it would take days. */
const MOST_CANDIDATES = 1000

export interface ReadCandidates {
  readonly candidates: readonly Candidate[]
  readonly problems: readonly Problem[]
}

/** Expands, checks, completes and names the candidates of a scenario, and reports each problem of theirs once. */
export function readCandidates(scenario: unknown, source: YamlSource): ReadCandidates {
  const problems = new Map<string, Problem>()
  const add = (problem: Problem) => problems.set(JSON.stringify(problem), problem)
  const entries = candidateEntries(scenario)
  const total = entries.reduce((sum, [, entry]) => sum + gridSize(entry), 0)
  if (total > MOST_CANDIDATES) {
    const hint = `at most ${MOST_CANDIDATES}: shorten the lists`
    return {
      candidates: [],
      problems: [source.problem(['candidates'], `the lists span ${total} candidates`, hint)],
    }
  }
  const candidates = new Map<string, Candidate>()
  for (const [index, entry] of entries) {
    for (const key of emptyLists(entry)) add(source.problem(['candidates', index, key], 'the list is empty'))
    for (const point of expandGrid(entry)) {
      const locate = (path: Path): Path => ['candidates', index, ...point.locate(path)]
      const candidate = readPoint(point, topRegion(scenario), source, locate, add)
      if (candidate && candidates.has(candidate.name)) {
        add(
          source.problem(
            ['candidates', index],
            `"${candidate.name}" is listed twice`,
            'remove one of the two',
          ),
        )
      }
      if (candidate) candidates.set(candidate.name, candidate)
    }
  }
  return { candidates: [...candidates.values()], problems: [...problems.values()] }
}

function readPoint(
  { value }: GridPoint,
  region: string | undefined,
  source: YamlSource,
  locate: (path: Path) => Path,
  add: (problem: Problem) => void,
): Candidate | undefined {
  const platform = PLATFORM_IDS.find((id) => id === value.platform)
  if (platform === undefined) {
    add(unknownPlatform(value.platform, source, locate(['platform'])))
    return undefined
  }
  const schema = CANDIDATE_SCHEMAS[platform]
  const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? []
  explainIssues(issues, schema, source, locate).forEach(add)
  const raw = salvage<z.ZodType<RawCandidate>>(schema, value)
  const report: Report = (field, message, hint) => add(source.problem(locate([field]), message, hint))
  const candidate = raw && completeCandidate(raw, value, region, report)
  return issues.length === 0 ? candidate : undefined
}

function unknownPlatform(platform: unknown, source: YamlSource, where: Path): Problem {
  const close = typeof platform === 'string' ? didYouMean(platform, PLATFORM_IDS) : undefined
  const message = platform === undefined ? 'is missing' : `${show(platform)} is no platform`
  return source.problem(where, message, close ?? `one of ${PLATFORM_IDS.join(', ')}`)
}

/** The entries that are mappings, with their index; the schema reports the others. */
function candidateEntries(scenario: unknown): [number, Readonly<Record<string, unknown>>][] {
  const entries: unknown = (scenario as { candidates?: unknown } | null)?.candidates
  if (!Array.isArray(entries)) return []
  return [...entries.entries()].filter(
    ([, entry]) => typeof entry === 'object' && entry && !Array.isArray(entry),
  )
}

/** Also under a misspelt key: that is reported, and no candidate lacks its region. */
function topRegion(scenario: unknown): string | undefined {
  const known = Object.keys(SCENARIO_SCHEMA.shape)
  const entries = Object.entries(scenario ?? {})
  const region = entries.find(([key]) => closeTo(key, known) === 'region')?.[1]
  return region === undefined || typeof region === 'string' ? region : show(region)
}

function emptyLists(entry: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(entry).filter((key) => Array.isArray(entry[key]) && entry[key].length === 0)
}
