import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { REPORTS } from '../../src/report/index.ts'
import { plimsoll } from '../cli/plimsoll.ts'
import { CANARY } from './fake/fake-tokens.ts'
import { SECRET_WORDS } from './fake/secret-words.ts'
import { useWholeCloud, type WholeCloud } from './fake/whole-cloud.ts'

const cloudOf = useWholeCloud()

/** A server that tells whoever asks which key it was given. */
async function startParrot(): Promise<string> {
  const server = createServer(({ headers }, response) => {
    response.writeHead(403).end(`echoed: the key ${headers['x-key']} is not let in`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`
}

/** Makes the platforms say in turn what they had better not: operations that fail, calls that do, logs. */
function loosen({ basics, project }: WholeCloud): void {
  let next = 0
  const words = () => SECRET_WORDS[next++ % SECRET_WORDS.length] ?? ''
  basics.logLines = SECRET_WORDS
  project.behaviour.operation = (verb, name) =>
    /^(create|deployModel)$/.test(verb) && /-c[1-4]\b/.test(name)
      ? { ms: 1, code: 13, message: words() }
      : undefined
  project.behaviour.fault = ({ what }) =>
    /TestIamPermissions|BatchGetServices|CloudFunctionsService\/DeleteFunction/.test(what)
      ? { kind: 'error', code: 7, message: words() }
      : undefined
}

function everyFile(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  return files.map((each) => readFileSync(join(each.parentPath, each.name), 'utf8'))
}

test('no token, key, header or signed URL is in anything that is printed or written, whoever repeats it', async () => {
  const cloud = await cloudOf()
  loosen(cloud)
  const parrot = await startParrot()
  const scenario = cloud.scenario(
    [
      'platform: vertex, machineType: n1-standard-4',
      'platform: cloud-run, cpu: 2, memory: 2Gi, image: us-central1-docker.pkg.dev/p/r/s:1',
      'platform: gce, kind: vm, machineType: n2-standard-2',
      'platform: functions, generation: 2, memory: 2Gi',
      `platform: cloud-run, cpu: 1, memory: 1Gi, url: "${parrot}", header: x-key, headerEnv: PARROT_KEY`,
      'platform: functions, generation: 1, memory: 2Gi',
    ],
    { load: 'requests: 20, warmup: 0, startups: 1', rate: '200 rps' },
  )
  const options = { cwd: cloud.folder, env: { ...cloud.env, PARROT_KEY: `${CANARY}-key` } }
  const printed = new Map<string, string>()
  const tell = async (...args: string[]) => {
    const { stdout, stderr } = await plimsoll(args, options)
    printed.set(args.join(' '), `${stdout}\n${stderr}`)
    return `${stdout}\n${stderr}`
  }
  expect(await tell('doctor', scenario)).toContain('echoed: ')
  expect(await tell('run', scenario, '--dry-run')).toContain('echoed: ')
  const run = await tell('run', scenario, '--out', 'reports/secrets', '--max-spend', '20')
  expect(run.match(/echoed: /g)?.length).toBeGreaterThan(5)
  expect(cloud.project.inventory.names).toHaveLength(1)
  for (const format of Object.keys(REPORTS)) {
    await tell('report', 'reports/secrets', '--format', format, '--out', `written.${format}`)
    expect(readFileSync(join(cloud.folder, `written.${format}`), 'utf8').length).toBeGreaterThan(100)
  }
  await tell('report', 'reports/secrets', '--format', 'terminal')
  await tell('advise', 'reports/secrets')
  expect(await tell('advise', 'reports/secrets', '--json')).toContain('echoed: ')
  await tell('clean')
  expect(await tell('clean', '--yes')).toMatch(/NOT DELETED: .*echoed: /)
  cloud.project.behaviour.fault = () => undefined
  expect(await tell('clean', '--yes')).toContain('deleted 1 of 1')

  const written = everyFile(cloud.folder)
  expect(written.length).toBeGreaterThan(Object.keys(REPORTS).length + 2)
  for (const [command, text] of printed) expect(text, command).not.toContain(CANARY)
  for (const text of written) expect(text).not.toContain(CANARY)
}, 300_000)
