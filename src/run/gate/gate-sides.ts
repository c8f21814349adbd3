import type { Judgement, SidesMeasured } from '../../gate/gate-result.ts'
import { judgeSides, startUpsFail } from '../../gate/judge-sides.ts'
import type { Rule } from '../../gate/rules.ts'
import { type MeasuredSides, measureSides, type SidesMeasurement } from './measure-sides.ts'
import { measureStartUps } from './measure-start-ups.ts'

export interface GatedSides {
  readonly judgements: readonly Judgement[]
  readonly measured: SidesMeasured
  readonly notes: readonly string[]
}

/** Measures both sides by turns and judges them. @throws WorldError when a side cannot be measured */
export async function gateSides(order: SidesMeasurement, startUpRule: Rule): Promise<GatedSides> {
  const sides = await measureSides(order)
  const again = startUpsFail(sides.startUps, startUpRule) && !order.watched.has(startUpRule.concern)
  if (again) order.notify({ kind: 'note', text: 'the head looks slower to start: starting both again ...' })
  const startUpsAgain = again ? await measureStartUps(order) : null
  const judgements = judgeSides({ ...sides, startUpsAgain, slo: order.slo ?? null }, startUpRule)
  return { judgements, measured: describe(order, sides), notes: notesOf(order, sides) }
}

function describe({ arrival }: SidesMeasurement, sides: MeasuredSides): SidesMeasured {
  const { quads, requestsPerBlock, invalidQuads, freshProcesses, seconds } = sides
  return {
    arrivals: arrival.kind,
    rps: arrival.kind === 'closed' ? null : arrival.rps,
    connections: arrival.connections,
    requestsPerBlock,
    quads: quads.first,
    confirmingQuads: quads.confirming,
    invalidQuads,
    freshProcesses,
    seconds,
  }
}

function notesOf({ base, head }: SidesMeasurement, sides: MeasuredSides): string[] {
  const stale = sides.quads.confirming > 0 && (base.kind === 'url' || head.kind === 'url')
  return [
    ...(stale
      ? ['a side that is given by its URL cannot be restarted: it was measured again on the same process']
      : []),
    ...(sides.invalidQuads > 0
      ? [`${sides.invalidQuads} quads are left out, because this client could not send on time`]
      : []),
  ]
}
