/** Resource name of a Vertex AI endpoint, in place of a URL. */
export interface VertexEndpointName {
  readonly name: string
  readonly project: string
  readonly region: string
}

/** Reads `projects/my-project/locations/us-central1/endpoints/123`; undefined where it is none. */
export function parseVertexEndpoint(text: string): VertexEndpointName | undefined {
  const pattern =
    /^projects\/(?<project>[a-z0-9:.-]+)\/locations\/(?<region>[a-z0-9-]+)\/endpoints\/[a-z0-9-]+$/
  const { project = '', region = '' } = pattern.exec(text)?.groups ?? {}
  return project === '' ? undefined : { name: text, project, region }
}
