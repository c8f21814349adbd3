import { failureOf } from '../call-error.ts'
import type { Cloud } from '../cloud.ts'
import type { FoundResource } from '../resource.ts'
import { readLabels } from '../run-labels.ts'
import { inProject } from './names.ts'
import { endOperations, type OperationsOwner } from './operations.ts'

interface Labelled {
  readonly name?: string | null
  readonly labels?: Readonly<Record<string, string>> | null
}

/** An endpoint or a model, which cost nothing; undefined where it is none of Plimsoll's. */
export function labelled(
  { name, labels }: Labelled,
  kind: string,
  cloud: Cloud,
  region: string,
): FoundResource | undefined {
  const read = readLabels(labels)
  if (!read) return undefined
  return {
    kind,
    name: inProject(cloud.project, name ?? ''),
    region,
    ...read,
    hourly: { least: [], most: [] },
  }
}

export async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (failureOf(error) === 'not-found') return undefined
    throw error
  }
}

/** What is not there may still be under way: it appears when the operation that creates it ends, and goes then. */
export async function removeOnceMade(
  cloud: Cloud,
  client: OperationsOwner,
  name: string,
  remove: () => Promise<void>,
): Promise<void> {
  const missing = async (error: unknown) => {
    if (failureOf(error) !== 'not-found') throw error
    return 'missing' as const
  }
  if ((await remove().catch(missing)) !== 'missing') return
  if (await endOperations(cloud, client, name)) await remove().catch(missing)
}
