import { extname } from 'node:path'
import type { PackageFile, PackageOrder } from './package-order.ts'
import { serverFiles } from './server-files.ts'

/** The source that `gcloud functions deploy` uploads: the model stays in Cloud Storage. */
export function functionFiles(order: PackageOrder): PackageFile[] {
  return [
    { place: 'index.js', text: indexFile(order) },
    { place: '.gcloudignore', text: ['node_modules', 'deploy.sh', 'README.md', ''].join('\n') },
    ...serverFiles(order, ['predict-function'], { main: 'index.js' }),
  ]
}

/** The Functions Framework finds the function by the name that it is exported under. */
function indexFile({ version, candidate }: PackageOrder): string {
  const module = `./server/serving/predict-function${extname(import.meta.url)}`
  return `// Made by plimsoll package. MODEL_URI is the gs:// URI of the model, which the first request fetches.
import { predictFunction } from '${module}'

const modelUri = process.env.MODEL_URI
if (!modelUri) throw new Error('MODEL_URI is not set: it is the gs:// URI of the model')

export const predict = predictFunction({ modelUri, version: '${version}', threads: ${candidate.threads} })
`
}
