import { alternativeSentences } from '../advise/alternatives.ts'
import { shownPercentile } from '../advise/explain.ts'
import { outlookSentences } from '../advise/outlook.ts'
import type { Advice, ProfileSummary, Verdict } from '../core/advice.ts'
import { formatUsd } from '../core/money.ts'
import { formatBytes, formatMs, formatRps } from '../core/units.ts'
import { deploymentSentences } from './deployments.ts'
import { explainVariant } from './explain-variant.ts'
import {
  formatCost,
  formatCount,
  formatLatency,
  formatMonth,
  formatSlo,
  formatTraffic,
  label,
} from './figures.ts'
import { markdownBills } from './markdown-bills.ts'
import {
  markdownBullets,
  markdownCode,
  markdownDetails,
  markdownTable,
  markdownText as text,
} from './markdown-text.ts'
import { plainTexts } from './plain-text.ts'
import { timedWhere } from './timed-where.ts'

/** Candidates that the table at the top shows; all of them are in the one below it. */
const MOST_AT_TOP = 5

/** For a pull request, a job summary, or to keep beside the run: the answer first, all else folded away. */
export function markdownReport(given: Advice): string {
  const advice = plainTexts(given)
  const { scenario, run, warnings } = advice
  return [
    `# ${text(scenario.name)}: the cheapest deployment that meets the SLO`,
    `${text(formatTraffic(advice.traffic))}; ${text(formatSlo(advice.slo))}. Scenario ${markdownCode(scenario.file)}, run ${markdownCode(run.id)}.`,
    advice.recommendation
      .map((sentence, index) => (index === 1 ? `**${text(sentence)}**` : text(sentence)))
      .join('\n\n'),
    ...(warnings.length > 0 ? [markdownBullets(warnings.map((warning) => `Warning: ${text(warning)}`))] : []),
    shortTable(advice),
    ...folded(advice),
    `Plimsoll ${text(advice.plimsoll)}. The JSON report has every figure here, in full.\n`,
  ].join('\n\n')
}

function folded(advice: Advice): string[] {
  const { profile, variants, assumptions, verdicts, cloud } = advice
  return [
    markdownDetails(`All ${verdicts.length} candidates, and why`, [
      candidatesTable(advice),
      '`modelled` figures are predicted and their ranges are in brackets; `measured` ones come from loading a deployment.',
    ]),
    markdownDetails('Alternatives and other traffic', otherTraffic(advice)),
    ...(cloud
      ? [markdownDetails('Deployed to measure', [markdownBullets(deploymentSentences(cloud).map(text))])]
      : []),
    ...(profile ? [markdownDetails(timedWhere(profile), [profileSection(profile)])] : []),
    ...(variants?.length
      ? [
          markdownDetails('Variants of the model', [
            markdownBullets(variants.map((each) => text(explainVariant(each)))),
          ]),
        ]
      : []),
    markdownDetails('Bills', markdownBills(advice)),
    markdownDetails('Assumptions', [
      markdownTable(
        ['assumption', 'value', 'source', 'set by'],
        assumptions.map(({ name, value, source, setBy }) => [
          ...[name, value, source].map(text),
          setBy ? markdownCode(setBy) : '',
        ]),
      ),
    ]),
  ]
}

/** The first of the ranking. */
function shortTable(advice: Advice): string {
  const percentile = shownPercentile(advice.slo)
  const rows = advice.verdicts
    .slice(0, MOST_AT_TOP)
    .map((verdict) => [
      nameCell(verdict, advice),
      ...[label(verdict, advice), formatCost(verdict), formatLatency(verdict, percentile)].map(text),
    ])
  return markdownTable(['candidate', 'outcome', 'USD a month', percentile], rows)
}

function candidatesTable(advice: Advice): string {
  const percentile = shownPercentile(advice.slo)
  const rows = advice.verdicts.map((verdict) => [
    nameCell(verdict, advice),
    ...[
      label(verdict, advice),
      verdict.outcome === 'refused' || verdict.outcome === 'untested' ? '' : verdict.evidence,
      formatCost(verdict),
      formatLatency(verdict, percentile),
      verdict.operation ? formatCount(verdict.operation.replicas) : '',
      [...verdict.reasons, ...verdict.caveats].join('; '),
    ].map(text),
  ])
  return markdownTable(
    ['candidate', 'outcome', 'evidence', 'USD a month', percentile, 'replicas', 'why'],
    rows,
  )
}

function nameCell({ candidate }: Verdict, { cheapest }: Advice): string {
  return candidate.name === cheapest ? `**${text(candidate.name)}**` : text(candidate.name)
}

/** What else is worth a look; then the winner at other traffic, with what breaks there. */
function otherTraffic(advice: Advice): string[] {
  const sentences = [
    ...alternativeSentences(advice),
    ...(advice.outlook ? outlookSentences(advice.outlook, advice.cheapest) : []),
  ]
  const month = `A month of this traffic: ${formatMonth(advice.month)}.`
  const rows = (advice.outlook?.scaled ?? []).map(({ factor, meanRps, cheapest, usdPerMonth, breaks }) => [
    `x ${factor}`,
    formatRps(meanRps),
    text(cheapest ?? 'none is sure to meet'),
    usdPerMonth === null ? '' : formatUsd(usdPerMonth),
    text(breaks.map(({ candidate, why }) => `${candidate}: ${why}`).join('; ')),
  ])
  return [
    markdownBullets([month, ...sentences].map(text)),
    ...(rows.length > 0
      ? [markdownTable(['traffic', 'mean requests/s', 'winner', 'USD a month', 'no longer meet'], rows)]
      : []),
  ]
}

function profileSection({ host, model, startUpMs, settings, ...sizes }: ProfileSummary): string {
  const { processMs, modelLoadMs, firstReplyMs, totalMs } = startUpMs.median
  const rows = settings.map(({ threads, requests, serviceMs, inferenceMs }) => [
    String(threads),
    String(requests),
    formatMs(serviceMs.p50),
    formatMs(serviceMs.p95),
    formatMs(serviceMs.p99),
    inferenceMs ? formatMs(inferenceMs.p50) : '',
  ])
  const simd = host.simd.length > 0 ? ` (${host.simd.join(', ')})` : ''
  return [
    `${text(`${host.cpuModel}${simd}, ${host.cores} cores, ONNX Runtime ${host.onnxruntime}, Node ${host.node}`)}. ` +
      `Model of ${formatBytes(model.bytes)}, SHA-256 ${markdownCode(model.sha256.slice(0, 12))}; request ${formatBytes(sizes.requestBytes)}, ` +
      `reply ${formatBytes(sizes.replyBytes)}; server up to ${sizes.peakRssMib} MiB.`,
    markdownTable(['threads', 'requests', 'service p50', 'p95', 'p99', 'of it in the model, p50'], rows),
    `Start-up, median of ${startUpMs.count}: ${formatMs(totalMs)} to the first reply (process ${formatMs(processMs)}, ` +
      `model ${formatMs(modelLoadMs)}, first reply ${formatMs(firstReplyMs)}).`,
  ].join('\n\n')
}
