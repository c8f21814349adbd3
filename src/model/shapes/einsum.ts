import { type Dimension, type Shape, ShapeFault } from './value.ts'

/** `bij,bjk->bik` without an ellipsis: the letters of each operand, and of the result. */
export function parseEinsum(equation: string): { operands: string[]; result: string } | undefined {
  const [left = '', right] = equation.replace(/\s/g, '').split('->')
  const operands = left.split(',')
  if (equation.includes('.') || operands.some((letters) => !/^[A-Za-z]*$/.test(letters))) return undefined
  return { operands, result: right ?? implicitResult(operands.join('')) }
}

/** Without an arrow the result has the letters that come once, sorted. */
function implicitResult(letters: string): string {
  return [...new Set(letters)]
    .filter((letter) => letters.split(letter).length === 2)
    .sort()
    .join('')
}

/** Size of each letter; null where it is not known. @throws ShapeFault where a letter has two sizes */
export function einsumSizes(
  operands: readonly string[],
  shapes: readonly (Shape | null)[],
): Map<string, Dimension> {
  const sizes = new Map<string, Dimension>()
  operands.forEach((letters, operand) => {
    const shape = shapes[operand]
    if (shape && shape.length !== letters.length)
      throw new ShapeFault(`${letters} of ${shape.length} dimensions`)
    for (const [index, letter] of [...letters].entries()) {
      const [known, size] = [sizes.get(letter) ?? null, shape?.[index] ?? null]
      if (known !== null && size !== null && known !== size && known !== 1 && size !== 1) {
        throw new ShapeFault(`${letter} is both ${known} and ${size}`)
      }
      sizes.set(letter, known === null || known === 1 ? (size ?? known) : known)
    }
  })
  return sizes
}

export function einsumShape(equation: string, shapes: readonly (Shape | null)[]): Shape | null {
  const parsed = parseEinsum(equation)
  if (!parsed) return null
  const sizes = einsumSizes(parsed.operands, shapes)
  return [...parsed.result].map((letter) => sizes.get(letter) ?? null)
}
