import { createHash } from 'node:crypto'

/** Labels of everything that Plimsoll creates. */
const RUN_LABEL = 'plimsoll-run'
/** Seconds since 1970 after which nobody needs the resource any more. */
const EXPIRY_LABEL = 'plimsoll-expires'
/** Beginning of every name that Plimsoll chooses. */
const NAME_PREFIX = 'plimsoll'

const KEY = /^\d{14}-[0-9a-f]{6}$/

/**
 * What labels and names call a run: when it began and a fingerprint, because ids may hold what labels may not.
 * @returns 21 characters, e.g. `20261124151353-9f3b2c`
 */
export function runKey(run: { readonly id: string; readonly startedAt: string }): string {
  const stamp = run.startedAt.replace(/\D/g, '').slice(0, 14)
  const print = createHash('sha256').update(`${run.id} ${run.startedAt}`).digest('hex').slice(0, 6)
  return `${stamp}-${print}`
}

export function runLabels(run: string, expiresS: number): Readonly<Record<string, string>> {
  return { [RUN_LABEL]: run, [EXPIRY_LABEL]: String(Math.ceil(expiresS)) }
}

/**
 * Name of a resource, fit for every platform: a lowercase letter first, at most 49 characters (Cloud Run's limit).
 * @param part tells the resources of a candidate apart, at most 12 characters
 */
export function resourceName(run: string, candidate: string, part?: string): string {
  return [NAME_PREFIX, run, candidate, part].filter((each) => each !== undefined).join('-')
}

/** The run that a name says it belongs to; undefined where Plimsoll did not choose it. */
export function runOfName(name: string): string | undefined {
  const [, run] = /^plimsoll-(\d{14}-[0-9a-f]{6})-/.exec(name.split('/').at(-1) ?? '') ?? []
  return run
}

/** What labels say of their resource; undefined where it is none of Plimsoll's. */
export function readLabels(
  labels: Readonly<Record<string, string>> | null | undefined,
): { readonly run: string; readonly expiresS: number | null } | undefined {
  const run = labels?.[RUN_LABEL]
  if (run === undefined || !KEY.test(run)) return undefined
  const expires = Number(labels?.[EXPIRY_LABEL])
  return { run, expiresS: Number.isFinite(expires) && expires > 0 ? expires : null }
}
