import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { FunctionsCandidate } from '../../core/candidate.ts'
import { functionFiles } from '../../serving/package/function-files.ts'
import type { DeployOrder } from '../deployer.ts'

/** Earliest time that a ZIP file can hold: the same files are the same bytes whenever they are packed. */
const NO_TIME = new Date(1980, 0, 1)

/** The source of the function, as `plimsoll package --platform functions` writes it, in one ZIP file. */
export async function bundleOf(candidate: FunctionsCandidate, { settings }: DeployOrder): Promise<Buffer> {
  const { zipSync } = await import('fflate')
  const files = functionFiles({
    modelPath: '',
    modelName: basename(settings.modelUri ?? '', '.onnx') || 'model',
    modelUri: settings.modelUri,
    version: ownVersion(),
    candidate,
    serveOptions: new Map(),
  })
  const entries = files.map((file) => {
    const bytes = 'text' in file ? Buffer.from(file.text) : readFileSync(file.copyOf)
    return [file.place, new Uint8Array(bytes)] as const
  })
  return Buffer.from(zipSync(Object.fromEntries(entries), { level: 9, mtime: NO_TIME }))
}

/** The bundle holds our own modules, so it has our version. */
function ownVersion(): string {
  const manifest = new URL('../../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
