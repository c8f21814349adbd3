import { withoutSecrets } from './call-error.ts'
import type { Cloud } from './cloud.ts'

/** Lines that are shown of what a deployment wrote before it failed. */
const MOST_LINES = 5
const MOST_CHARACTERS = 200

interface Entry {
  readonly textPayload?: string
  readonly jsonPayload?: { readonly message?: unknown }
}

/** The last lines that a filter of Cloud Logging finds, oldest first; none where they cannot be read. */
export async function lastLogLines(cloud: Cloud, filter: string): Promise<readonly string[]> {
  try {
    const body = {
      resourceNames: [`projects/${cloud.project}`],
      filter,
      orderBy: 'timestamp desc',
      pageSize: MOST_LINES,
    }
    const reply = await cloud.rest('logging', { method: 'POST', path: '/v2/entries:list', body })
    const { entries = [] } = (reply ?? {}) as { entries?: readonly Entry[] }
    return entries.flatMap(lineOf).reverse()
  } catch {
    // They are of help, no more: the failure that they would explain is told all the same.
    return []
  }
}

function lineOf({ textPayload, jsonPayload }: Entry): string[] {
  const text = textPayload ?? jsonPayload?.message
  return typeof text === 'string' && text.trim() !== ''
    ? [withoutSecrets(text.trim()).replace(/\s+/g, ' ').slice(0, MOST_CHARACTERS)]
    : []
}
