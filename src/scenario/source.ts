import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { type Problem, UserError } from '../core/errors.ts'

export type Path = readonly (string | number)[]

/** A YAML file that remembers where each of its fields stands, so that every problem has a line and a column. */
export class YamlSource {
  readonly file: string
  readonly value: unknown
  readonly #document: Document
  readonly #lines: LineCounter

  /** @throws UserError with every syntax error */
  constructor(file: string, content: string) {
    this.file = file
    this.#lines = new LineCounter()
    this.#document = parseDocument(content, {
      lineCounter: this.#lines,
      prettyErrors: false,
      version: '1.2',
      logLevel: 'error',
      merge: true,
    })
    const faults = this.#document.errors.map((error) => [error.pos[0], describeSyntax(error)] as const)
    const problems = [...faults, ...findCycles(this.#document)].map(([offset, message]) => ({
      file,
      ...this.#place(offset),
      message: `not valid YAML: ${message}`,
    }))
    if (problems.length > 0) throw new UserError(problems)
    this.value = this.#toValue()
  }

  /** A problem with the field at `path`; where the field is absent, at the closest parent that is there. */
  problem(path: Path, message: string, hint?: string): Problem {
    return {
      file: this.file,
      ...this.#place(this.#offset(path)),
      field: formatPath(path),
      message,
      ...optional(hint),
    }
  }

  /** A problem with the key itself of the field at `path`, such as one that is unknown. */
  keyProblem(path: Path, message: string, hint?: string): Problem {
    const parent = this.#node(path.slice(0, -1))
    const pair = isMap(parent) ? pairOf(parent, path.at(-1) ?? '') : undefined
    const offset = (pair?.key as Node | undefined)?.range?.[0] ?? this.#offset(path)
    return { file: this.file, ...this.#place(offset), field: formatPath(path), message, ...optional(hint) }
  }

  #toValue(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 1000 })
    } catch (error) {
      throw new UserError({ file: this.file, message: `not valid YAML: ${(error as Error).message}` })
    }
  }

  #offset(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const node = this.#node(path.slice(0, length))
      if (node?.range) return node.range[0]
    }
    return this.#document.contents?.range?.[0] ?? 0
  }

  #node(path: Path): Node | undefined {
    let node: unknown = this.#document.contents
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(this.#document)
      if (isMap(node)) node = pairOf(node, key)?.value
      else if (isSeq(node)) node = node.get(key, true)
      else return undefined
    }
    return (node as Node | null) ?? undefined
  }

  #place(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
}

/** Keys are texts once they are read, whatever they were in the file: `0: …` is the field "0". */
function pairOf(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((item) => String(item.key) === String(key))
}

function describeSyntax({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document starts here (---), but the file is one'
  return message.replace(/\.$/, '')
}

/** Aliases of something that they are part of: their value would have no end. */
function findCycles(document: Document): [offset: number, message: string][] {
  const cycles: [number, string][] = []
  visit(document, {
    Alias(_, alias, ancestors) {
      const around = ancestors.filter((node) => isCollection(node) && node.anchor === alias.source)
      if (around.some((node) => node === alias.resolve(document))) {
        cycles.push([alias.range?.[0] ?? 0, `*${alias.source} is part of what it stands for`])
      }
    },
  })
  return cycles
}

/** `candidates[2].memory` */
function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? key : `${text}.${key}`
  }, '')
}

function optional(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint }
}
