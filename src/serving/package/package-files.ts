import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
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
    ...(candidate.platform === 'gce' ? [{ place: 'cloud-init.yaml', text: CLOUD_INIT }] : []),
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
  const local =
    candidate.platform === 'functions'
      ? []
      : ['Try it here first:', '', block('docker build --tag=try .\ndocker run --rm -p 8080:8080 try'), '']
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

function block(text: string): string {
  return `\`\`\`sh\n${text}\n\`\`\``
}

/** Container-Optimized OS runs the image as a service; containers declared in metadata are deprecated. */
const CLOUD_INIT = `#cloud-config
# Made by plimsoll package; deploy.sh fills in the image.
users:
  - name: model
    uid: 2000
write_files:
  - path: /etc/systemd/system/model.service
    permissions: '0644'
    owner: root
    content: |
      [Unit]
      Description=Model server
      Wants=network-online.target docker.service
      After=network-online.target docker.service
      [Service]
      Environment="HOME=/home/model"
      ExecStartPre=/usr/bin/docker-credential-gcr configure-docker --registries @REGISTRY@
      ExecStart=/usr/bin/docker run --rm --name=model --publish=8080:8080 @IMAGE@
      ExecStop=/usr/bin/docker stop --time=10 model
      Restart=always
      RestartSec=5
runcmd:
  - iptables -w -A INPUT -p tcp --dport 8080 -j ACCEPT
  - systemctl daemon-reload
  - systemctl start model.service
`
