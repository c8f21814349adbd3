import { CLOUD_COMMANDS } from './cloud-commands.ts'
import type { Command } from './command.ts'
import { LOAD_COMMANDS } from './load-commands.ts'
import { MODEL_COMMANDS } from './model-commands.ts'
import { PRICE_COMMANDS } from './price-commands.ts'
import { SCENARIO_COMMANDS } from './scenario-commands.ts'

/** The command line, in the order in which its help shows it. */
export const COMMANDS: readonly Command[] = [
  ...SCENARIO_COMMANDS,
  ...CLOUD_COMMANDS,
  ...LOAD_COMMANDS,
  ...MODEL_COMMANDS,
  ...PRICE_COMMANDS,
]
