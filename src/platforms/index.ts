import type { Candidate, PlatformId } from '../core/candidate.ts'
import { cloudRun } from './cloud-run/index.ts'
import { functions } from './functions/index.ts'
import { gce } from './gce/index.ts'
import type { Platform } from './platform.ts'
import { vertex } from './vertex/index.ts'

export const PLATFORMS: { readonly [P in PlatformId]: Platform<Extract<Candidate, { platform: P }>> } = {
  vertex,
  'cloud-run': cloudRun,
  functions,
  gce,
}

/** The platform of a candidate, seen through the one contract. */
export function platformOf(candidate: Candidate): Platform {
  // Each entry takes candidates of its own key only; the compiler cannot tie the two together.
  return PLATFORMS[candidate.platform] as unknown as Platform
}
