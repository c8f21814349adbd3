/** `$62.38 ($60.00 to $65.00)` as a figure and its range; the range is empty where there is none. */
export function splitRange(figure: string): { readonly value: string; readonly range: string } {
  const [, value = figure, range = ''] = /^(.*?) \((.*)\)$/.exec(figure) ?? []
  return { value, range }
}
