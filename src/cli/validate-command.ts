import { platformOf } from '../platforms/index.ts'
import { formatMonth, formatTraffic } from '../report/figures.ts'
import { probeModel } from '../run/probe-model.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import { monthProfile } from '../traffic/month-profile.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { Interruption, withInterruption } from './interruption.ts'

/** `plimsoll validate`: the file, the model and its inputs, and which candidates their platforms would refuse. */
export async function validateCommand(file: string, { switches }: Given): Promise<number> {
  const { scenario, source } = readScenario(file)
  try {
    await withInterruption((signal) => probeModel(scenario, source.problem.bind(source), signal))
  } catch (error) {
    if (error instanceof Interruption) return EXIT.interrupted
    throw error
  }
  if (switches.has('json')) {
    process.stdout.write(`${JSON.stringify(scenario, null, 2)}\n`)
    return EXIT.ok
  }
  const lines = scenario.candidates.map((candidate) => {
    const [refusal] = platformOf(candidate).limits(candidate)
    return `  ${candidate.name}${refusal ? `\n      will be refused: ${refusal.rule}` : ''}`
  })
  const count = `${lines.length} candidate${lines.length === 1 ? '' : 's'}`
  const month = monthProfile(scenario.traffic, scenario.load.seed)
  const traffic = `traffic: ${formatTraffic(scenario.traffic)}\na month: ${formatMonth(month)}`
  console.log(`${file} is valid: ${count}\n${lines.join('\n')}\n${traffic}`)
  return EXIT.ok
}
