import { type Document, isAlias, isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
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
    this.#document = parseDocument(content, { lineCounter: this.#lines, prettyErrors: false, version: '1.2' })
    const problems = this.#document.errors.map((error) => ({
      file,
      ...this.#place(error.pos[0]),
      message: `not valid YAML: ${error.message.replace(/\.$/, '')}`,
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
    const pair = isMap(parent)
      ? parent.items.find((item) => String(item.key) === String(path.at(-1)))
      : undefined
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
      if (!isMap(node) && !isSeq(node)) return undefined
      node = node.get(key, true)
    }
    return (node as Node | null) ?? undefined
  }

  #place(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
}

/** `candidates[2].memory` */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? key : `${text}.${key}`
  }, '')
}

function optional(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint }
}
