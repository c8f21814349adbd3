/**
 * Quantities as people write them. A number without its unit is refused, so that 200 never means seconds where
 * milliseconds were meant. Every parser returns `undefined` for text that it does not accept.
 */

const DURATION_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
}
const SIZE_BYTES: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  K: 1e3,
  M: 1e6,
  G: 1e9,
}

/** `200ms`, `1.5s`, `3min`, `2h` to milliseconds. */
export function parseDurationMs(text: string): number | undefined {
  return scaled(text, /^(\d+(?:\.\d+)?)\s*(us|ms|s|min|m|h)$/, DURATION_MS)
}

/** `512Mi`, `2Gi` (powers of 1024) or `500M`, `2G` (powers of 1000), with or without a final B, to bytes. */
export function parseSizeBytes(text: string): number | undefined {
  return scaled(text, /^(\d+(?:\.\d+)?)\s*([KMG]i?)B?$/, SIZE_BYTES)
}

/** `120 rps`, `120/s`, `90/min`, `40/h` to requests per second. */
export function parseRateRps(text: string): number | undefined {
  return scaled(text, /^(\d+(?:\.\d+)?)\s*(rps|\/s|\/min|\/h)$/, {
    rps: 1,
    '/s': 1,
    '/min': 1 / 60,
    '/h': 1 / 3600,
  })
}

/** `0.1%` to 0.001. */
export function parseRatio(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())
  // Dividing, not multiplying by 0.01, keeps 0.1% at 0.001 rather than 0.0010000000000000002.
  return match ? Number(match[1]) / 100 : undefined
}

function scaled(
  text: string,
  pattern: RegExp,
  factors: Readonly<Record<string, number>>,
): number | undefined {
  const match = pattern.exec(text.trim())
  const factor = factors[match?.[2] ?? '']
  return match && factor !== undefined ? Number(match[1]) * factor : undefined
}

/** Milliseconds for reading, three significant digits: `0.84 ms`, `12.3 ms`, `310 ms`, `2.4 s`. */
export function formatMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)} s`
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  if (ms >= 100) return `${ms.toFixed(0)} ms`
  return ms >= 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`
}

/** A ratio as a percentage with at most two decimals: 0.001 to `0.1%`. */
export function formatRatio(ratio: number): string {
  return `${Number((ratio * 100).toFixed(2))}%`
}

/** A rate without needless digits: `120`, `0.5`, `0.011` requests per second. */
export function formatRps(rps: number): string {
  if (rps >= 100) return rps.toFixed(0)
  return String(Number(rps.toPrecision(3)))
}

/** Bytes for reading in powers of 1024: `4.5 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB'][power]}`
}

/** Measured times are kept to the microsecond: finer is noise. */
export function roundToMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** A count for reading, three significant digits: `921`, `1.17 M`, `576 M`, `4.09 G`. */
export function formatCount(count: number): string {
  if (!(count >= 10_000)) return String(count)
  const power = Math.min(4, Math.floor(Math.log10(count) / 3))
  return `${Number((count / 1000 ** power).toPrecision(3))} ${['', 'k', 'M', 'G', 'T'][power]}`
}
