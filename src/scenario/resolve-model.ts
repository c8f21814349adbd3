import { existsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a model file may be, or why it is not there. */
export type ResolvedModel = { readonly path: string } | { readonly message: string; readonly hint: string }

/**
 * Finds `file`: relative to the scenario's folder, or `npm:<package>/<path>` in the nearest `node_modules` above the
 * scenario or above Plimsoll itself.
 */
export function resolveModel(file: string, scenarioFile: string): ResolvedModel {
  const folder = dirname(resolve(scenarioFile))
  const place = file.startsWith('npm:') ? file.slice(4) : undefined
  const tried =
    place === undefined ? [isAbsolute(file) ? file : join(folder, file)] : packagePaths(place, folder)
  const path = tried.find((candidate) => existsSync(candidate))
  if (path === undefined) return notFound(file, place, tried)
  if (!statSync(path).isFile())
    return { message: `model ${file} is a folder`, hint: 'name the .onnx file in it' }
  return { path }
}

function notFound(file: string, place: string | undefined, tried: readonly string[]): ResolvedModel {
  if (place === undefined) {
    return {
      message: `model file ${file} does not exist`,
      hint: `looked for ${tried[0]}`,
    }
  }
  const name = place
    .split('/')
    .slice(0, place.startsWith('@') ? 2 : 1)
    .join('/')
  return { message: `model file ${file} does not exist`, hint: `is the package there? npm install ${name}` }
}

function packagePaths(place: string, folder: string): string[] {
  const here = dirname(fileURLToPath(import.meta.url))
  return [...ancestors(folder), ...ancestors(here)].map((ancestor) => join(ancestor, 'node_modules', place))
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}
