import type { VariantSummary } from '../core/advice.ts'
import { formatBytes, formatMs, formatRatio } from '../core/units.ts'
import { explainLoss } from '../core/variant.ts'

/** `int8-weights: 1.4 MiB, 29.9% of fp32; loses 0.4% …; p50 14.1 ms with 1 thread, 0.98 of fp32; how it was made`. */
export function explainVariant(variant: VariantSummary): string {
  const { name, bytes, fp32Bytes, accuracy, refused, settings, notes } = variant
  const times = settings.map(({ threads, serviceMs, ratioToFp32 }) => {
    const ratio = ratioToFp32 === null ? '' : `, ${ratioToFp32.toFixed(2)} of fp32`
    return `p50 ${formatMs(serviceMs.p50)} with ${threads} thread${threads === 1 ? '' : 's'}${ratio}`
  })
  return [
    `${name}: ${formatBytes(bytes)}, ${formatRatio(bytes / fp32Bytes)} of fp32`,
    ...(accuracy ? [explainLoss(accuracy)] : []),
    ...(refused ? ['refused for its accuracy, and not timed'] : times),
    ...notes,
  ].join('; ')
}
