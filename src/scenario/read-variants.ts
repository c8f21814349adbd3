import { basename, extname } from 'node:path'
import type { Candidate } from '../core/candidate.ts'
import { candidateName } from '../core/candidate-name.ts'
import type { VariantSource } from '../core/scenario.ts'
import { BUILT_VARIANTS, isBuiltVariant } from '../core/variant.ts'
import { didYouMean } from './explain-issue.ts'
import { resolveModel } from './resolve-model.ts'
import type { Path } from './source.ts'

type Report = (path: Path, message: string, hint?: string) => void

/** The variants that a scenario lists, each checked: what is no built one is a file. */
export function readVariants(
  listed: readonly string[],
  scenarioFile: string,
  report: Report,
): VariantSource[] {
  const variants = new Map<string, VariantSource>()
  for (const [index, text] of listed.entries()) {
    const path: Path = ['model', 'variants', index]
    const variant = isBuiltVariant(text) ? { name: text } : readFile(text, scenarioFile, path, report)
    if (variants.has(variant.name)) {
      report(path, `there are two variants named ${variant.name}`, 'remove or rename one of the two')
    }
    variants.set(variant.name, variant)
  }
  return [...variants.values()]
}

function readFile(text: string, scenarioFile: string, path: Path, report: Report): VariantSource {
  const name = basename(text, extname(text)).replace(/\s+/g, '-')
  const found = resolveModel(text, scenarioFile)
  if ('path' in found) return { name, path: found.path }
  if (/[./]/.test(text)) report(path, `variant file ${text} does not exist`, found.hint)
  else {
    const hint =
      didYouMean(text, BUILT_VARIANTS) ?? `one of ${BUILT_VARIANTS.join(', ')}, or the path of an ONNX file`
    report(path, `"${text}" is no variant`, hint)
  }
  return { name }
}

/** More make a run of days; the same limit as that of candidates. */
const MOST = 1000

/** Each candidate with each variant, in the order of the variants; a deployment that runs has the model that it has. */
export function withVariants(
  candidates: readonly Candidate[],
  variants: readonly VariantSource[] | undefined,
  report: Report,
): Candidate[] {
  if (!variants) return [...candidates]
  const total = candidates.length * variants.length
  if (total > MOST) {
    report(
      ['model', 'variants'],
      `with the variants there are ${total} candidates`,
      `at most ${MOST}: shorten the lists`,
    )
    return []
  }
  return candidates.flatMap((candidate) =>
    candidate.url === undefined ? variants.map((each) => of(candidate, each)) : [candidate],
  )
}

function of(candidate: Candidate, { name }: VariantSource): Candidate {
  if (name === 'fp32') return candidate
  const varied = { ...candidate, variant: name }
  return { ...varied, name: candidateName(varied) }
}
