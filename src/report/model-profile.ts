import type { ModelProfile, ProfileResult } from '../core/model-profile.ts'
import type { Range } from '../core/scenario.ts'
import { formatBytes, formatMs, formatRatio, formatRps } from '../core/units.ts'
import { explainLoss } from '../core/variant.ts'

/** A profiled model as text: variants with their accuracy first, then a row for each setting. */
export function modelProfileReport(profile: ModelProfile): string {
  const { model, host, durationS, variants, results, scaling, best, warnings } = profile
  return [
    `${model} on ${host.cpuModel}, ${host.cores} cores, ONNX Runtime ${host.onnxruntime}; ${durationS.toFixed(0)} s`,
    '',
    ...variants.flatMap((each) => variantLines(each, profile)),
    '',
    ...tableOf(results),
    '',
    ...scaling.flatMap(scalingLines),
    `Best (${best.criterion}): ${best.point ? pointText(best.point) : 'no setting keeps to it'}.`,
    ...warnings.map((warning) => `Warning: ${warning}.`),
    '',
  ].join('\n')
}

function variantLines(
  { name, bytes, fp32Bytes, accuracy, notes }: ModelProfile['variants'][number],
  profile: ModelProfile,
) {
  const start = profile.starts.find(({ variant }) => variant === name)
  const started = start
    ? [
        `loads in ${formatMs(start.loadMs)}, first inference ${formatMs(start.firstInferenceMs)}, peak ${start.peakRssMib} MiB`,
      ]
    : []
  const size = `${formatBytes(bytes)}${name === 'fp32' ? '' : `, ${formatRatio(bytes / fp32Bytes)} of fp32`}`
  const facts = [size, ...(accuracy ? [explainLoss(accuracy)] : []), ...started]
  return [`${name}: ${facts.join('; ')}`, ...notes.map((note) => `    ${note}`)]
}

function tableOf(results: readonly ProfileResult[]): string[] {
  const head = [
    'variant',
    'threads',
    'batch',
    'at a time',
    'p50',
    '95% interval',
    'p95',
    'items/s',
    'time of fp32',
    '95% interval',
  ]
  const rows = results.map((result) => {
    const { variant, threads, batch, concurrency, inferenceMs, perSecond, ratioToFp32 } = result
    return [
      variant,
      String(threads),
      String(batch),
      String(concurrency),
      formatMs(inferenceMs.p50.value),
      interval(inferenceMs.p50, formatMs),
      formatMs(inferenceMs.p95),
      formatRps(perSecond.value),
      ratioToFp32 ? ratioToFp32.value.toFixed(2) : '',
      ratioToFp32 ? interval(ratioToFp32, (value) => value.toFixed(2)) : '',
    ]
  })
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  return [head, ...rows].map((row) =>
    row
      .map((cell, at) => pad(cell, widths[at] ?? 0, at))
      .join('  ')
      .trimEnd(),
  )
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function interval({ low, high }: Range, format: (value: number) => string): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 'one round'
  return `${format(Math.max(0, low))} to ${format(high)}`
}

function scalingLines({
  variant,
  threads,
  batch,
  points,
  sigma,
  kappa,
  peak,
}: ModelProfile['scaling'][number]): string[] {
  const curve = points.map(({ concurrency, perSecond }) => `${formatRps(perSecond)} at ${concurrency}`)
  const share = (value: Range) =>
    `${formatRatio(value.value)} (${formatRatio(value.low)} to ${formatRatio(value.high)})`
  const top = peak === null ? 'no peak within reach' : `peak near ${peak.toFixed(1)} at a time`
  return [
    `Scaling of ${variant}, ${threads} thread${threads === 1 ? '' : 's'}, batch ${batch}: items/s ${curve.join(', ')}`,
    `    Universal Scalability Law: serial share ${share(sigma)}, crosstalk ${share(kappa)}; ${top}`,
  ]
}

function pointText({
  variant,
  threads,
  batch,
  concurrency,
}: NonNullable<ModelProfile['best']['point']>): string {
  const sessions = concurrency === 1 ? 'one session' : `${concurrency} sessions`
  return `${variant}, ${sessions} of ${threads} thread${threads === 1 ? '' : 's'}, batch ${batch}`
}
