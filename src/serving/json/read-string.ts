import { BadRequest } from '../bad-request.ts'
import { decodeString, faultOfString } from '../string-elements.ts'
import type { JsonReader } from './json-reader.ts'

/** One element of a tensor of strings: JSON's string, or `{"b64": "…"}` with its UTF-8 in base64. */
export function readString(reader: JsonReader, where: string): string {
  if (reader.isObject()) return readEncoded(reader, where)
  if (!reader.isString()) throw new BadRequest(`${where} holds ${reader.describe()} where a string belongs`)
  const text = reader.readString()
  const fault = faultOfString(text)
  if (fault !== undefined) throw new BadRequest(`${where}: a string ${fault}`)
  return text
}

function readEncoded(reader: JsonReader, where: string): string {
  let bytes: Buffer | undefined
  reader.readObject((key) => {
    if (key !== 'b64')
      throw new BadRequest(
        `${where} holds an object with ${JSON.stringify(key.slice(0, 60))}; a string is {"b64": …}`,
      )
    if (!reader.isString()) throw new BadRequest(`${where}: "b64" is not a string`)
    bytes = Buffer.from(reader.readString(), 'base64')
  })
  if (!bytes) throw new BadRequest(`${where} holds an object without "b64" where a string belongs`)
  try {
    return decodeString(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new BadRequest(`${where}: ${error.message}`)
  }
}
