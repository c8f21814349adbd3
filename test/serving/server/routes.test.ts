import { describe, expect, it } from 'vitest'
import { findRoute } from '../../../src/serving/server/routes.ts'

const options = { modelName: 'm', modelVersion: '1', predictRoute: '/predict', healthRoute: '/health' }
const vertex = {
  ...options,
  predictRoute: '/v1/endpoints/7/deployedModels/8:predict',
  healthRoute: '/v1/endpoints/7/deployedModels/8',
}

describe('a route', () => {
  it.each([
    ['POST', '/predict', { kind: 'predict', protocol: 'vertex' }],
    ['POST', '/v1/projects/p/locations/l/endpoints/7:predict', { kind: 'predict', protocol: 'vertex' }],
    ['POST', '/v1/models/m:predict', { kind: 'predict', protocol: 'tensorflow' }],
    ['POST', '/v1/models/m/versions/1:predict', { kind: 'predict', protocol: 'tensorflow' }],
    ['POST', '/v1/models/m/labels/stable:predict', { kind: 'predict', protocol: 'tensorflow' }],
    ['GET', '/v1/models/m', { kind: 'tensorflow-status' }],
    ['GET', '/v1/models/m/versions/1', { kind: 'tensorflow-status' }],
    ['GET', '/v1/models/m/metadata', { kind: 'tensorflow-metadata' }],
    ['POST', '/v2/models/m/infer', { kind: 'predict', protocol: 'open-inference' }],
    ['POST', '/v2/models/m/versions/1/infer', { kind: 'predict', protocol: 'open-inference' }],
    ['GET', '/v2', { kind: 'server' }],
    ['GET', '/v2/health/live', { kind: 'live' }],
    ['HEAD', '/v2/health/ready', { kind: 'ready' }],
    ['GET', '/v2/models/m', { kind: 'model' }],
    ['GET', '/v2/models/m/versions/1/ready', { kind: 'model-ready' }],
    ['GET', '/health', { kind: 'health' }],
    ['GET', '/metrics', { kind: 'metrics' }],
  ])('%s %s is found', (method, path, route) => {
    expect(findRoute(method, path, options)).toEqual(route)
  })

  it.each([
    ['GET', '/nowhere', 404],
    ['GET', '/v2/models/other', 404],
    ['GET', '/v2/models/m/versions/2', 404],
    ['POST', '/v1/models/other:predict', 404],
    ['POST', '/v1/models/m/versions/9:predict', 404],
    ['POST', '/v1/models/m:classify', 400],
    ['GET', '/v2/models/m/nothing', 404],
    ['GET', '/predict', 405],
    ['POST', '/metrics', 405],
    ['DELETE', '/v2/models/m', 405],
    ['POST', '/%zz', 404],
    ['GET', '/v2/models/%zz', 404],
  ])('%s %s is none: %i', (method, path, status) => {
    expect(() => findRoute(method, path, options)).toThrow(
      expect.objectContaining({ name: 'BadRequest', status }),
    )
  })

  it('is where Vertex AI says, in the protocol that its path speaks', () => {
    expect(findRoute('POST', vertex.predictRoute, vertex)).toEqual({ kind: 'predict', protocol: 'vertex' })
    expect(findRoute('GET', vertex.healthRoute, vertex)).toEqual({ kind: 'health' })
    const raw = { ...options, predictRoute: '/v2/models/any/infer', healthRoute: '/v2/health/ready' }
    expect(findRoute('POST', raw.predictRoute, raw)).toEqual({ kind: 'predict', protocol: 'open-inference' })
    const rows = { ...options, predictRoute: '/v1/models/any:predict' }
    expect(findRoute('POST', rows.predictRoute, rows)).toEqual({ kind: 'predict', protocol: 'tensorflow' })
  })
})
