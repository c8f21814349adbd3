import type { GateResult } from '../../gate/gate-result.ts'

/** The result itself. An edge that is infinite is null, as JSON has no infinity. */
export function gateJson(result: GateResult): string {
  return `${JSON.stringify(result, null, 2)}\n`
}
