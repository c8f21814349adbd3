import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A package and all that it depends on, at the versions that are installed here: those that the tests ran with. */
export interface PinnedDependencies {
  readonly dependencies: Readonly<Record<string, string>>
  /** Of npm: versions of what the dependencies depend on. */
  readonly overrides: Readonly<Record<string, string>>
}

/** @param from a folder in or below the package that depends on it */
export function pinDependencies(name: string, from: string): PinnedDependencies {
  const versions = new Map<string, string>()
  const visit = (dependency: string, dependant: string) => {
    const folder = findPackage(dependency, dependant)
    const { version, dependencies = {} } = readManifest(folder)
    if (versions.has(dependency)) return
    versions.set(dependency, version)
    for (const next of Object.keys(dependencies)) visit(next, folder)
  }
  visit(name, from)
  const { [name]: own = '', ...overrides } = Object.fromEntries([...versions].sort())
  return { dependencies: { [name]: own }, overrides }
}

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** As Node finds it: in the nearest `node_modules` above. */
function findPackage(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (folder === dirname(folder)) throw new Error(`the package ${name} is not installed`)
  }
}
