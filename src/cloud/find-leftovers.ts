import { wordsOf } from './call-error.ts'
import type { Cloud } from './cloud.ts'
import type { Standing } from './journal.ts'
import type { FoundResource, ResourceKind } from './resource.ts'

/** A resource of Plimsoll's that exists, and whether it may go. */
export interface Leftover extends FoundResource {
  /** Why it may be deleted: this machine's journal names its run, or its time is over; null where another run may need it. */
  readonly forgotten: 'journal' | 'expired' | null
}

export interface Leftovers {
  readonly found: readonly Leftover[]
  /** What could not be looked for, with why: it may hold more. */
  readonly unseen: readonly { readonly title: string; readonly why: string }[]
}

/** An API that is not enabled holds nothing. */
const DISABLED = /has not been used in project|SERVICE_DISABLED|it is disabled/i

/** Everything that carries Plimsoll's label or name, in every region, and what the journals name besides. */
export async function findLeftovers(
  cloud: Cloud,
  kinds: readonly ResourceKind[],
  journals: readonly Standing[],
): Promise<Leftovers> {
  const unseen: { title: string; why: string }[] = []
  const found = new Map<string, FoundResource>()
  await Promise.all(
    kinds.map(async (kind) => {
      try {
        for (const each of await kind.find({}, cloud)) found.set(`${each.kind} ${each.name}`, each)
        for (const each of await named(cloud, kind, journals)) found.set(`${each.kind} ${each.name}`, each)
      } catch (error) {
        if (!DISABLED.test(wordsOf(error))) unseen.push({ title: kind.title, why: wordsOf(error) })
      }
    }),
  )
  const runs = new Set(journals.map(({ run }) => run))
  const nowS = cloud.pace.now() / 1000
  return {
    found: [...found.values()].map((each) => ({ ...each, forgotten: forgotten(each, runs, nowS) })),
    unseen,
  }
}

/** What a journal names and no listing shows, because its labels were never set or were taken off. */
async function named(
  cloud: Cloud,
  { kind, describe }: ResourceKind,
  journals: readonly Standing[],
): Promise<FoundResource[]> {
  const resources = journals.flatMap((each) => each.resources).filter((each) => each.kind === kind)
  const described = await Promise.all(resources.map((each) => describe(each, cloud)))
  return described.filter((each) => each !== null)
}

function forgotten(
  { run, expiresS }: FoundResource,
  runs: ReadonlySet<string>,
  nowS: number,
): Leftover['forgotten'] {
  if (runs.has(run)) return 'journal'
  return expiresS !== null && expiresS < nowS ? 'expired' : null
}
