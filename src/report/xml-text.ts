import { plainText } from './plain-text.ts'

/** Text as XML holds it, in an element or between double quotes. */
export function xmlText(text: string): string {
  return plainText(text)
    .replaceAll(/[\ufffe\uffff]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
