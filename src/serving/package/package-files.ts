import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Candidate } from '../../core/candidate.ts'
import { cloudInit } from './cloud-init.ts'
import { containerFiles } from './container-files.ts'
import { callOf, deploySteps, shellVariables } from './deploy-steps.ts'
import { functionFiles } from './function-files.ts'
import type { PackageFile, PackageOrder, Step } from './package-order.ts'

/** All files of what deploying a model to its platform needs, the commands included. */
export function packageFiles(order: PackageOrder): PackageFile[] {
  const { candidate, modelPath } = order
  const tag = `${order.version}-${createHash('sha256').update(readFileSync(modelPath)).digest('hex').slice(0, 12)}`
  const variables = shellVariables(order, tag)
  const steps = deploySteps(order)
  return [
    ...(candidate.platform === 'functions' ? functionFiles(order) : containerFiles(order)),
    ...(candidate.platform === 'gce' ? [{ place: 'cloud-init.yaml', text: cloudInitText(candidate) }] : []),
    { place: 'deploy.sh', text: script(variables, steps), executable: true },
    { place: 'README.md', text: readme(order, variables, steps) },
  ]
}

function script(variables: Readonly<Record<string, string>>, steps: readonly Step[]): string {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}="\${${name}:-${value}}"`)
  const blocks = steps.map(({ title, command }) => `# ${title}\n${command}`)
  return `#!/usr/bin/env bash
# Made by plimsoll package. Builds, pushes and deploys; variables set outside go first: REGION=europe-west4 ./deploy.sh
set -euo pipefail
cd "$(dirname "$0")"

${assignments.join('\n')}

${blocks.join('\n\n')}
`
}

function readme(
  order: PackageOrder,
  variables: Readonly<Record<string, string>>,
  steps: readonly Step[],
): string {
  const { candidate, modelName, modelUri } = order
  const assignments = Object.entries(variables).map(([name, value]) => `${name}="${value}"`)
  const where =
    modelUri === undefined
      ? 'The model is in the image.'
      : candidate.platform === 'functions'
        ? 'The first request of an instance fetches the model from `$MODEL_URI`. The account that the function runs as needs the role `roles/storage.objectViewer` on the bucket.'
        : 'The server fetches the model from Cloud Storage when it starts. The account that it runs as needs the role `roles/storage.objectViewer` on the bucket.'
  const local = candidate.platform === 'functions' ? [] : tryHere(candidate)
  return [
    `# ${modelName} on ${candidate.platform}`,
    '',
    'Made by `plimsoll package`. `./deploy.sh` does all of the following, in this folder, with `gcloud`' +
      `${candidate.platform === 'functions' ? '' : ' and `docker`'} installed and logged in.`,
    '',
    where,
    '',
    ...local,
    block(assignments.join('\n')),
    '',
    ...steps.flatMap(({ title, command }) => [`${title}:`, '', block(command), '']),
    'Ask it (`request.json` is `{"instances": [...]}`; `plimsoll serve <scenario> --body request.json` writes one):',
    '',
    block(callOf(candidate)),
    '',
  ].join('\n')
}

/** What to do with the image before anything is deployed. */
function tryHere({ accelerator }: Candidate): string[] {
  if (!accelerator) {
    return ['Try it here first:', '', block('docker build --tag=try .\ndocker run --rm -p 8080:8080 try'), '']
  }
  return [
    'The image runs the model with CUDA 12 on one GPU; its build fetches some hundred megabytes of libraries from NuGet.',
    "Plimsoll's own tests have no GPU: they check these files, and have never built or run the image. Try it first, with a",
    'GPU (and the NVIDIA Container Toolkit) or without:',
    '',
    block(
      [
        'docker build --platform=linux/amd64 --tag=try .',
        'docker run --rm --gpus all -p 8080:8080 try',
        'docker run --rm -e PLIMSOLL_DEVICE=cpu -p 8080:8080 try',
      ].join('\n'),
    ),
    '',
  ]
}

function block(text: string): string {
  return `\`\`\`sh\n${text}\n\`\`\``
}

/** `user-data` of a VM; deploy.sh fills in the image. */
function cloudInitText({ accelerator }: Candidate): string {
  const gpus = accelerator?.count ?? 0
  return cloudInit({ image: '@IMAGE@', registry: '@REGISTRY@', port: 8080, gpus, env: {} })
}
