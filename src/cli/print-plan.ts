import { type Decimal, formatUsd, sum } from '../core/money.ts'
import type { PlannedDeployment } from '../run/deploy/plan-deployments.ts'

/** The plan of a dry run: what is created, how long it takes and what it costs, each and in all. */
export function printPlan(
  plans: readonly PlannedDeployment[],
  candidates: number,
  maxSpend: Decimal | undefined,
): string {
  const others = candidates - plans.length
  const rest =
    others > 0
      ? [
          `${others} of ${candidates} candidates are not deployed: refused, running, or of a variant whose place deploy.variants does not say`,
        ]
      : []
  return [...plans.map(printOne), ...rest, printTotal(plans, maxSpend)].join('\n')
}

function printOne({ candidate, resources, seconds, usd, missingPrice, notes }: PlannedDeployment): string {
  const cost = usd ? `${formatUsd(usd.low)} to ${formatUsd(usd.high)}` : `unknown: ${missingPrice}`
  return [
    candidate.name,
    ...resources.map(({ kind, name }) => `    creates ${kind} ${name}`),
    `    takes ${minutes(seconds.low)} to ${minutes(seconds.high)}, costs ${cost}`,
    ...notes.map((note) => `    ${note}`),
  ].join('\n')
}

function printTotal(plans: readonly PlannedDeployment[], maxSpend: Decimal | undefined): string {
  const priced = plans.flatMap(({ usd }) => usd ?? [])
  const low = formatUsd(sum(priced.map((usd) => usd.low)))
  const high = formatUsd(sum(priced.map((usd) => usd.high)))
  const unpriced = plans.length - priced.length
  const without = unpriced > 0 ? `, without ${unpriced} that cannot be priced` : ''
  const cap = maxSpend ? `; the cap is ${formatUsd(maxSpend)}` : '; --max-spend caps it'
  return `in all ${low} to ${high}${without}${cap}\nat list prices, before requests and network traffic`
}

function minutes(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}
