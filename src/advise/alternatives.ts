import type { Advice, Verdict } from '../core/advice.ts'
import { formatUsd } from '../core/money.ts'
import { formatMs } from '../core/units.ts'
import { shownPercentile } from './explain.ts'

/** What else is worth a look, in sentences: faster ones for more money, and the best of settings that were compared. */
export function alternativeSentences(advice: Advice): string[] {
  return [...fasterSentence(advice), ...settingsSentences(advice)]
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
