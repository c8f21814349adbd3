import { clean } from '../kit/line.ts'
import type { Block, Document } from './document.ts'

/** As Markdown: text from outside opens no HTML, and a bar in it no column. */
export function toMarkdown({ title, blocks }: Document): string {
  return `${[`# ${escaped(title)}`, ...blocks.map(markdownBlock)].join('\n\n')}\n`
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${escaped(block.text)}`
    case 'text':
      return escaped(block.text)
    case 'list':
      return block.items.map((item) => `- ${escaped(item)}`).join('\n')
    case 'table': {
      const row = (cells: readonly string[]) =>
        `| ${cells.map((cell) => escaped(cell).replaceAll('|', '\\|')).join(' | ')} |`
      return [row(block.head), row(block.head.map(() => '---')), ...block.rows.map(row)].join('\n')
    }
  }
}

/** As a page of its own that loads nothing, light or dark as its reader has it. */
export function toHtml({ title, blocks }: Document): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>`,
    `<style>${STYLE}</style></head>`,
    `<body><main><h1>${escaped(title)}</h1>`,
    ...blocks.map(htmlBlock),
    '</main></body></html>',
    '',
  ].join('\n')
}

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}' +
  'table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #8888;padding:.3rem .6rem;text-align:left;vertical-align:top}'

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`
    case 'text':
      return `<p>${escaped(block.text)}</p>`
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`
    case 'table': {
      const head = block.head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')
      const rows = block.rows.map(
        (cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
      )
      return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`
    }
  }
}

/**
 * As text that is heard as well as read: no drawing and no columns; each row of a table is a sentence that names what
 * each of its figures is.
 */
export function toPlainText({ title, blocks }: Document): string {
  return `${[clean(title), ...blocks.map(plainBlock)].join('\n\n')}\n`
}

function plainBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${clean(block.text)}:`
    case 'text':
      return clean(block.text)
    case 'list':
      return block.items.map((item) => `- ${clean(item)}`).join('\n')
    case 'table':
      return block.rows.map((cells, index) => `${index + 1}. ${sentence(block.head, cells)}`).join('\n')
  }
}

function sentence(head: readonly string[], cells: readonly string[]): string {
  const [first = '', ...rest] = cells
  const parts = rest.flatMap((cell, index) => (cell === '' ? [] : [`${head[index + 1]} ${cell}`]))
  return clean([first, ...parts].join('; '))
}

function escaped(text: string): string {
  return clean(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
