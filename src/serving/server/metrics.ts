/** Counts and distributions of one server, in the text format of Prometheus, version 0.0.4. */
export class Metrics {
  readonly #families: Family[] = []

  /** @returns adds to the count of these label values, 1 unless said otherwise */
  counter(name: string, help: string, labels: readonly string[] = []) {
    const counts = new Map<string, number>()
    this.#families.push({
      name,
      help,
      type: 'counter',
      rows: () => [...counts].map(([set, count]) => `${name}${set} ${count}`),
    })
    return (values: readonly string[] = [], by = 1) => {
      const set = writeLabels(labels, values)
      counts.set(set, (counts.get(set) ?? 0) + by)
    }
  }

  /** @param read is asked whenever the metrics are */
  reading(name: string, help: string, read: () => number, type: 'gauge' | 'counter' = 'gauge'): void {
    this.#families.push({ name, help, type, rows: () => [`${name} ${read()}`] })
  }

  /** @returns adds one observation */
  histogram(name: string, help: string, buckets: readonly number[]) {
    const counts = buckets.map(() => 0)
    let [sum, count] = [0, 0]
    const rows = () => [
      ...buckets.map((le, index) => `${name}_bucket{le="${le}"} ${counts[index]}`),
      `${name}_bucket{le="+Inf"} ${count}`,
      `${name}_sum ${sum}`,
      `${name}_count ${count}`,
    ]
    this.#families.push({ name, help, type: 'histogram', rows })
    return (value: number) => {
      sum += value
      count++
      // Buckets are cumulative.
      for (let index = buckets.length - 1; index >= 0 && value <= (buckets[index] ?? 0); index--) {
        counts[index] = (counts[index] ?? 0) + 1
      }
    }
  }

  write(): string {
    const texts = this.#families.map(
      ({ name, help, type, rows }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${rows()
          .map((row) => `${row}\n`)
          .join('')}`,
    )
    return texts.join('')
  }
}

interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly rows: () => readonly string[]
}

function writeLabels(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return ''
  const pairs = names.map((name, index) => `${name}="${escapeLabel(values[index] ?? '')}"`)
  return `{${pairs.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
