import type { Decimal } from '../core/money.ts'
import { decimal, sum } from '../core/money.ts'

/** Compute Engine, and Cloud Run by the instance, bill at least this much of anything's life (pricing pages, 2026-10). */
const LEAST_BILLED_MS = 60_000
const HOUR_MS = 3_600_000

interface Stretch {
  readonly owner: string
  readonly usdPerHour: Decimal
  readonly fromMs: number
  toMs: number | undefined
}

/** What alive resources have cost: the most that each can bill, times the time since the call that created it. Pure. */
export class SpendMeter {
  readonly #stretches = new Map<string, Stretch>()
  #ended: Stretch[] = []

  /** @param owner the candidate that it is for */
  begin(name: string, owner: string, usdPerHour: Decimal, nowMs: number): void {
    this.end(name, nowMs)
    this.#stretches.set(name, { owner, usdPerHour, fromMs: nowMs, toMs: undefined })
  }

  /** From when it is known to be gone. */
  end(name: string, nowMs: number): void {
    const stretch = this.#stretches.get(name)
    if (!stretch) return
    stretch.toMs = nowMs
    this.#stretches.delete(name)
    this.#ended.push(stretch)
  }

  /** US dollars until now, of one candidate or of all. */
  spentUsd(nowMs: number, owner?: string): Decimal {
    const all = [...this.#ended, ...this.#stretches.values()]
    return sum(
      all.filter((each) => owner === undefined || each.owner === owner).map((each) => cost(each, nowMs)),
    )
  }

  /** US dollars an hour of all that is alive. */
  get usdPerHour(): Decimal {
    return sum([...this.#stretches.values()].map((each) => each.usdPerHour))
  }
}

function cost({ usdPerHour, fromMs, toMs }: Stretch, nowMs: number): Decimal {
  const livedMs = Math.max(LEAST_BILLED_MS, Math.round((toMs ?? nowMs) - fromMs))
  return usdPerHour.times(livedMs).div(HOUR_MS)
}

/**
 * Whether to stop now so that the cap holds at the next look: what is spent, and what will be until then and until
 * everything is deleted.
 */
export function reachesCap(
  meter: SpendMeter,
  maxSpendUsd: Decimal,
  nowMs: number,
  { pollMs, tearDownMs }: { readonly pollMs: number; readonly tearDownMs: number },
): boolean {
  const ahead = meter.usdPerHour.times(Math.round(pollMs + tearDownMs)).div(HOUR_MS)
  return meter.spentUsd(nowMs).plus(ahead).gte(decimal(maxSpendUsd))
}
