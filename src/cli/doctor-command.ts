import { formatProblem } from '../core/errors.ts'
import { chooseBook } from '../pricing/default-book.ts'
import { newRecord } from '../run/run-scenario.ts'
import { readScenario } from '../scenario/read-scenario.ts'
import { EXIT } from './exit-codes.ts'
import { check, plansOf, readMaxSpend } from './run-deploying.ts'
import { VERSION } from './version.ts'

/** `plimsoll doctor`: what would stop the candidates from being deployed, each with its remedy. */
export async function doctorCommand(file: string): Promise<number> {
  const { scenario } = readScenario(file)
  readMaxSpend(scenario, { values: new Map(), switches: new Set(['dry-run']), lists: new Map() })
  const { book } = await chooseBook(undefined, process.env)
  const plans = await plansOf(newRecord(scenario, VERSION, new Date()), book)
  const unpriced = plans.flatMap(({ candidate, missingPrice }) =>
    missingPrice === null
      ? []
      : [
          {
            message: `${candidate.name}: ${missingPrice}`,
            hint: 'plimsoll prices sync reads the prices of today',
          },
        ],
  )
  const found = scenario.deploy ? await check(scenario.deploy, plans) : { problems: [], unseen: [] }
  const problems = [...found.problems, ...unpriced]
  for (const each of found.unseen) console.error(formatProblem(each))
  if (problems.length === 0) {
    console.log(
      `nothing is in the way of deploying ${plans.length} of ${scenario.candidates.length} candidates`,
    )
    return EXIT.ok
  }
  console.error(problems.map(formatProblem).join('\n'))
  return EXIT.user
}
