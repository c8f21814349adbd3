/** Takes no room, and keeps GitHub from seeing a name, a number or an address in what is around it. */
const BREAK = '&#8203;'

/** Markdown in which text from outside opens no HTML, link, code, emphasis, mention or further cell. */
export function markdownText(plain: string): string {
  return markdownHtml(plain)
    .replaceAll('|', '&#124;')
    .replaceAll(/[\\`*_~[\]]/g, (character) => `\\${character}`)
}

/**
 * The same within a tag of our own, where Markdown is not read but mentions are. GitHub looks for them, and for issues
 * and addresses, in the text that is shown: character references do not hide them.
 */
function markdownHtml(plain: string): string {
  return (
    plain
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // Before any break is in the text: it has a number of its own.
      .replaceAll(/#(?=\d)/g, `#${BREAK}`)
      .replaceAll(/@(?=[a-z\d])/gi, `@${BREAK}`)
      .replaceAll(/GH-(?=\d)/gi, (found) => `${found}${BREAK}`)
      .replaceAll('://', `:${BREAK}//`)
      .replaceAll(/www\./gi, (found) => `${found.slice(0, -1)}${BREAK}.`)
  )
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
