import { status } from '@grpc/grpc-js'
import type { FakeProject } from './fake-project.ts'
import { FakeError, notFound } from './fault.ts'
import type { RestRequest, RestRoute } from './rest-routes.ts'

/** Cloud Storage's JSON API, as far as functions and their models need it; objects are in the project's inventory. */
export class FakeStorage {
  readonly #project: FakeProject
  /** What was there before, by bucket and name; it is not in the inventory. */
  readonly #given = new Map<string, Buffer>()

  constructor(project: FakeProject) {
    this.#project = project
  }

  /** Puts an object there that a user had before. */
  give(bucket: string, name: string, bytes: Buffer): void {
    this.#given.set(keyOf(bucket, name), bytes)
  }

  read(bucket: string, name: string): Buffer | undefined {
    const entry = this.#project.inventory.get(keyOf(bucket, name))
    return (entry?.body.bytes as Buffer | undefined) ?? this.#given.get(keyOf(bucket, name))
  }

  get routes(): readonly RestRoute[] {
    const object = /^\/storage\/v1\/b\/(?<bucket>[^/]+)\/o\/(?<name>.+)$/
    return [
      {
        method: 'POST',
        path: /^\/upload\/storage\/v1\/b\/(?<bucket>[^/]+)\/o$/,
        handle: (request) => this.#upload(request),
      },
      {
        method: 'GET',
        path: /^\/storage\/v1\/b\/(?<bucket>[^/]+)\/o$/,
        handle: (request) => this.#list(request),
      },
      { method: 'GET', path: object, handle: (request) => this.#get(request) },
      { method: 'DELETE', path: object, handle: (request) => this.#delete(request) },
      { method: 'GET', path: /^\/storage\/v1\/b$/, handle: () => this.#buckets() },
    ]
  }

  #upload({ params: { bucket = '' }, query, bytes }: RestRequest) {
    const name = query.get('name') ?? ''
    this.#project.require('storage.objects.create', bucket)
    this.#requireBucket(bucket)
    if (query.get('uploadType') !== 'media') throw new FakeError(status.INVALID_ARGUMENT, 'uploadType?')
    if (query.get('ifGenerationMatch') === '0' && this.read(bucket, name))
      throw new FakeError(status.ABORTED, 'At least one of the pre-conditions you specified did not hold.')
    const body = { bucket, name, bytes }
    const key = keyOf(bucket, name)
    this.#project.inventory.add({ kind: 'functions-bundle', name: key, region: 'global', labels: {}, body })
    return { bucket, name }
  }

  #list({ params: { bucket = '' }, query }: RestRequest) {
    this.#project.require('storage.objects.list', bucket)
    this.#requireBucket(bucket)
    const start = keyOf(bucket, query.get('prefix') ?? '')
    const keys = [...this.#project.inventory.names, ...this.#given.keys()]
    const names = keys
      .filter((each) => each.startsWith(start))
      .map((each) => each.slice(keyOf(bucket, '').length))
    return { items: names.map((name) => ({ bucket, name })) }
  }

  #get({ params: { bucket = '', name = '' }, query }: RestRequest) {
    this.#project.require('storage.objects.get', bucket)
    const bytes = this.read(bucket, name)
    if (bytes === undefined) throw notFound(keyOf(bucket, name))
    return query.get('alt') === 'media' ? bytes : { bucket, name, size: String(bytes.length) }
  }

  async #delete({ params: { bucket = '', name = '' } }: RestRequest) {
    this.#project.require('storage.objects.delete', bucket)
    if (this.read(bucket, name) === undefined) throw notFound(keyOf(bucket, name))
    await this.#project.inventory.remove(keyOf(bucket, name))
    return undefined
  }

  #buckets() {
    this.#project.require('storage.buckets.list', this.#project.id)
    return { items: this.#bucketNames.map((name) => ({ name })) }
  }

  #requireBucket(bucket: string): void {
    if (!this.#bucketNames.includes(bucket))
      throw new FakeError(status.NOT_FOUND, 'The specified bucket does not exist.')
  }

  get #bucketNames(): string[] {
    const keys = [...this.#given.keys()]
    return [...new Set(keys.map((each) => /^projects\/_\/buckets\/([^/]+)/.exec(each)?.[1] ?? ''))]
  }
}

function keyOf(bucket: string, name: string): string {
  return `projects/_/buckets/${bucket}/objects/${name}`
}
