import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { collectModules } from './collect-modules.ts'
import type { PackageFile, PackageOrder } from './package-order.ts'
import { pinDependencies } from './pin-dependencies.ts'

const root = new URL('../../', import.meta.url)

/**
 * The server's own modules below `server/`, with the package.json that installs ONNX Runtime for them.
 *
 * @param entries modules of `serving/` that are started by themselves, without their ending
 */
export function serverFiles(
  order: PackageOrder,
  entries: readonly string[],
  manifest: Readonly<Record<string, unknown>> = {},
): PackageFile[] {
  const urls = entries.map((entry) => new URL(`serving/${entry}${extname(import.meta.url)}`, root))
  const modules = collectModules(urls, root)
  const content = {
    name: `serve-${order.modelName.toLowerCase()}`,
    version: order.version,
    private: true,
    type: 'module',
    engines: { node: '>=22.19' },
    ...manifest,
    ...pinDependencies('onnxruntime-node', fileURLToPath(root)),
  }
  return [
    { place: 'package.json', text: `${JSON.stringify(content, null, 2)}\n` },
    // The install script of onnxruntime-node would download CUDA, hundreds of megabytes that a CPU has no use for.
    { place: '.npmrc', text: 'ignore-scripts=true\n' },
    ...modules.map(({ path, place }) => ({ place: `server/${place}`, copyOf: path })),
  ]
}
