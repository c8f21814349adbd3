import { WorldError } from '../../core/errors.ts'
import {
  askedDelayMs,
  type CallError,
  explainFailure,
  isCallError,
  isPassing,
  isQuota,
  wordsOf,
} from './catalog-failure.ts'
import type { Catalog, SkuPage } from './open-catalog.ts'
import type { RawSku } from './read-sku.ts'
import { SERVICES, type ServiceKey } from './services.ts'

/** How failures that may pass are borne. Clock and chance are handed in, so that tests neither wait nor vary. */
export interface Patience {
  /** How often one page is tried again. */
  readonly retries: number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export type FetchEvent =
  | { readonly kind: 'page'; readonly service: string; readonly pages: number; readonly skus: number }
  | {
      readonly kind: 'retry'
      readonly reading: string
      readonly words: string
      readonly delayMs: number
      readonly left: number
    }

/** First delay before a page is tried again, ms; each further one is twice as long. */
const FIRST_DELAY_MS = 1000
/** The same when the quota is spent, which is counted by the minute. */
const FIRST_QUOTA_DELAY_MS = 8000
const LONGEST_DELAY_MS = 60_000

/** Compute Engine had 8 pages in 2026; a list that has not ended by then never will. */
const MOST_PAGES = 500

/**
 * Every SKU of a service, page by page.
 *
 * @throws UserError, WorldError when a page cannot be had, or the service has no SKU at all: the API answers a wrong
 *   service id with an empty list
 */
export async function fetchSkus(
  catalog: Catalog,
  service: ServiceKey,
  patience: Patience,
  signal: AbortSignal,
  onEvent: (event: FetchEvent) => void,
): Promise<RawSku[]> {
  const { id, name } = SERVICES[service]
  const skus: RawSku[] = []
  const seen = new Set<string>()
  let token = ''
  do {
    seen.add(token)
    const reading = `page ${seen.size} of ${name}`
    const page = await fetchPage(() => catalog.page(id, token, signal), reading, patience, signal, onEvent)
    for (const sku of page.skus) skus.push(sku)
    onEvent({ kind: 'page', service: name, pages: seen.size, skus: skus.length })
    token = page.next
    if ((token !== '' && seen.has(token)) || seen.size >= MOST_PAGES) throw endless(name, seen.size)
  } while (token !== '')
  if (skus.length === 0) {
    throw new WorldError(`the Cloud Billing Catalog lists no SKU of ${name} (services/${id})`, {
      hint: 'either the catalogue is incomplete or the service has a new id; the price book in force is unchanged',
    })
  }
  return skus
}

async function fetchPage(
  ask: () => Promise<SkuPage>,
  reading: string,
  patience: Patience,
  signal: AbortSignal,
  onEvent: (event: FetchEvent) => void,
): Promise<SkuPage> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask()
    } catch (cause) {
      signal.throwIfAborted()
      const error = cause as CallError
      if (!isCallError(error)) throw cause
      const left = patience.retries - attempt
      if (left <= 0 || !isPassing(error)) throw explainFailure(error, reading)
      const delayMs = delayOf(error, attempt, patience.random)
      onEvent({ kind: 'retry', reading, words: wordsOf(error), delayMs, left })
      await patience.sleep(delayMs, signal)
    }
  }
}

/** Doubling from the first, each spread over its upper half, so that clients that failed together return apart. */
function delayOf(error: CallError, attempt: number, random: () => number): number {
  const first = isQuota(error) ? FIRST_QUOTA_DELAY_MS : FIRST_DELAY_MS
  const doubled = Math.min(LONGEST_DELAY_MS, first * 2 ** attempt)
  const spread = doubled * (0.5 + random() / 2)
  return Math.min(LONGEST_DELAY_MS, Math.max(spread, askedDelayMs(error) ?? 0))
}

function endless(name: string, pages: number): WorldError {
  return new WorldError(
    `the Cloud Billing Catalog repeats itself: the list of ${name} does not end after ${pages} pages`,
  )
}
