import type { IncomingMessage } from 'node:http'
import { BadRequest } from '../bad-request.ts'

/** The client went away before its request was whole. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/**
 * Reads a body into memory of its own, which can be handed to another thread.
 *
 * The Functions Framework has read it already, and left it in `rawBody`.
 *
 * @throws BadRequest 413 when it is over the limit, as soon as that is known
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new BadRequest(`the body is over ${maxBytes} bytes`, 413)
  const announced = Number(request.headers['content-length'] ?? Number.NaN)
  if (announced > maxBytes) throw tooLarge()
  const { rawBody } = request as { rawBody?: unknown }
  if (rawBody instanceof Uint8Array) return ownBytes([rawBody], rawBody.length)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > maxBytes) break
      chunks.push(chunk)
    }
  } catch {
    throw new ClientGone('the client went away')
  }
  if (bytes > maxBytes) throw tooLarge()
  return ownBytes(chunks, bytes)
}

function ownBytes(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const body = new Uint8Array(bytes)
  let filled = 0
  for (const chunk of chunks) {
    body.set(chunk, filled)
    filled += chunk.length
  }
  return body
}
