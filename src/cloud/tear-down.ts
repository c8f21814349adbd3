import { failureOf, wordsOf } from './call-error.ts'
import type { Cloud } from './cloud.ts'
import type { Resource, ResourceKind } from './resource.ts'

/** A resource that could not be shown to be gone. */
export interface Left {
  readonly resource: Resource
  /** The platform's own words, or that it could not be listed. */
  readonly why: string
}

export interface TearDown {
  readonly cloud: Cloud
  readonly kinds: readonly ResourceKind[]
  /** In the order of creation. */
  readonly resources: readonly Resource[]
  /** The run whose label is looked for: what carries it and is not in `resources` is not touched. */
  readonly run: string
  /** A call that creates may yet take effect: what is gone is looked for again. */
  readonly uncertain?: boolean
  /** Told of each resource once no listing shows it. */
  readonly onGone: (resource: Resource) => void
}

/** Rounds of deleting what is left and looking again, and the longest wait between two, ms. */
const MOST_ROUNDS = 9
const LONGEST_WAIT_MS = 60_000
/** Looks that must find nothing after a call whose effect is unknown. */
const UNCERTAIN_LOOKS = 3

/**
 * Deletes in reverse order of creation, as often as it takes within bounds, and believes only the listing: a resource
 * is gone when its kind's `find` shows it no more. Runs to its end whatever happens; it throws nothing.
 */
export async function tearDown(order: TearDown): Promise<readonly Left[]> {
  const { cloud, resources, uncertain = false, onGone } = order
  let left = resources.toReversed()
  const why = new Map<Resource, string>()
  let quietLooks = 0
  for (let round = 0; round < MOST_ROUNDS && left.length > 0; round++) {
    if (round > 0) await cloud.pace.sleep(waitMs(round, cloud))
    for (const resource of left) {
      const fault = await deleteOne(resource, order)
      if (fault === undefined) why.delete(resource)
      else why.set(resource, fault)
    }
    const seen = await listed(left, order)
    for (const resource of left) {
      const state = seen.get(resource)
      if (state !== 'gone') why.set(resource, why.get(resource) ?? explain(state))
    }
    const standing = left.filter((resource) => seen.get(resource) !== 'gone')
    quietLooks = standing.length === 0 ? quietLooks + 1 : 0
    if (standing.length === 0 && uncertain && quietLooks < UNCERTAIN_LOOKS) continue
    for (const resource of left) if (!standing.includes(resource)) onGone(resource)
    left = standing
  }
  return left.map((resource) => ({ resource, why: why.get(resource) ?? 'it is still listed' }))
}

function waitMs(round: number, { settings: { pollMs } }: Cloud): number {
  return Math.min(LONGEST_WAIT_MS, pollMs * 2 ** (round - 1))
}

type State = 'gone' | 'there' | { readonly unseen: string }

function explain(state: State | undefined): string {
  if (state === 'there' || state === undefined || state === 'gone') return 'it is still listed'
  return `whether it is gone could not be seen: ${state.unseen}`
}

/** @returns the platform's words where it failed */
async function deleteOne(resource: Resource, { kinds, cloud }: TearDown): Promise<string | undefined> {
  const kind = kinds.find((each) => each.kind === resource.kind)
  if (!kind) return `this version knows no resources of kind ${resource.kind}`
  try {
    await kind.delete(resource, cloud)
    return undefined
  } catch (error) {
    return failureOf(error) === 'not-found' ? undefined : wordsOf(error)
  }
}

/** One listing of each kind, in the regions at hand. */
async function listed(
  left: readonly Resource[],
  { kinds, cloud, run }: TearDown,
): Promise<Map<Resource, State>> {
  const states = new Map<Resource, State>()
  const present = new Set(left.map(({ kind }) => kind))
  for (const kind of kinds.filter((each) => present.has(each.kind))) {
    const some = left.filter((each) => each.kind === kind.kind)
    const regions = [...new Set(some.map(({ region }) => region))]
    const found = await kind.find({ run, regions }, cloud).then(
      (all) => new Set(all.map(({ name }) => name)),
      (error: unknown) => ({ unseen: wordsOf(error) }),
    )
    for (const each of some) {
      states.set(each, found instanceof Set ? (found.has(each.name) ? 'there' : 'gone') : found)
    }
  }
  for (const each of left) if (!states.has(each)) states.set(each, { unseen: `unknown kind ${each.kind}` })
  return states
}
