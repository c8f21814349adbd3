import { alreadyExists } from './fault.ts'
import type { Message } from './grpc-services.ts'
import { checkLabels, checkModel } from './vertex-rules.ts'
import {
  found,
  list,
  numbered,
  precondition,
  regionOf,
  start,
  startEmpty,
  type VertexState,
} from './vertex-state.ts'

/** `ModelService`. */
export function modelMethods({ project, imageExists = () => true }: VertexState) {
  const { inventory } = project
  const uploadModel = ({ parent, modelId, model }: Message) => {
    project.require('aiplatform.models.upload', parent)
    checkModel(modelId, model, imageExists)
    checkLabels(model.labels)
    const name = `${parent}/models/${modelId}`
    if (inventory.get(name)) throw alreadyExists(name)
    return start(project, 'uploadModel', name, 'UploadModelResponse', () => {
      const body = { ...model, name: numbered(name), versionId: '1' }
      inventory.add({ kind: 'vertex-model', name, region: regionOf(name), labels: model.labels ?? {}, body })
      return { model: numbered(name), modelVersionId: '1' }
    })
  }
  const getModel = ({ name }: Message) => {
    project.require('aiplatform.models.get', name)
    return found(project, name).body
  }
  const listModels = ({ parent, filter }: Message) => {
    project.require('aiplatform.models.list', parent)
    return { models: list(project, 'vertex-model', parent, filter) }
  }
  const deleteModel = ({ name }: Message) => {
    project.require('aiplatform.models.delete', name)
    found(project, name)
    const users = inventory.list('vertex-deployment').filter(({ body }) => body.model === name)
    if (users.length > 0) {
      const where = users.map((each) => each.name.split('/deployedModels/')[0]).join(', ')
      throw precondition(
        `The Model "${name}" is deployed or being deployed at the following Endpoint(s): ${where}.`,
      )
    }
    return startEmpty(project, 'deleteModel', name, () => inventory.remove(name))
  }
  return { uploadModel, getModel, listModels, deleteModel }
}
