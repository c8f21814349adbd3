import { status } from '@grpc/grpc-js'
import { unzipSync } from 'fflate'
import { FakeError } from './fault.ts'
import type { Message } from './grpc-services.ts'
import { checkLabels } from './vertex-rules.ts'

/** Rules of Cloud Functions that a client may break, as the API's own comments and quotas have them (2026-08). */

const FIRST_MEMORIES = [128, 256, 512, 1024, 2048, 4096, 8192]
/** Of a source, compressed, in bytes. */
const LARGEST_SOURCE = 100 * 2 ** 20

export function checkSecond(id: string, made: Message): void {
  checkId(id)
  checkLabels(made.labels)
  const { serviceConfig = {}, buildConfig = {}, environment } = made
  if (environment !== 'GEN_2') throw invalid(`environment is ${environment}`)
  checkRuntime(buildConfig.runtime, buildConfig.entryPoint)
  const { availableMemory = '256M', availableCpu, maxInstanceRequestConcurrency = 1 } = serviceConfig
  if (!/^\d+(k|M|G|Mi|Gi)?$/.test(availableMemory)) throw invalid(`available_memory ${availableMemory}`)
  if (maxInstanceRequestConcurrency > 1 && availableCpu !== undefined && Number(availableCpu) < 1)
    throw invalid('Total cpu < 1 is not supported with concurrency > 1.')
  checkTimeout(serviceConfig.timeoutSeconds ?? 60, 3600)
  checkInstances(serviceConfig.minInstanceCount ?? 0, serviceConfig.maxInstanceCount ?? 0)
}

export function checkFirst(id: string, made: Message): void {
  checkId(id)
  checkLabels(made.labels)
  checkRuntime(made.runtime, made.entryPoint)
  if (!FIRST_MEMORIES.includes(made.availableMemoryMb ?? 256))
    throw invalid(`Invalid memory: ${made.availableMemoryMb}MB`)
  if (!made.httpsTrigger) throw invalid('Trigger is required.')
  checkTimeout(Number(made.timeout?.seconds ?? 60), 540)
  checkInstances(made.minInstances ?? 0, made.maxInstances ?? 0)
}

/** What a build of Node.js does with a source before it starts anything. */
export function checkSource(zip: Buffer | undefined, uri: string): void {
  if (zip === undefined) throw new FakeError(status.NOT_FOUND, `Source ${uri} was not found`)
  if (zip.length > LARGEST_SOURCE) throw invalid('Source code size exceeds the limit')
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(zip)
  } catch {
    throw buildFailed('the source is no ZIP file')
  }
  const text = (name: string) => new TextDecoder().decode(files[name])
  if (!files['package.json']) throw buildFailed('there is no package.json')
  const { main = 'index.js' } = JSON.parse(text('package.json')) as { main?: string }
  if (!files[main]) throw buildFailed(`function.js does not exist; main is ${main}`)
  if (!/export const predict\b/.test(text(main))) throw buildFailed('Function predict is not defined')
}

function checkId(id: string): void {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) throw invalid(`Invalid function id: ${id}`)
}

function checkRuntime(runtime: string, entryPoint: string): void {
  if (!/^nodejs(20|22|24)$/.test(runtime)) throw invalid(`Runtime ${runtime} is not supported.`)
  if (entryPoint !== 'predict') throw invalid(`Entry point ${entryPoint}?`)
}

function checkTimeout(seconds: number, most: number): void {
  if (seconds < 1 || seconds > most) throw invalid(`Timeout must be between 1 and ${most} seconds.`)
}

function checkInstances(min: number, max: number): void {
  if (max !== 0 && min > max) throw invalid('min instances must not be more than max instances.')
}

function buildFailed(why: string): FakeError {
  return new FakeError(status.INVALID_ARGUMENT, `Build failed with status: FAILURE and message: ${why}.`)
}

function invalid(message: string): FakeError {
  return new FakeError(status.INVALID_ARGUMENT, message)
}
