import type { Advice, ProfileSummary } from '../../../core/advice.ts'
import { formatBytes, formatMs } from '../../../core/units.ts'
import { explainVariant } from '../../explain-variant.ts'
import { timedWhere } from '../../timed-where.ts'
import { escapeHtml, isolated } from '../escape-html.ts'
import { term } from '../glossary.ts'
import { table } from '../table.ts'

export function assumptionsSection({ assumptions }: Advice): string {
  const rows = assumptions.map(({ name, value, source, setBy }) => [name, value, source, setBy ?? ''])
  const columns = [{ title: 'assumption' }, { title: 'value' }, { title: 'source' }, { title: 'set by' }]
  return `<section id="assumptions"><h2>Assumptions</h2><p>What no public source settles, and the field of the scenario that sets it.</p>${table('Assumptions', columns, rows)}</section>`
}

/** Everything that the figures depend on: versions, machine, model, prices, scenario. */
export function madeSection(advice: Advice): string {
  const { profile, variants, book, run, scenario } = advice
  const regions = [...new Set(advice.verdicts.map(({ candidate }) => candidate.region))].sort()
  const rows: [string, string][] = [
    ['Plimsoll', advice.plimsoll],
    ['run', `${run.id}, ${run.startedAt}${run.complete ? '' : ', interrupted'}`],
    ['scenario', scenario.file],
    ['SHA-256 of the scenario', scenario.sha256],
    ['regions', regions.join(', ')],
    ...(profile ? hostRows(profile) : []),
    [
      'price book',
      `${book.date}, ${book.origin}${book.file ? ` (${book.file})` : ''}, ${book.prices} prices, ${book.derived} derived`,
    ],
    [
      'prices read',
      `${book.oldest} to ${book.newest}${book.ageDays === undefined ? '' : `; the book is ${book.ageDays} days old`}`,
    ],
  ]
  const forms = variants?.length
    ? `<h3>Variants of the model</h3><ul class="plain">${variants.map((each) => `<li>${isolated(explainVariant(each))}</li>`).join('')}</ul>`
    : ''
  return `<section id="made"><h2>How it was made</h2>${table('How it was made', [{ title: 'what' }, { title: 'which' }], rows)}
${profile ? measuredHere(profile) : ''}${forms}</section>`
}

function hostRows({ host, model }: ProfileSummary): [string, string][] {
  const simd = host.simd.length > 0 ? ` (${host.simd.join(', ')})` : ''
  return [
    [
      'client',
      `${host.cpuModel}${simd}, ${host.microarchitecture ?? 'micro-architecture not known'}, ${host.cores} cores, ${host.memoryGib} GiB`,
    ],
    ['system', `${host.os}, Node ${host.node}, ONNX Runtime ${host.onnxruntime}`],
    ['model', formatBytes(model.bytes)],
    ['SHA-256 of the model', model.sha256],
  ]
}

function measuredHere(profile: ProfileSummary): string {
  const { settings, startUpMs, ...sizes } = profile
  const { processMs, modelLoadMs, firstReplyMs, totalMs } = startUpMs.median
  const rows = settings.map(({ threads, requests, serviceMs, inferenceMs, valid, invalidReasons }) => [
    String(threads),
    String(requests),
    formatMs(serviceMs.p50),
    formatMs(serviceMs.p95),
    formatMs(serviceMs.p99),
    inferenceMs ? formatMs(inferenceMs.p50) : '',
    valid ? 'yes' : `no: ${invalidReasons.join('; ')}`,
  ])
  const columns = [
    { title: 'threads' },
    { title: 'requests', number: true },
    { title: 'p50', number: true },
    { title: 'p95', number: true },
    { title: 'p99', number: true },
    { title: 'of it in the model, p50', number: true },
    { title: 'valid' },
  ]
  return `<h3>${escapeHtml(timedWhere(profile))}: ${term('serviceTime')}</h3>${table('Service times as profiled', columns, rows)}
<p>Request ${formatBytes(sizes.requestBytes)}, reply ${formatBytes(sizes.replyBytes)}; server up to ${escapeHtml(String(sizes.peakRssMib))} MiB. Start-up, median of ${startUpMs.count}: ${formatMs(totalMs)} to the first reply (process ${formatMs(processMs)}, model ${formatMs(modelLoadMs)}, first reply ${formatMs(firstReplyMs)}).</p>`
}
