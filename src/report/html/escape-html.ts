const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/**
 * Text from outside as one harmless line: control characters, those that turn the direction of what follows, and
 * halves of surrogate pairs become U+FFFD, white space a blank.
 */
export function plainText(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '\ufffd')
}

/** The one way for text into the page, between tags or in a quoted attribute. */
export function escapeHtml(value: string): string {
  return plainText(value).replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '')
}

/** Text from outside between tags, kept from turning the direction of what is around it. */
export function isolated(value: string): string {
  return `<bdi>${escapeHtml(value)}</bdi>`
}
