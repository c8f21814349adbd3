import type { z } from 'zod'

/**
 * Parses `value`; where that fails, parses it again without the fields at fault, so that checks which compare fields
 * still see the rest and one mistake does not hide another. Undefined when what is left does not parse either.
 */
export function salvage<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | undefined {
  const whole = schema.safeParse(value)
  if (whole.success) return whole.data
  if (typeof value !== 'object' || value === null) return undefined
  const rest = structuredClone(value)
  for (const issue of whole.error.issues) {
    if (issue.code !== 'unrecognized_keys') remove(rest, issue.path)
    else for (const key of issue.keys) remove(rest, [...issue.path, key])
  }
  const again = schema.safeParse(rest)
  return again.success ? again.data : undefined
}

function remove(root: object, path: readonly PropertyKey[]): void {
  let parent: unknown = root
  for (const key of path.slice(0, -1)) parent = (parent as Record<PropertyKey, unknown> | undefined)?.[key]
  const last = path.at(-1)
  if (last !== undefined && typeof parent === 'object' && parent !== null)
    Reflect.deleteProperty(parent, last)
}
