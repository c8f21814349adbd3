import { between, type Estimate, type Provisioning } from '../core/operation.ts'
import type { Assumptions } from '../core/scenario.ts'

/**
 * Time from the decision to start a replica until our server starts in it, ms. No platform publishes a distribution.
 *
 * Containers: community measurements, 2021 to 2024. With a GPU, Google says 5 s for the driver (2024-08); users report
 * 20 s and more with the image. Vertex AI nodes: "approximately 5 minutes", said of batch prediction (docs, 2026-08);
 * deployments take 10 to 15. VMs: 23 to 42 s to SSH or login (community, 2017 and 2018), up to a minute for large
 * ones; with a GPU 2 to 10 minutes, depending on whether the driver is in the image (community, 2019 to 2022).
 */
const PROVISIONING_MS: Readonly<Record<Provisioning, Estimate>> = {
  container: between(300, 4000),
  gpuContainer: between(5000, 20_000),
  vertexNode: between(120_000, 750_000),
  vm: between(23_000, 60_000),
  gpuVm: between(120_000, 600_000),
}

/** What the scenario says, within a quarter either way, else what is published. */
export function provisioningMs(kind: Provisioning, { startUpMs }: Pick<Assumptions, 'startUpMs'>): Estimate {
  const own = startUpMs?.[kind]
  return own === undefined ? PROVISIONING_MS[kind] : { value: own, spread: 1.25 }
}
