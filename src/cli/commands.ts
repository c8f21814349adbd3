/** The command line, described once: the parser and every help text come from here. */
export interface Command {
  readonly name: string
  /** Placeholder of the one argument that it takes, if it takes one. */
  readonly argument?: string
  readonly summary: string
  readonly options: readonly Option[]
  /** Loads the command when it is used; returns its exit code. */
  readonly run: (argument: string, options: Given) => Promise<number>
}

export interface Option {
  readonly name: string
  readonly short?: string
  /** Placeholder of its value; without one the option is a switch. */
  readonly value?: string
  readonly summary: string
}

export interface Given {
  readonly switches: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
}

const JSON_OUTPUT: Option = { name: 'json', summary: 'print one JSON document instead of a table' }
const BOOK: Option = { name: 'book', value: 'file', summary: 'price book to use instead of the built-in one' }
const FAIL_UNMET: Option = { name: 'fail-unmet', summary: 'exit with 1 when no candidate meets the SLO' }

export const COMMANDS: readonly Command[] = [
  {
    name: 'run',
    argument: 'scenario',
    summary: 'load the candidates of a scenario, price them, name the cheapest that meets the SLO',
    options: [
      {
        name: 'out',
        short: 'o',
        value: 'dir',
        summary: 'folder of this run (default: reports/<scenario>-<time>)',
      },
      JSON_OUTPUT,
      { name: 'resume', summary: "finish an interrupted run: the one in --out, else the scenario's newest" },
      BOOK,
      FAIL_UNMET,
    ],
    run: async (scenario, given) => (await import('./run-command.ts')).runCommand(scenario, given),
  },
  {
    name: 'advise',
    argument: 'run',
    summary: 'advise again from a saved run (run.json or its folder); nothing is loaded',
    options: [JSON_OUTPUT, BOOK, FAIL_UNMET],
    run: async (run, given) => (await import('./advise-command.ts')).adviseCommand(run, given),
  },
  {
    name: 'validate',
    argument: 'scenario',
    summary: 'check a scenario file and its model; list the candidates that it spans',
    options: [{ name: 'json', summary: 'print the checked scenario as JSON' }],
    run: async (scenario, given) => (await import('./validate-command.ts')).validateCommand(scenario, given),
  },
  {
    name: 'serve',
    argument: 'scenario',
    summary: "serve a scenario's model on this machine as runs do, until Ctrl-C",
    options: [
      { name: 'port', short: 'p', value: 'number', summary: 'port on 127.0.0.1 (default: 8080)' },
      {
        name: 'threads',
        short: 't',
        value: 'number',
        summary: 'onnxruntime threads per inference (default: 1)',
      },
      { name: 'body', value: 'file', summary: 'write the request that runs send to this file' },
    ],
    run: async (scenario, given) => (await import('./serve-command.ts')).serveCommand(scenario, given),
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of scenario files, for editors',
    options: [],
    run: async () => (await import('./schema-command.ts')).schemaCommand(),
  },
]
