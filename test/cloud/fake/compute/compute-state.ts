import { status } from '@grpc/grpc-js'
import type { FakeProject } from '../fake-project.ts'
import { alreadyExists, FakeError, notFound } from '../fault.ts'
import type { Entry } from '../inventory.ts'
import { matchesFilter } from './compute-filter.ts'

/** How an operation of Compute Engine names what gRPC numbers. */
const CODES: Readonly<Record<number, readonly [code: string, http: number]>> = {
  [status.RESOURCE_EXHAUSTED]: ['QUOTA_EXCEEDED', 403],
  [status.UNAVAILABLE]: ['ZONE_RESOURCE_POOL_EXHAUSTED', 503],
  [status.FAILED_PRECONDITION]: ['RESOURCE_IN_USE_BY_ANOTHER_RESOURCE', 400],
  [status.NOT_FOUND]: ['RESOURCE_NOT_FOUND', 404],
}

// biome-ignore lint/suspicious/noExplicitAny: resources as JSON
export type Json = any

export interface Addition {
  readonly kind: string
  readonly path: string
  readonly body: object
  readonly partOf?: string
  readonly stop?: () => Promise<void>
}

/** What exists in Compute Engine, in the inventory of the project; and the operations that change it. */
export class ComputeState {
  readonly project: FakeProject
  #ids = 1000

  constructor(project: FakeProject) {
    this.project = project
  }

  link(path: string): string {
    return `https://www.googleapis.com/compute/v1/${path}`
  }

  add({ kind, path, body, partOf, stop }: Addition): Entry {
    const id = String(this.#ids++)
    const labels = (body as Json).labels ?? {}
    const full = { id, creationTimestamp: new Date(this.project.behaviour.now()).toISOString(), ...body }
    return this.project.inventory.add({
      kind,
      name: path,
      region: regionOf(path),
      labels,
      body: { ...full, name: path.split('/').at(-1), selfLink: this.link(path), ...place(path, this) },
      ...(partOf !== undefined && { partOf }),
      ...(stop && { stop }),
    })
  }

  change(path: string, body: object, stop?: () => Promise<void>): void {
    const entry = this.get(path)
    this.project.inventory.add({ ...entry, body: { ...entry.body, ...body }, ...(stop && { stop }) })
  }

  has(path: string): boolean {
    return this.project.inventory.get(path) !== undefined
  }

  /** @throws FakeError 404 */
  get(path: string): Entry {
    const entry = this.project.inventory.get(path)
    if (!entry) throw notFound(path)
    return entry
  }

  list(kind: string, filter: string | null): Entry[] {
    return this.project.inventory.list(kind).filter(({ body }) => matchesFilter(body, filter))
  }

  /** @throws FakeError 404 where a link leads nowhere, as the real service checks when something is created */
  mustExist(link: string | undefined, what: string): string {
    const path = pathOf(link)
    if (!this.has(path))
      throw new FakeError(
        status.INVALID_ARGUMENT,
        `Invalid value for field '${what}': '${link}'. The referenced resource cannot be found.`,
      )
    return path
  }

  mustBeNew(path: string): void {
    const name = path.split('/').at(-1) ?? ''
    if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
      throw new FakeError(status.INVALID_ARGUMENT, `Invalid value for field 'resource.name': '${name}'`)
    if (this.has(path)) throw alreadyExists(path)
  }

  /** @throws FakeError 400 where another resource names it: `resourceInUseByAnotherResource` */
  mustBeUnused(path: string): void {
    const user = this.project.inventory.list().find(({ name, body, partOf }) => {
      return name !== path && partOf !== path && mentions(body, path)
    })
    if (!user) return
    const message = `The resource '${path}' is already being used by '${user.name}'`
    throw new FakeError(status.FAILED_PRECONDITION, message)
  }

  /** Starts an operation in the place of a resource. */
  async operation(
    verb: 'insert' | 'delete',
    path: string,
    effect: () => Promise<void> | void,
    failed?: () => Promise<void> | void,
  ): Promise<object> {
    const parent = path
      .split('/')
      .slice(0, path.includes('/global/') ? 3 : 4)
      .join('/')
    const started = (await this.project.operations.start({
      verb: verb === 'insert' ? 'create' : verb,
      about: path,
      parent,
      metadataType: 'google.cloud.compute.v1.Operation',
      responseType: 'google.cloud.compute.v1.Operation',
      effect: async () => {
        await effect()
        return {}
      },
      ...(failed && { failed }),
    })) as { name: string }
    return this.look(started.name)
  }

  /** An operation as Compute Engine answers it. */
  async look(name: string): Promise<object> {
    const { done, error } = (await this.project.operations.look(name)) as Json
    const scope = name.split('/')
    const [code, http] = CODES[error?.code as number] ?? ['INTERNAL_ERROR', 500]
    const where =
      scope[2] === 'global'
        ? {}
        : { [scope[2] === 'zones' ? 'zone' : 'region']: this.link(scope.slice(0, 4).join('/')) }
    return {
      kind: 'compute#operation',
      id: String(this.#ids++),
      name: scope.at(-1),
      ...where,
      status: done ? 'DONE' : 'RUNNING',
      progress: done ? 100 : 0,
      selfLink: this.link(name),
      ...(error && {
        error: { errors: [{ code, message: error.message }] },
        httpErrorStatusCode: http,
        httpErrorMessage: code,
      }),
    }
  }
}

/** The path in a link, or in a path that leaves out the project. */
export function pathOf(link = ''): string {
  return link.replace(/^.*?(projects\/)/, '$1')
}

export function regionOf(path: string): string {
  const [, , scope, place = ''] = path.split('/')
  if (scope === 'global') return 'global'
  return scope === 'zones' ? place.replace(/-[a-z]$/, '') : place
}

function place(path: string, state: ComputeState): object {
  const parts = path.split('/')
  if (parts[2] === 'global') return {}
  return { [parts[2] === 'zones' ? 'zone' : 'region']: state.link(parts.slice(0, 4).join('/')) }
}

function mentions(value: unknown, path: string): boolean {
  if (typeof value === 'string') return pathOf(value) === path
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => key !== 'selfLink' && mentions(inner, path))
}
