import { formatBytes, formatCount } from '../core/units.ts'
import type { Inspection, TensorDeclaration } from '../model/inspect-model.ts'
import { formatShape } from '../model/shapes/value.ts'

/** An inspected model as text. */
export function inspectionReport(inspection: Inspection): string {
  const { file, operators, gaps, work } = inspection
  return [
    file,
    ...fact('format', formatOf(inspection)),
    ...fact('size', sizeOf(inspection)),
    ...inspection.externalData.flatMap(({ location, tensors, bytes }) =>
      fact('external', `${location}, ${bytes === null ? 'missing' : formatBytes(bytes)}, ${tensors} tensors`),
    ),
    ...fact('parameters', parametersOf(inspection)),
    ...inspection.inputs.flatMap((input) =>
      fact('input', declarationOf(input, inspection.inputShapes[input.name])),
    ),
    ...inspection.outputs.flatMap((output) => fact('output', declarationOf(output, output.inferred))),
    ...fact('operators', operators.map(({ name, count }) => `${name} ${count}`).join(', ')),
    ...fact(
      'work',
      `${gaps.length === 0 ? '' : 'at least '}${formatCount(work.macs)} multiply-adds, ${formatBytes(work.bytesMoved)} moved per inference`,
    ),
    ...(gaps.length === 0
      ? fact('', 'counted over the whole graph; bytes as if nothing were fused, so an upper bound')
      : ['', '  Not counted:', ...gaps.map(gapLine)]),
    '',
  ].join('\n')
}

function gapLine({ reason, count, example }: Inspection['gaps'][number]): string {
  return `    ${reason}${count > 1 ? ` (${count} times, first ${example})` : ` (${example})`}`
}

/** A term and its text, which hangs beside it within 100 columns. */
function fact(term: string, text: string): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > 84) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.map((line, index) => `  ${(index === 0 ? term : '').padEnd(12)}${line}`)
}

function formatOf({ opsets, irVersion, producer }: Inspection): string {
  const versions = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`)
  return [
    `opset ${versions.join(', ')}`,
    `IR ${irVersion}`,
    ...(producer ? [`made by ${producer}`] : []),
  ].join('; ')
}

function sizeOf({ bytes, totalBytes }: Inspection): string {
  return totalBytes === bytes
    ? formatBytes(bytes)
    : `${formatBytes(totalBytes)}, of which ${formatBytes(bytes)} in the file`
}

function parametersOf({ parameters, weights }: Inspection): string {
  const types = weights.map(
    ({ type, elements, tensors }) => `${formatCount(elements)} ${type} in ${tensors} tensors`,
  )
  return `${formatCount(parameters)}${types.length > 0 ? ` (${types.join(', ')})` : ''}`
}

function declarationOf(
  { name, type, shape }: TensorDeclaration,
  known: Inspection['inputShapes'][string] | undefined,
): string {
  const declared = shape === null ? 'of unknown shape' : `[${shape.map((size) => size ?? '?').join(', ')}]`
  const free = shape === null || shape.some((size) => typeof size !== 'number')
  return `${name}: ${type} ${declared}${free && known ? `, here ${formatShape(known)}` : ''}`
}
