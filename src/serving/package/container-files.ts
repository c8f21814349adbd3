import { existsSync } from 'node:fs'
import { basename, posix } from 'node:path'
import { UserError } from '../../core/errors.ts'
import { besideModel, externalDataFiles } from '../external-data.ts'
import { VARIABLE_OPTIONS, variableOf } from '../server-environment.ts'
import type { PackageFile, PackageOrder } from './package-order.ts'
import { serverFiles } from './server-files.ts'

/**
 * The Node that Plimsoll is tested with (the `node` package of its development dependencies; a test holds it against
 * that), on Debian, whose C library ONNX Runtime needs.
 */
export const NODE_IMAGE = 'node:24.21.0-bookworm-slim'

/**
 * CUDA 12 with cuDNN 9, which the GPU build of onnxruntime-node 1.30 is made for, on a system whose C and C++ libraries
 * are newer than those that Node's binary needs.
 */
export const CUDA_IMAGE = 'nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04'

/** A folder that `docker build` takes. */
export function containerFiles(order: PackageOrder): PackageFile[] {
  const { modelPath, modelUri } = order
  const model = modelUri === undefined ? modelFiles(modelPath) : []
  return [
    { place: 'Dockerfile', text: dockerfile(order) },
    // Everything but what the Dockerfile copies stays out of the image and of the upload.
    { place: '.dockerignore', text: ['*', ...copied(order).map((each) => `!${each}`), ''].join('\n') },
    ...serverFiles(order, ['serve-container', 'server/inference-worker']),
    ...model,
  ]
}

/** What the image is made of, besides what npm installs. */
function copied({ modelUri }: PackageOrder): string[] {
  return ['package.json', '.npmrc', 'server', ...(modelUri === undefined ? ['model'] : [])]
}

function modelFiles(modelPath: string): PackageFile[] {
  const names = externalDataFiles(modelPath)
  const missing = names.filter((name) => !existsSync(besideModel(modelPath, name)))
  if (missing.length > 0) {
    throw new UserError(
      missing.map((name) => ({
        message: `the model's external data file ${name} is not beside it`,
        file: modelPath,
      })),
    )
  }
  return [basename(modelPath), ...names].map((name) => ({
    place: posix.join('model', name.replaceAll('\\', '/')),
    copyOf: besideModel(modelPath, name),
  }))
}

function dockerfile(order: PackageOrder): string {
  const { modelPath, modelUri, candidate } = order
  const gpu = candidate.accelerator !== undefined
  const model = modelUri === undefined ? [`model/${basename(modelPath)}`] : []
  const isVariable = ([name]: readonly [string, string]) => VARIABLE_OPTIONS.some((each) => each === name)
  const options = [...order.serveOptions].filter((each) => !isVariable(each))
  const settings = [...order.serveOptions].filter(isVariable)
  const entry = [
    'node',
    'server/serving/serve-container.js',
    ...model,
    '--log',
    'json',
    ...options.flatMap(([name, value]) => [`--${name}`, value]),
  ]
  // Vertex AI tells the container itself where its copy of the model lies.
  const uri = modelUri === undefined || candidate.platform === 'vertex' ? [] : [`ENV MODEL_URI=${modelUri}`]
  return [
    '# Made by plimsoll package.',
    `FROM ${NODE_IMAGE} AS dependencies`,
    'WORKDIR /app',
    'COPY package.json .npmrc ./',
    '# ONNX Runtime comes with libraries for every system; those of others stay behind.',
    'RUN npm install --omit=dev --no-audit --no-fund \\',
    '  && cd node_modules/onnxruntime-node/bin/napi-v6 \\',
    '  && find . -mindepth 1 -maxdepth 1 ! -name linux -exec rm -r {} + \\',
    "  && node -e \"fs.readdirSync('linux').filter((arch) => arch !== process.arch).forEach((arch) => fs.rmSync('linux/' + arch, { recursive: true }))\"",
    ...(gpu ? CUDA_LIBRARIES : []),
    '',
    ...(gpu ? CUDA_BASE : [`FROM ${NODE_IMAGE}`]),
    'ENV NODE_ENV=production',
    'WORKDIR /app',
    'COPY --from=dependencies /app/node_modules ./node_modules',
    'COPY package.json ./',
    'COPY server ./server',
    ...(modelUri === undefined ? ['COPY model ./model'] : []),
    ...uri,
    '# Listens on AIP_HTTP_PORT or PORT where one is set, else on 8080.',
    'ENV PORT=8080',
    'EXPOSE 8080',
    ...settings.map(([name, value]) => `ENV ${variableOf(name)}=${value}`),
    ...(gpu ? ['# -e PLIMSOLL_DEVICE=cpu tries it without a GPU.', 'ENV PLIMSOLL_DEVICE=cuda'] : []),
    'USER node',
    `ENTRYPOINT ${JSON.stringify(entry)}`,
    '',
  ].join('\n')
}

/** TensorRT's part would need libraries that the image does not have. */
const CUDA_LIBRARIES = [
  '# What runs on CUDA is too large for the npm package: its install script fetches it from NuGet.',
  'RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js \\',
  '  && rm node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_tensorrt.so',
]

const CUDA_BASE = [
  `FROM ${CUDA_IMAGE}`,
  'COPY --from=dependencies /usr/local/bin/node /usr/local/bin/node',
  'RUN useradd --system --create-home node',
]
