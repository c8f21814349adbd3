import { FakeError } from '../fault.ts'

/** Filters of lists, as far as they are used: `name = x`, `name eq regex`, `labels.key = x`, `labels.key:*`. */
export function matchesFilter(body: object, filter: string | null): boolean {
  if (!filter) return true
  const [, field = '', operator = '', wanted = ''] =
    /^(name|labels\.[a-z0-9_-]+)\s*(=|:|\beq\b)\s*(\S+)$/.exec(filter) ?? []
  const value = fieldOf(body, field)
  if (operator === '=') return value === wanted
  if (operator === 'eq') return value !== undefined && new RegExp(`^(?:${wanted})$`).test(value)
  if (operator === ':' && wanted === '*') return value !== undefined
  throw new FakeError(3, `Invalid value for field 'filter': '${filter}'. Invalid list filter expression.`)
}

function fieldOf(body: object, field: string): string | undefined {
  const { name, labels } = body as { name?: string; labels?: Record<string, string> }
  return field === 'name' ? name : labels?.[field.replace('labels.', '')]
}
