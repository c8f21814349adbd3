/** Something that exists in the fake project and would be billed for. */
export interface Entry {
  /** As Plimsoll's resource kinds are called: `run-service`. */
  readonly kind: string
  /** Full name, as its API has it. */
  readonly name: string
  readonly region: string
  readonly labels: Readonly<Record<string, string>>
  /** The resource as its API answers it. */
  readonly body: Readonly<Record<string, unknown>>
  /** What goes when it is deleted, e.g. a server that answers predictions. */
  readonly stop?: () => Promise<void> | void
}

/** What exists in the fake project, whoever created it. */
export class Inventory {
  readonly #entries = new Map<string, Entry>()

  add(entry: Entry): Entry {
    this.#entries.set(entry.name, entry)
    return entry
  }

  get(name: string): Entry | undefined {
    return this.#entries.get(name)
  }

  list(kind?: string, region?: string): Entry[] {
    return [...this.#entries.values()].filter(
      (each) =>
        (kind === undefined || each.kind === kind) && (region === undefined || each.region === region),
    )
  }

  async remove(name: string): Promise<void> {
    const entry = this.#entries.get(name)
    this.#entries.delete(name)
    await entry?.stop?.()
  }

  async clear(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((name) => this.remove(name)))
  }

  /** Names, for assertions: an empty list is an empty project. */
  get names(): string[] {
    return [...this.#entries.keys()]
  }
}
