import type { CloudRecord, DeploymentRecord } from '../core/deployment-record.ts'
import { formatUsd } from '../core/money.ts'
import { formatMs } from '../core/units.ts'

/** What was deployed to measure, how long each step took and what it cost. */
export function deploymentSentences({ project, spentUsd, maxSpendUsd, deployments }: CloudRecord): string[] {
  return [spendSentence({ project, spentUsd, maxSpendUsd }), ...deployments.map(describe)]
}

/** The spend is an upper end: every replica counts as busy while it exists. */
export function spendSentence({
  project,
  spentUsd,
  maxSpendUsd,
}: Pick<CloudRecord, 'project' | 'spentUsd' | 'maxSpendUsd'>): string {
  const spent = `at most ${formatUsd(spentUsd)} of the ${formatUsd(maxSpendUsd)} allowed`
  return `Deployments in ${project} cost ${spent}, at list prices, requests and network traffic aside.`
}

function describe({ candidate, steps, coldStartMs, roundTripMs, spentUsd, notes }: DeploymentRecord): string {
  const cold = coldStartMs.length > 0 ? [`starts from zero ${coldStartMs.map(formatMs).join(', ')}`] : []
  const trip = roundTripMs === null ? [] : [`round trip ${formatMs(roundTripMs)}`]
  const times = withoutRepeats(steps).map(({ step, ms }) => `${step} ${formatMs(ms)}`)
  return `${candidate}: ${[...times, ...cold, ...trip, ...notes, formatUsd(spentUsd)].join(', ')}`
}

/** Scaling to zero is done several times; the times that it leads to stand by themselves. */
function withoutRepeats(steps: DeploymentRecord['steps']): DeploymentRecord['steps'] {
  const first = new Map(steps.toReversed().map((each) => [each.step, each]))
  return steps.filter((each) => first.get(each.step) === each)
}
