/** Neither a number nor plain text: what a spreadsheet would run as a formula when it opens the file. */
const FORMULA = /^[=+\-@\t\r]/

export type CsvCell = string | number | null

/** Rows as RFC 4180 has them: CRLF after each, quotes around what needs them and doubled within. */
export function csvText(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** Empty for what is not known. Infinite is `inf`, which readers of numbers take. */
function cell(value: CsvCell): string {
  if (value === null) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : ''
  const safe = FORMULA.test(value) && !isDecimal(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function isDecimal(value: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(value)
}
