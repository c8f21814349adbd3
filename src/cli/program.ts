import { Command, CommanderError } from 'commander'
import { VERSION } from './version.ts'

interface RunOptions {
  readonly out?: string
  readonly json?: boolean
  readonly resume?: boolean
  readonly book?: string
  readonly failUnmet?: boolean
}

/** Reads the command line and does what it says. Commands are loaded when they are used. Returns the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let code = 0
  const program = new Command('plimsoll')
    .description('Finds the cheapest Google Cloud deployment of a trained model that meets its SLO.')
    .version(VERSION)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', AFTER_HELP)

  program
    .command('run <scenario>')
    .description(
      'load the candidates of a scenario file, price them and name the cheapest that meets the SLO',
    )
    .option('-o, --out <dir>', 'folder of this run (default: reports/<scenario>-<time>)')
    .option('--json', 'print the advice as one JSON document instead of a table')
    .option('--resume', "finish an interrupted run: the one in --out, else the scenario's newest")
    .option('--book <file>', 'price book to use instead of the built-in one')
    .option('--fail-unmet', 'exit with 1 when no candidate meets the SLO')
    .action(async (scenario: string, options: RunOptions) => {
      const { runCommand } = await import('./run-command.ts')
      code = await runCommand(scenario, options)
    })

  program
    .command('advise <run>')
    .description('advise again from a saved run (run.json or its folder); nothing is loaded')
    .option('--json', 'print the advice as one JSON document instead of a table')
    .option('--book <file>', 'price book to use instead of the built-in one')
    .option('--fail-unmet', 'exit with 1 when no candidate meets the SLO')
    .action(async (run: string, options: RunOptions) => {
      const { adviseCommand } = await import('./advise-command.ts')
      code = await adviseCommand(run, options)
    })

  program
    .command('validate <scenario>')
    .description('check a scenario file and its model; list the candidates that it spans')
    .option('--json', 'print the checked scenario as JSON')
    .action(async (scenario: string, options: { json?: boolean }) => {
      const { validateCommand } = await import('./validate-command.ts')
      code = await validateCommand(scenario, options)
    })

  program
    .command('serve <scenario>')
    .description("serve a scenario's model on this machine, as runs do, until Ctrl-C")
    .option('-p, --port <number>', 'port on 127.0.0.1', '8080')
    .option('-t, --threads <number>', 'onnxruntime threads per inference', '1')
    .option('--body <file>', 'write the request that runs send to this file')
    .action(async (scenario: string, options: { port: string; threads: string; body?: string }) => {
      const { serveCommand } = await import('./serve-command.ts')
      code = await serveCommand(scenario, options)
    })

  program
    .command('schema')
    .description('print the JSON Schema of scenario files, for editors')
    .action(async () => {
      const { schemaCommand } = await import('./schema-command.ts')
      code = schemaCommand()
    })

  try {
    await program.parseAsync([...argv])
    return code
  } catch (error) {
    // Commander has printed its message; asking for help or the version is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { reportError } = await import('./report-error.ts')
    return reportError(error)
  }
}

const AFTER_HELP = `
Results go to stdout, progress and errors to stderr.

Exit codes: 0 ok; 1 no candidate meets the SLO, with --fail-unmet; 2 something in the input has to be
mended; 3 the run failed; 130 interrupted (what was measured is saved: --resume).

Example: plimsoll run scenarios/quickstart.yaml`
