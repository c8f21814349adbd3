import { UserError } from '../core/errors.ts'
import { queueJson, queueReport } from '../report/queue.ts'
import { simulateQueueOrder } from '../run/simulate-queue-order.ts'
import { readQueue } from '../scenario/read-queue.ts'
import type { Given } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** `plimsoll simulate`: a bare queue, so that anyone can hold the simulator against theory. */
export async function simulateCommand(file: string, { switches, values }: Given): Promise<number> {
  const { order: read, source } = readQueue(file)
  const order = { ...read, seed: readSeed(values.get('seed')) ?? read.seed }
  const queue = simulateQueueOrder(order, source.problem.bind(source))
  process.stdout.write(switches.has('json') ? queueJson(order, queue) : queueReport(queue))
  return EXIT.ok
}

function readSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed < 2 ** 31) return seed
  throw new UserError({ message: `--seed ${text} is not a whole number from 0 to 2147483647` })
}
