import type { Cloud } from '../../cloud/cloud.ts'
import type { DeployOrder } from '../../cloud/deployer.ts'
import type { Journal } from '../../cloud/journal.ts'
import type { Hourly, PlannedResource } from '../../cloud/resource.ts'
import { runKey, runLabels } from '../../cloud/run-labels.ts'
import { reachesCap, SpendMeter } from '../../cloud/spend-meter.ts'
import type { PriceBook, Usage } from '../../core/bill.ts'
import type { Candidate } from '../../core/candidate.ts'
import type { DeploySettings } from '../../core/deploy-settings.ts'
import { UserError } from '../../core/errors.ts'
import { type Decimal, decimal, exact, formatUsd } from '../../core/money.ts'
import type { Listener } from '../../core/run-event.ts'
import type { RunRecord } from '../../core/run-record.ts'
import { billUsage } from '../../pricing/bill.ts'
import { candidateSettings } from './candidate-settings.ts'

/** What a run that deploys is handed: the project, the money, and where names are written down first. */
export interface Deploying {
  readonly cloud: Cloud
  readonly journal: Journal
  readonly book: PriceBook
  readonly maxSpendUsd: Decimal
  /** The first Ctrl-C: no further deployment; the load under way is finished and everything is taken down. */
  readonly ending: AbortSignal
}

/** The cap is reached. */
class CapReached extends Error {
  override readonly name = 'CapReached'
}

/** Time that deleting what is alive may take while it goes on billing, ms. */
const TEAR_DOWN_MS = 60_000

/** Price of an hour. @throws UserError where a price is missing: what cannot be counted cannot be capped */
function usdOfHour(usage: readonly Usage[], book: PriceBook): Decimal {
  const { missing, usdTotal } = billUsage(usage, book)
  if (usdTotal !== null) return decimal(usdTotal)
  throw new UserError({
    message: `it cannot be priced, so its spend cannot be capped: ${missing[0]?.message}`,
    hint: 'plimsoll prices sync reads the prices of today',
  })
}

export function usdPerDay({ least, most }: Hourly, book: PriceBook): { low: string; high: string } {
  const day = (usage: readonly Usage[]) => billUsage(usage, book).usdTotal
  const text = (usd: string | null) => (usd === null ? 'unknown' : decimal(usd).times(24).round(4).toFixed())
  return { low: text(day(least)), high: text(day(most)) }
}

/** Orders for the candidates of a run; pure, so that a resumed run has the same names. @param nowMs the expiry counts from it */
export function deployOrders(
  record: Pick<RunRecord, 'id' | 'startedAt' | 'scenario'>,
  settings: DeploySettings,
  nowMs: number,
): (candidate: Candidate) => DeployOrder {
  const run = runKey(record)
  const expiresS = (nowMs + settings.expiryMs) / 1000
  const { candidates, load, assumptions } = record.scenario
  return (candidate) => {
    const own = candidateSettings(candidate, settings)
    if (!own) throw new Error(`${candidate.name} cannot be deployed: nothing says where its variant is`)
    return {
      settings: own,
      run,
      key: `c${candidates.findIndex(({ name }) => name === candidate.name) + 1}`,
      labels: runLabels(run, expiresS),
      image: own.image,
      targetUtilization: assumptions.targetUtilization,
      requestTimeoutMs: load.timeoutMs,
    }
  }
}

/** The money of a run: counts what is alive, and aborts when the cap is near. */
export class Purse {
  readonly meter = new SpendMeter()
  readonly #deploying: Deploying
  readonly #cap = new AbortController()
  readonly #notify: Listener
  #watching = true

  constructor(deploying: Deploying, notify: Listener) {
    this.#deploying = deploying
    this.#notify = notify
  }

  /** Aborts with `CapReached`. */
  get capped(): AbortSignal {
    return this.#cap.signal
  }

  readonly usdPerHour = ({ hourly }: PlannedResource): Decimal => usdOfHour(hourly.most, this.#deploying.book)

  spentUsd(candidate?: string): Decimal {
    return this.meter.spentUsd(this.#deploying.cloud.pace.now(), candidate)
  }

  /** Looks at the spend every `pollMs` until `stop`. */
  async watch(): Promise<void> {
    const { cloud, maxSpendUsd } = this.#deploying
    const { pollMs } = cloud.settings
    while (this.#watching && !this.capped.aborted) {
      this.#notify({
        kind: 'spend',
        spentUsd: exact(this.spentUsd().round(6)),
        capUsd: exact(maxSpendUsd),
      })
      if (reachesCap(this.meter, maxSpendUsd, cloud.pace.now(), { pollMs, tearDownMs: TEAR_DOWN_MS }))
        this.#cap.abort(new CapReached(`the spend cap of ${formatUsd(maxSpendUsd)} is reached`))
      else await cloud.pace.sleep(pollMs)
    }
  }

  stop(): void {
    this.#watching = false
  }
}
