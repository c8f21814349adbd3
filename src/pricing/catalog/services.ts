/**
 * Services of the Cloud Billing Catalog that the price book draws on, by id: names change ("Cloud Functions" is now
 * "Cloud Run Functions"), ids do not. Ids from SKU names in public catalogue listings, 2023 to 2026-10.
 */
export const SERVICES = {
  'compute-engine': { id: '6F81-5844-456A', name: 'Compute Engine' },
  'cloud-run': { id: '152E-C115-5142', name: 'Cloud Run' },
  functions: { id: '29E7-DA93-CA13', name: 'Cloud Run Functions' },
  vertex: { id: 'C7E2-9256-1C43', name: 'Vertex AI' },
  networking: { id: 'E505-1604-58F8', name: 'Networking' },
  storage: { id: '95FF-2EF5-5EA1', name: 'Cloud Storage' },
} as const

export type ServiceKey = keyof typeof SERVICES
