/** Markdown in which text from outside opens no HTML, link, code, emphasis, mention or further cell. */
export function markdownText(plain: string): string {
  return markdownHtml(plain)
    .replaceAll('|', '&#124;')
    .replaceAll(/[\\`*_~[\]]/g, (character) => `\\${character}`)
}

/** The same within a tag of our own, where Markdown is not read but mentions are. */
export function markdownHtml(plain: string): string {
  return plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
}

/** A span of code; a backtick in it would end it, and a pipe a cell around it. */
export function markdownCode(plain: string): string {
  return `\`${plain.replaceAll(/[`|]/g, ' ')}\``
}

/** @param cells Markdown already */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** @param items Markdown already */
export function markdownBullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** Folded away until it is clicked. */
export function markdownDetails(summary: string, parts: readonly string[]): string {
  return [`<details><summary>${markdownHtml(summary)}</summary>`, ...parts, '</details>'].join('\n\n')
}
