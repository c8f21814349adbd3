import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { type Problem, UserError } from '../core/errors.ts'
import type { ModelProfile } from '../core/model-profile.ts'
import { PROFILE_SCHEMA } from './schema/profile-schema.ts'

const HINT = 'plimsoll profile --save profile.json writes one'

/**
 * A saved profile. Fields that a later version adds are no fault.
 * @throws UserError with every fault and its field
 */
export function readProfile(file: string): ModelProfile {
  const value = parse(file)
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (typeof version === 'number' && version > 1)
    throw new UserError({ file, message: `saved with schema version ${version}`, hint: 'upgrade plimsoll' })
  const result = PROFILE_SCHEMA.safeParse(value)
  const problems = result.success
    ? duplicates(result.data.results).map((field) => ({ file, field, message: 'the same setting again' }))
    : result.error.issues.flatMap((issue) => problemOf(issue, file))
  if (problems.length > 0)
    throw new UserError(
      problems.map((each, at) => (at < problems.length - 1 ? each : { ...each, hint: HINT })),
    )
  return value as ModelProfile
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT' ? 'does not exist' : code ? `cannot be read: ${code}` : `is not JSON: ${message}`
    throw new UserError({ file, message: why, hint: HINT })
  }
}

/** A field that this version does not know is not one that is wrong. */
function problemOf(issue: z.core.$ZodIssue, file: string): Problem[] {
  if (issue.code === 'unrecognized_keys') return []
  const field = issue.path.reduce<string>(
    (path, part) =>
      typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part),
    '',
  )
  return [{ file, ...(field && { field }), message: `not a saved profile: ${issue.message}` }]
}

function duplicates(results: z.infer<typeof PROFILE_SCHEMA>['results']): string[] {
  const seen = new Set<string>()
  return results.flatMap(({ variant, threads, batch, concurrency }, index) => {
    const key = JSON.stringify([variant, threads, batch, concurrency])
    if (seen.has(key)) return [`results[${index}]`]
    seen.add(key)
    return []
  })
}
