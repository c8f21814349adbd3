/**
 * Text from outside on one line, without what could move the cursor, reverse what is read or hide in it: control,
 * format and line-separating characters and halves of surrogate pairs become spaces.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
}

/** A value with every text in it made plain, so that a report of it need not look at each. */
export function plainTexts<Value>(value: Value): Value {
  return replaceTexts(value) as Value
}

function replaceTexts(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value)
  if (Array.isArray(value)) return value.map(replaceTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replaceTexts(each)]))
}
