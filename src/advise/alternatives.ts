import type { Advice, Verdict } from '../core/advice.ts'
import { formatUsd } from '../core/money.ts'
import { formatMs } from '../core/units.ts'
import { formatRange, formatUsdRange, shownPercentile } from './explain.ts'
import { mixSentence } from './mix-sentence.ts'

/** What else is worth a look, in sentences: faster ones, the best of settings compared, settings that were not, and a mix. */
export function alternativeSentences(advice: Advice): string[] {
  const { mix } = advice
  return [
    ...fasterSentence(advice),
    ...settingsSentences(advice),
    ...suggestionSentence(advice),
    // One that is clearly cheaper is told of in the recommendation.
    ...(mix && !mix.isClear ? [mixSentence(mix)] : []),
  ]
}

function fasterSentence({ frontier, verdicts, slo }: Advice): string[] {
  const percentile = shownPercentile(slo)
  const faster = frontier.slice(1).flatMap((name) => {
    const verdict = verdicts.find(({ candidate }) => candidate.name === name)
    return verdict ? [priced(verdict, percentile)] : []
  })
  return faster.length > 0 ? [`Faster for more money: ${faster.join('; ')}.`] : []
}

function priced(
  { candidate, latencyMs, usdPerMonth }: Verdict,
  percentile: ReturnType<typeof shownPercentile>,
) {
  const ms = formatMs(latencyMs?.[percentile].value ?? Number.NaN)
  return `${candidate.name}, ${percentile} ${ms}, ${formatUsd(usdPerMonth?.value ?? '0')}`
}

function settingsSentences({ bestSettings }: Advice): string[] {
  return bestSettings.map(({ of, best, among }) => `Best of ${among.length} settings of ${of}: ${best}.`)
}

function suggestionSentence({ suggestion, slo }: Advice): string[] {
  if (!suggestion) return []
  const { candidate, usdPerMonth, latencyMs, evidence, usdLess } = suggestion
  const percentile = shownPercentile(slo)
  const latency = `${percentile} ${formatRange(latencyMs[percentile], formatMs)}`
  const gain =
    usdLess === null
      ? 'where none that it lists does'
      : `${formatUsd(usdLess)} less than the cheapest that it lists`
  return [
    `Not in your scenario, and not ranked: ${candidate.name} would meet the SLO for ${formatUsdRange(usdPerMonth)} a month, ${gain}; ${latency}; ${evidence}. List it to have it compared.`,
  ]
}
