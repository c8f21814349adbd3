import { status } from '@grpc/grpc-js'
import type { FakePlatform } from './fake-cloud.ts'
import type { FakeProject } from './fake-project.ts'
import { alreadyExists, FakeError, notFound } from './fault.ts'
import type { Message } from './grpc-services.ts'
import { type LiveEndpoint, startLiveEndpoint } from './live-endpoint.ts'
import { protosOf } from './operations-service.ts'
import type { FakeParts } from './platforms.ts'

const SERVICE_TYPE = 'google.cloud.run.v2.Service'

/** Cloud Run's `Services`: creates, updates, gets, lists and deletes; a service that exists answers predictions. */
export function fakeRun({ tokens, serve }: FakeParts): (project: FakeProject) => FakePlatform {
  return (project) => {
    const { inventory } = project
    const endpoints = new Map<string, LiveEndpoint>()
    const operation = (verb: string, name: string, effect: () => Promise<object> | object) =>
      project.operations.start({
        verb,
        about: name,
        parent: name.split('/').slice(0, 4).join('/'),
        metadataType: SERVICE_TYPE,
        responseType: SERVICE_TYPE,
        effect,
      })
    const found = (name: string) => {
      const entry = inventory.get(name)
      if (entry === undefined) throw notFound(name)
      return entry
    }
    const create = ({ parent, serviceId, service }: Message) => {
      project.require('run.services.create', parent)
      const name = `${parent}/services/${serviceId}`
      checkService(serviceId, service)
      if (inventory.get(name)) throw alreadyExists(name)
      const region = String(parent).split('/')[3] ?? ''
      const add = (body: object, stop?: () => Promise<void>) =>
        inventory.add({
          kind: 'run-service',
          name,
          region,
          labels: service.labels ?? {},
          body: { ...service, ...body, name },
          ...(stop && { stop }),
        })
      // As on Cloud Run, the service is there, and is listed, before it is ready.
      add({ reconciling: true })
      return operation('create', name, async () => {
        if (inventory.get(name) === undefined) throw new FakeError(status.ABORTED, 'the service was deleted')
        let origin = ''
        const live = await startLiveEndpoint({
          start: serve,
          refuse: (authorization) => tokens.refuse(authorization, origin),
        })
        origin = live.origin
        endpoints.set(name, live)
        return add({ uri: origin, terminalCondition: { state: 'CONDITION_SUCCEEDED' } }, live.stop).body
      })
    }
    const update = ({ service }: Message) => {
      project.require('run.services.update', service.name)
      const entry = found(service.name)
      return operation('update', service.name, async () => {
        const { scaling, uri } = { ...entry.body, ...service, uri: entry.body.uri }
        if (scaling?.scalingMode === 'MANUAL' && !scaling.manualInstanceCount)
          await endpoints.get(service.name)?.chill()
        return inventory.add({ ...entry, body: { ...entry.body, ...service, uri } }).body
      })
    }
    const remove = ({ name }: Message) => {
      project.require('run.services.delete', name)
      found(name)
      return operation('delete', name, async () => {
        const { body } = found(name)
        await inventory.remove(name)
        return body
      })
    }
    const list = ({ parent }: Message) => {
      project.require('run.services.list', parent)
      const region = String(parent).split('/')[3] ?? ''
      return { services: inventory.list('run-service', region).map(({ body }) => body) }
    }
    const get = ({ name }: Message) => {
      project.require('run.services.get', name)
      return found(name).body
    }
    const methods = {
      createService: create,
      updateService: update,
      deleteService: remove,
      listServices: list,
      getService: get,
    }
    const services = {
      protos: protosOf('@google-cloud/run'),
      service: 'google.cloud.run.v2.Services',
      methods,
    }
    return { grpc: [services] }
  }
}

/** Rules of the real API that a deployer may break. */
function checkService(id: string, { template, labels }: Message): void {
  const invalid = (message: string) => new FakeError(status.INVALID_ARGUMENT, message)
  if (!/^[a-z][a-z0-9-]{0,47}[a-z0-9]$/.test(id)) throw invalid(`service_id ${id} is not valid`)
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(String(value)))
      throw invalid(`label ${key}: ${value} is not valid`)
  }
  const [container] = template?.containers ?? []
  if (!container?.image) throw invalid('template.containers[0].image is required')
  if (container.resources && container.resources.cpuIdle === undefined)
    throw invalid('the fake cloud wants cpu_idle set, because unset it means instance-based billing')
}
