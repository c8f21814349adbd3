/**
 * Text from outside on one line, without what could move the cursor, reverse what is read or hide in it: control,
 * format and line-separating characters become spaces.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
}
