import { closestMatch } from 'leven'
import { z } from 'zod'
import type { Problem } from '../core/errors.ts'
import { show } from './fields.ts'
import type { Path, YamlSource } from './source.ts'

/** Where the schema's path `path` stands in the file: candidates come from grids, so the two can differ. */
export type Locate = (path: Path) => Path

/**
 * Turns what zod found into problems with a place, the words of the file and what would be right. A field that is
 * missing because its key is misspelt is one problem, that of the key.
 */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  source: YamlSource,
  locate: Locate,
): Problem[] {
  const misspelt = new Set(
    issues.flatMap((issue) => {
      if (issue.code !== 'unrecognized_keys') return []
      const known = keysOf(schemaAt(schema, issue.path.map(String)))
      return issue.keys.map((key) => [...issue.path, closeTo(key, known)].join('.'))
    }),
  )
  return issues
    .filter((issue) => !isMissing(issue) || !misspelt.has(issue.path.join('.')))
    .flatMap((issue) => explainIssue(issue, schema, source, locate))
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.input === undefined && issue.code !== 'custom' && issue.code !== 'unrecognized_keys'
}

function explainIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  source: YamlSource,
  locate: Locate,
): Problem[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, path, schema, source, locate))
  }
  const field = schemaAt(schema, path)
  const where = locate(path)
  if (isMissing(issue)) return [source.problem(where, 'is missing', hintOf(field))]
  if (issue.code === 'invalid_value') return [wrongChoice(issue, where, source)]
  if (issue.code === 'invalid_type' && isStructure(issue.expected)) {
    const message = `${show(issue.input)} is not ${issue.expected === 'array' ? 'a list' : 'a mapping'}`
    return [source.problem(where, message, hintOf(field))]
  }
  return [source.problem(where, issue.message, hintOf(field))]
}

/** "did you mean" for a word among the words that would be right; undefined when none is close. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const match = closeTo(word, known)
  return match === undefined ? undefined : `did you mean ${match}?`
}

/** The known word that is close enough to be what was meant: at most `distance` letters are wrong. */
export function closeTo(
  word: string,
  known: readonly string[],
  distance = Math.max(2, Math.ceil(word.length / 3)),
): string | undefined {
  return closestMatch(word, known, { maxDistance: distance })
}

function keysOf(schema: z.ZodType | undefined): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

function unknownKey(key: string, path: Path, schema: z.ZodType, source: YamlSource, locate: Locate): Problem {
  const known = keysOf(schemaAt(schema, path))
  const hint = didYouMean(key, known) ?? `known here: ${known.join(', ')}`
  return source.keyProblem(locate([...path, key]), `unknown field "${key}"`, hint)
}

function wrongChoice(issue: z.core.$ZodIssueInvalidValue, where: Path, source: YamlSource): Problem {
  const options = issue.values.map(String)
  const close = typeof issue.input === 'string' ? didYouMean(issue.input, options) : undefined
  const message = `${show(issue.input)} is not ${options.length > 12 ? 'known here' : `one of ${options.join(', ')}`}`
  return source.problem(
    where,
    message,
    close ?? (options.length > 12 ? `known: ${options.join(', ')}` : undefined),
  )
}

/** The schema of the field at `path`, seen through defaults, optionals and transforms. */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let current: z.ZodType | undefined = unwrap(schema)
  for (const key of path) {
    if (current instanceof z.ZodObject) current = current.shape[key] as z.ZodType | undefined
    else if (current instanceof z.ZodArray) current = current.element as z.ZodType
    else if (current instanceof z.ZodRecord) current = current.valueType as z.ZodType
    else return undefined
    current = current && unwrap(current)
  }
  return current
}

function unwrap(schema: z.ZodType): z.ZodType {
  const inner =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
  return inner ? unwrap(schema.unwrap() as z.ZodType) : schema
}

function hintOf(field: z.ZodType | undefined): string | undefined {
  const { examples, description } = field?.meta() ?? {}
  if (Array.isArray(examples)) return `write it like ${examples.map((example) => plain(example)).join(', ')}`
  return description
}

function plain(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example)
}

function isStructure(expected: string): boolean {
  return expected === 'array' || expected === 'object' || expected === 'record'
}
