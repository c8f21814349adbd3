import { escapeHtml } from './escape-html.ts'

/** Ready-made HTML of one cell, as opposed to text that is still to be escaped. */
interface Html {
  readonly html: string
}

export type Cell = string | Html

interface Column {
  readonly title: Cell
  /** Aligned at its right end. */
  readonly number?: boolean
  /** Kept on one line. */
  readonly tight?: boolean
}

/** A table that scrolls in itself where the page is narrow; `caption` names it to those who cannot see it. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): string {
  const cell = (tag: 'th' | 'td', column: Column | undefined, content: Cell, scope = '') =>
    `<${tag}${scope}${column?.number ? ' class="n"' : column?.tight ? ' class="t"' : ''}>${cellHtml(content)}</${tag}>`
  const head = columns.map((column) => cell('th', column, column.title, ' scope="col"')).join('')
  const body = rows.map((cells) => {
    const inside = cells.map((content, index) =>
      index === 0 ? cell('th', columns[index], content, ' scope="row"') : cell('td', columns[index], content),
    )
    return `<tr>${inside.join('')}</tr>`
  })
  const label = escapeHtml(caption)
  return `<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table><caption class="hidden">${label}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

function cellHtml(content: Cell): string {
  return typeof content === 'string' ? `<bdi>${escapeHtml(content)}</bdi>` : content.html
}
