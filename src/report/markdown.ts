import { alternativeSentences } from '../advise/alternatives.ts'
import { explainCheck, shownPercentile } from '../advise/explain.ts'
import { outlookSentences } from '../advise/outlook.ts'
import type { Advice, Operation, ProfileSummary, Verdict } from '../core/advice.ts'
import type { BillLine } from '../core/bill.ts'
import { decimal, formatUsd } from '../core/money.ts'
import { formatBytes, formatMs, formatRps } from '../core/units.ts'
import { deploymentSentences } from './deployments.ts'
import { explainVariant } from './explain-variant.ts'
import {
  formatBook,
  formatCost,
  formatCount,
  formatLatency,
  formatMonth,
  formatSlo,
  formatTraffic,
  label,
} from './figures.ts'

/** The advice as Markdown, for a pull request or to keep beside the run. */
export function markdownReport(advice: Advice): string {
  const { scenario, run } = advice
  return [
    `# ${text(scenario.name)}: the cheapest deployment that meets the SLO`,
    `${formatTraffic(advice.traffic)}; ${formatSlo(advice.slo)}. Scenario ${code(scenario.file)}, run ${code(run.id)}.`,
    advice.recommendation
      .map((sentence, index) => text(index === 1 ? `**${sentence}**` : sentence))
      .join('\n\n'),
    ...(advice.warnings.length > 0
      ? [bullets(advice.warnings.map((warning) => `Warning: ${text(warning)}`))]
      : []),
    '## Candidates',
    candidatesTable(advice),
    '`modelled` figures are predicted and their ranges are in brackets; `measured` ones come from loading a deployment.',
    ...otherTraffic(advice),
    ...(advice.cloud ? ['## Deployed to measure', bullets(deploymentSentences(advice.cloud).map(text))] : []),
    ...(advice.profile ? ['## Measured on this machine', profileSection(advice.profile)] : []),
    ...(advice.variants?.length
      ? ['## Variants of the model', bullets(advice.variants.map((each) => text(explainVariant(each))))]
      : []),
    '## Bills',
    `${text(formatBook(advice.book))}, ${advice.book.derived} of ${advice.book.prices} derived from others. A month of 730 h, at the central estimate. A missing price is never counted as 0.`,
    ...advice.verdicts.filter(({ bill }) => bill !== null).map(billSection),
    '## Assumptions',
    table(
      ['assumption', 'value', 'source', 'set by'],
      advice.assumptions.map(({ name, value, source, setBy }) => [
        name,
        value,
        source,
        setBy ? `\`${setBy}\`` : '',
      ]),
    ),
    `Plimsoll ${advice.plimsoll}. The JSON report has every figure here, in full.\n`,
  ].join('\n\n')
}

function candidatesTable(advice: Advice): string {
  const percentile = shownPercentile(advice.slo)
  const rows = advice.verdicts.map((verdict) => [
    verdict.candidate.name === advice.cheapest ? `**${verdict.candidate.name}**` : verdict.candidate.name,
    label(verdict, advice),
    verdict.outcome === 'refused' || verdict.outcome === 'untested' ? '' : verdict.evidence,
    formatCost(verdict),
    formatLatency(verdict, percentile),
    verdict.operation ? formatCount(verdict.operation.replicas) : '',
    [...verdict.reasons, ...verdict.caveats].join('; '),
  ])
  return table(['candidate', 'outcome', 'evidence', 'USD a month', percentile, 'replicas', 'why'], rows)
}

/** What else is worth a look; then the winner at other traffic, with what breaks there. */
function otherTraffic(advice: Advice): string[] {
  const sentences = [
    ...alternativeSentences(advice),
    ...(advice.outlook ? outlookSentences(advice.outlook, advice.cheapest) : []),
  ]
  const { outlook } = advice
  const month = `A month of this traffic: ${formatMonth(advice.month)}.`
  const rows = (outlook?.scaled ?? []).map(({ factor, meanRps, cheapest, usdPerMonth, breaks }) => [
    `x ${factor}`,
    formatRps(meanRps),
    cheapest ?? 'none is sure to meet',
    usdPerMonth === null ? '' : formatUsd(usdPerMonth),
    breaks.map(({ candidate, why }) => `${candidate}: ${why}`).join('; '),
  ])
  return [
    '## Alternatives and other traffic',
    bullets([month, ...sentences].map(text)),
    ...(rows.length > 0
      ? [table(['traffic', 'mean requests/s', 'winner', 'USD a month', 'no longer meet'], rows)]
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
    `${text(host.cpuModel)}${simd}, ${host.cores} cores, ONNX Runtime ${host.onnxruntime}, Node ${host.node}. ` +
      `Model of ${formatBytes(model.bytes)}, SHA-256 \`${model.sha256.slice(0, 12)}\`; request ${formatBytes(sizes.requestBytes)}, ` +
      `reply ${formatBytes(sizes.replyBytes)}; server up to ${sizes.peakRssMib} MiB.`,
    table(['threads', 'requests', 'service p50', 'p95', 'p99', 'of it in the model, p50'], rows),
    `Start-up, median of ${startUpMs.count}: ${formatMs(totalMs)} to the first reply (process ${formatMs(processMs)}, ` +
      `model ${formatMs(modelLoadMs)}, first reply ${formatMs(firstReplyMs)}).`,
  ].join('\n\n')
}

function billSection(verdict: Verdict): string {
  const { bill, candidate, checks, operation } = verdict
  const total = bill?.usdTotal ? formatUsd(bill.usdTotal) : 'no total: a price is missing'
  const derived = bill?.lines.filter(({ rule }) => rule !== undefined) ?? []
  const rules = derived.map(({ description, rule }) => `- derived: ${text(description)}: ${text(rule ?? '')}`)
  const missing = bill?.missing.map(({ message }) => `- ${text(message)}`) ?? []
  const busy = operation ? [busySentence(operation)] : []
  return [
    `<details><summary>${html(candidate.name)}: ${total}</summary>`,
    ...(bill && bill.lines.length > 0
      ? [table(['SKU', 'quantity', 'unit', 'price', 'USD', 'prices of'], bill.lines.map(billRow))]
      : []),
    ...(missing.length > 0 ? [missing.join('\n')] : []),
    ...(rules.length > 0 ? [rules.join('\n')] : []),
    [...busy, ...checks.map((check) => `${explainCheck(check)}.`)].map(text).join(' '),
    '</details>',
  ].join('\n\n')
}

/** `Utilisation 25.7% of 3.2 replicas on average, 8 at most; 0.2% of requests waited for a start.` */
function busySentence({ utilization, meanReplicas, replicas: most, coldStartRatio }: Operation): string {
  const mean = Number(meanReplicas.value.toPrecision(3))
  const fleet =
    mean === most.value ? replicas(most.value) : `${mean} replicas on average, ${most.value} at most`
  const cold = coldStartRatio > 0 ? `; ${percent(coldStartRatio)} of requests waited for a start` : ''
  return `Utilisation ${percent(utilization.value)} of ${fleet}${cold}.`
}

function billRow(line: BillLine): string[] {
  const price = [
    formatPrice(line.usdPerUnit),
    line.tier,
    line.discount && `x ${shorten(line.discount.factor)} ${line.discount.kind}`,
  ]
  return [
    `${line.description}${line.sku ? ` (${line.sku})` : ''}`,
    shorten(line.quantity),
    line.unit,
    price.filter(Boolean).join(', '),
    formatUsd(line.usd),
    `${line.asOf}${line.basis === 'derived' ? ', derived' : ''}`,
  ]
}

function formatPrice(usd: string): string {
  return `$${usd}`
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))}%`
}

function replicas(count: number): string {
  return `${count} replica${count === 1 ? '' : 's'}`
}

/** A decimal with at most six significant digits, for reading; the JSON has them all. */
function shorten(value: string): string {
  return decimal(decimal(value).toPrecision(6)).toFixed()
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => text(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** Text from outside cannot open HTML in the page that shows the report. */
function html(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A span of code; a backtick in it would end it. */
function code(value: string): string {
  return `\`${value.replaceAll(/[`\n]/g, ' ')}\``
}

function text(value: string): string {
  return html(value).replaceAll('\n', ' ')
}
