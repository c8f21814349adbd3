/** Strings of one tensor, with as much of a typed array's manner as tensors are handled by. */
export class StringElements extends Array<string> {
  /** Copied, unlike a typed array's; the strings themselves are not. */
  subarray(start: number, end: number): StringElements {
    return stringsOf(this.slice(start, end))
  }

  set(source: readonly string[], offset = 0): void {
    for (const [index, text] of source.entries()) this[offset + index] = text
  }
}

/** So many empty strings. */
export function emptyStrings(count: number): StringElements {
  const elements = new StringElements()
  elements.length = count
  elements.fill('')
  return elements
}

export function stringsOf(values: readonly string[]): StringElements {
  const elements = emptyStrings(values.length)
  elements.set(values)
  return elements
}

/** Bytes before each string that tell its length, as the Open Inference Protocol has it. */
const PREFIX = 4
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Each string's UTF-8 after its length in 4 little-endian bytes. */
export function packStrings(elements: readonly string[]): Buffer {
  return Buffer.concat(
    elements.flatMap((text) => {
      const bytes = Buffer.from(text)
      const prefix = Buffer.alloc(PREFIX)
      prefix.writeUInt32LE(bytes.length)
      return [prefix, bytes]
    }),
  )
}

/** @throws RangeError where the bytes are not strings of UTF-8 with their lengths */
export function unpackStrings(bytes: Uint8Array): StringElements {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const texts: string[] = []
  for (let at = 0; at < buffer.length; ) {
    const left = buffer.length - at - PREFIX
    const length = left < 0 ? 0 : buffer.readUInt32LE(at)
    if (left < length) {
      throw new RangeError(
        left < 0
          ? `the 4 bytes of the length of string ${texts.length} are cut off`
          : `string ${texts.length} is ${length} bytes long, but ${left} are left`,
      )
    }
    at += PREFIX
    texts.push(decodeString(buffer.subarray(at, at + length)))
    at += length
  }
  return stringsOf(texts)
}

/** @throws RangeError for bytes that cannot be handed to ONNX Runtime as a string */
export function decodeString(bytes: Uint8Array): string {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw new RangeError('a string is not UTF-8')
  }
  const fault = faultOfString(text)
  if (fault !== undefined) throw new RangeError(`a string ${fault}`)
  return text
}

/** onnxruntime-node 1.30 hands strings over as UTF-8 that ends at a zero, so others would silently become different ones. */
export function faultOfString(text: string): string | undefined {
  if (text.includes('\0')) return 'has the character U+0000, at which ONNX Runtime would cut it off'
  return text.isWellFormed() ? undefined : 'has half a surrogate pair, which no UTF-8 has'
}
