import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Loads what draws with Ink, in half the time: React as it is for use rather than for finding its faults; of
 * es-toolkit, which has 400 modules, only the function that Ink takes (where that is not to be found, all of it); and
 * Yoga without `fetch`, for which Node would load an HTTP client to decode the base64 that Yoga decodes as well.
 */
export async function withLightInk<T>(load: () => Promise<T>): Promise<T> {
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = NODE_ENV ?? 'production'
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'es-toolkit/compat') return next(specifier, context)
      return throttleOf(next, context) ?? next(specifier, context)
    },
  })
  const fetch = Object.getOwnPropertyDescriptor(globalThis, 'fetch')
  Reflect.deleteProperty(globalThis, 'fetch')
  try {
    return await load()
  } finally {
    if (fetch) Object.defineProperty(globalThis, 'fetch', fetch)
    hooks.deregister()
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
  }
}

type Hook = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>

/** The module by itself: its package exports it only without the name that Ink asks for. */
function throttleOf(next: Parameters<Hook>[2], context: Parameters<Hook>[1]) {
  const found = next('es-toolkit/compat/throttle', context)
  const url = new URL('../dist/compat/function/throttle.mjs', found.url)
  return existsSync(fileURLToPath(url)) ? { ...found, url: url.href } : undefined
}
