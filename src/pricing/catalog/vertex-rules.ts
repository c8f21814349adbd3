import { FAMILY, familyName, gpuName } from './compute-rules.ts'
import { onDemand, type Rule } from './rule.ts'

const PREDICTION = 'Vertex AI: Online/Batch Prediction'
/** "A3 Predefined Instance", "A2 Instance", and in fees plainly "A3". */
const MACHINE = `(?<family>${FAMILY})(?: Predefined)?(?: Instance)?`
/** The size is written "80gb" for prediction and "80GB" in fees. */
const GPU = '(?<gpu>Nvidia (?:Tesla )?[A-Z]+\\d+(?: \\d+GB)?)'

/**
 * Prediction; training and pipelines have SKUs of their own, which match none of these. The management fee comes on
 * top of Compute Engine for spot, reservations and flex-start, and never on top of plain on demand.
 */
export const VERTEX_RULES: readonly Rule[] = [
  prediction(`${MACHINE} (?<kind>Core|Ram) running in .+`, (part) => `vertex/${machine(part)}`),
  prediction(`${GPU} GPU running in .+`, (part) => `vertex/gpu/${gpuName(part('gpu'))}`),
  prediction(`management fee on ${MACHINE} (?<kind>Core|Ram) in .+`, (part) => `vertex/fee/${machine(part)}`),
  prediction(`management fee on ${GPU}(?: GPU)? in .+`, (part) => `vertex/fee/gpu/${gpuName(part('gpu'))}`),
]

function prediction(text: string, resource: (part: (name: string) => string) => string): Rule {
  return { text: new RegExp(`^${PREDICTION} ${text}$`, 'i'), subject: (part) => onDemand(resource(part)) }
}

function machine(part: (name: string) => string): string {
  return `${familyName(part('family'))}/${part('kind').toLowerCase() === 'core' ? 'cpu' : 'memory'}`
}
