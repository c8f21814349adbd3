import type { Closable, Cloud } from '../cloud.ts'

type Library = typeof import('@google-cloud/compute/build/src/v1/index.js')
type ClientName = Extract<keyof Library, `${string}Client`>

/**
 * A client of Compute Engine's API, which is global and speaks REST only. The stable half of the library is loaded by
 * itself: all of it takes ten times as long.
 */
export function computeClient<N extends ClientName>(
  cloud: Cloud,
  name: N,
): Promise<InstanceType<Library[N]>> {
  const make = async (options: Readonly<Record<string, unknown>>) => {
    const library = await import('@google-cloud/compute/build/src/v1/index.js')
    const Client = library[name] as unknown as new (options: object) => InstanceType<Library[N]> & Closable
    return new Client({ ...options, fallback: true })
  }
  return cloud.client('compute', 'global', make, name) as Promise<InstanceType<Library[N]>>
}

/** Options of a listing that is walked page by page. */
export function listOptions({ callOptions }: Cloud) {
  return { ...callOptions, autoPaginate: false }
}
