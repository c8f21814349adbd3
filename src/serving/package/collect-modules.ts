import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A file of ours, and its place below the folder that all of them share. */
export interface Module {
  readonly path: string
  /** With forward slashes, e.g. `serving/serve-container.js`. */
  readonly place: string
}

/** All modules that some entries need, themselves included: they import each other by relative paths. */
export function collectModules(entries: readonly URL[], root: URL): Module[] {
  const seen = new Set<string>()
  const visit = (url: URL) => {
    if (seen.has(url.href)) return
    seen.add(url.href)
    const text = readFileSync(url, 'utf8')
    for (const [, target = ''] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
      visit(new URL(target, url))
    }
  }
  for (const entry of entries) visit(entry)
  return [...seen].sort().map((href) => ({
    path: fileURLToPath(href),
    place: href.slice(root.href.length),
  }))
}
