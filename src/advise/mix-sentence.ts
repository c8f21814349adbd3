import type { Mix } from '../core/mix.ts'
import { formatUsd } from '../core/money.ts'
import { formatMs, formatRps } from '../core/units.ts'
import { formatRange, formatUsdRange } from './explain.ts'

/** A mix in a sentence or two: what takes what, what it costs and saves, how fast it is, and what it presumes. */
export function mixSentence(mix: Mix): string {
  const { usdPerMonth, latencyMs, evidence } = mix
  const [p95, p99] = [latencyMs.p95, latencyMs.p99].map((range) => formatRange(range, formatMs))
  return `${head(mix)} ${parts(mix)} would meet the SLO for ${formatUsdRange(usdPerMonth)} a month, ${gain(mix)}; p95 ${p95}, p99 ${p99}; ${evidence}. ${splitSentence(mix)}`
}

/** The same where there is room for two lines: what takes what, the cost with its range, and what it saves. */
export function briefMix(mix: Mix): string {
  const saved = mix.usdLess === null ? 'where no single one meets' : `${formatUsd(mix.usdLess)} less`
  return `Or ${parts(mix)}: ${formatUsdRange(mix.usdPerMonth)} a month, ${saved}; ${mix.evidence}.`
}

function parts({ base, burst }: Mix): string {
  const count = `${base.replicas} replica${base.replicas === 1 ? '' : 's'}`
  return `a mix of ${base.candidate.name} (${count}, up to ${formatRps(base.upToRps)} requests/s) and ${burst.candidate.name} (the rest)`
}

function head({ isClear }: Mix): string {
  return isClear
    ? 'Clearly cheaper, if you can split the traffic by its rate, and not ranked:'
    : 'Not ranked:'
}

function gain({ than, usdLess, isClear }: Mix): string {
  if (than === null || usdLess === null) return 'where no single one does'
  const doubt = isClear ? '' : ', but the ranges overlap'
  return `${formatUsd(usdLess)} less than ${than} alone${doubt}`
}

function splitSentence({ splitBy, base }: Mix): string {
  const rate = `${formatRps(base.upToRps)} requests/s`
  return splitBy === 'clients'
    ? `Your clients, or a gateway of yours, have to send what comes above ${rate} to the burst.`
    : `Its load balancer has to be given weights that follow the rate, so that what comes above ${rate} goes to the burst.`
}
