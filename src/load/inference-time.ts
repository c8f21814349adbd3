const pattern = /(?:^|,)\s*inference\s*(?:;[^,]*?)?;\s*dur\s*=\s*"?(\d+(?:\.\d+)?)/i

/** Time inside the model, ms, from a `Server-Timing` header such as `inference;dur=12.345`, if it has one. */
export function inferenceTime(header: string | readonly string[] | undefined): number | undefined {
  if (header === undefined) return undefined
  const found = pattern.exec(typeof header === 'string' ? header : header.join(','))
  return found?.[1] === undefined ? undefined : Number(found[1])
}
