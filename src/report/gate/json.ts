import type { GateResult } from '../../gate/gate-result.ts'
import { jsonText } from '../json-text.ts'

/** The result itself. An edge that is infinite is null, as JSON has no infinity. */
export function gateJson(result: GateResult): string {
  return jsonText(result)
}
