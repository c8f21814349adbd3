import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly steps: readonly ActionStep[] }
}

interface ActionStep {
  readonly name: string
  readonly id?: string
  readonly if?: string
  readonly run: string
  readonly env?: Readonly<Record<string, string>>
}

export interface ActionRun {
  readonly code: number
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
  /** All that the steps printed. */
  readonly log: string
}

/**
 * Does a composite action's steps as a runner does: expressions in `env` and `if` are worked out, each script is run by
 * bash from a file with the runner's variables, and outputs are read from the file that the step wrote.
 */
export async function runAction(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  { event = {}, api = '' }: { event?: object; api?: string } = {},
): Promise<ActionRun> {
  const action = parse(readFileSync('action.yml', 'utf8')) as Action
  mkdirSync(folder, { recursive: true })
  const files = {
    summary: join(folder, 'summary.md'),
    output: join(folder, 'output'),
    event: join(folder, 'event.json'),
  }
  writeFileSync(files.event, JSON.stringify(event))
  writeFileSync(files.summary, '')
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [name, inputs[name] ?? input.default ?? '']),
  )
  const context: Record<string, string> = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`inputs.${name}`, value]),
  )
  context['github.token'] = 'token-of-the-run'
  const evaluate = (text: string) =>
    text.replaceAll(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => context[name] ?? '')
  let [log, code] = ['', 0]
  for (const step of action.runs.steps) {
    if (code !== 0 || !holds(step.if, context)) continue
    writeFileSync(files.output, '')
    const script = join(folder, 'step.sh')
    writeFileSync(script, step.run)
    const env = {
      ...process.env,
      GITHUB_ACTION_PATH: resolve('.'),
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_OUTPUT: files.output,
      GITHUB_EVENT_PATH: files.event,
      GITHUB_REPOSITORY: 'harbour/model',
      GITHUB_API_URL: api,
      RUNNER_TEMP: folder,
      ...Object.fromEntries(
        Object.entries(step.env ?? {}).map(([name, value]) => [name, evaluate(evaluate(value))]),
      ),
    }
    const ended = await bash(script, env)
    log += ended.log
    code = ended.code
    for (const line of readFileSync(files.output, 'utf8').split('\n').filter(Boolean)) {
      const at = line.indexOf('=')
      context[`steps.${step.id}.outputs.${line.slice(0, at)}`] = line.slice(at + 1)
    }
  }
  const outputs = Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, evaluate(value)]),
  )
  return { code, summary: readFileSync(files.summary, 'utf8'), outputs, log }
}

/** `inputs.x == 'y'`, or nothing. */
function holds(condition: string | undefined, context: Readonly<Record<string, string>>): boolean {
  if (condition === undefined) return true
  const [, name = '', value] = /^([\w.-]+) == '([^']*)'$/.exec(condition) ?? []
  if (value === undefined) throw new Error(`this runner does not know ${condition}`)
  return context[name] === value
}

function bash(script: string, env: NodeJS.ProcessEnv): Promise<{ code: number; log: string }> {
  return new Promise((done, fail) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { env })
    let log = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (log += text))
    child.once('error', fail)
    child.once('close', (code) => done({ code: code ?? 1, log }))
  })
}
