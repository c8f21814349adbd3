import { UserError, WorldError } from '../core/errors.ts'
import { probeModel } from '../run/probe-model.ts'
import { writeWhole } from '../run/run-store.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import { startLocalServer } from '../serving/local-server.ts'
import type { Given } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { Interruption, withInterruption } from './interruption.ts'

/** `plimsoll serve`: the server that runs load, for trying it by hand or measuring it with another tool. */
export async function serveCommand(file: string, { values }: Given): Promise<number> {
  const port = wholeNumber(values.get('port') ?? '8080', '--port', 0, 65_535)
  const threads = wholeNumber(values.get('threads') ?? '1', '--threads', 1, 256)
  const bodyFile = values.get('body')
  const { scenario, source } = readScenario(file)
  try {
    return await withInterruption<never>(async (signal) => {
      const { body } = await probeModel(scenario, source.problem.bind(source), signal)
      if (bodyFile !== undefined) writeWhole(bodyFile, body.toString('utf8'))
      const server = await startLocalServer({ modelPath: scenario.model.path, threads, port, signal })
      console.error(`serving ${scenario.model.file} with ${threads} thread(s); Ctrl-C stops it`)
      console.log(server.url)
      const { code, signal: by } = await server.exited
      signal.throwIfAborted()
      throw new WorldError(`the server ended by itself (${by ?? `exit code ${code}`})`)
    })
  } catch (error) {
    if (error instanceof Interruption) return EXIT.ok
    throw error
  }
}

function wholeNumber(text: string, option: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new UserError({ message: `${option} ${text} is not a whole number from ${least} to ${most}` })
}
