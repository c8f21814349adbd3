import protobuf from 'protobufjs/light.js'
import { type MessageName, WIRE_FIELDS, type WireField } from './schema.ts'

/** What a model file may hold at most: decoded, each of these is an object or a value in memory. */
const MOST_MESSAGES = 1_000_000
const MOST_VALUES = 10_000_000
const MOST_DEPTH = 60

/** Why bytes are no ONNX model: where reading stopped, and at what. */
export class WireFault extends Error {
  override readonly name = 'WireFault'
}

interface Scan {
  readonly reader: protobuf.Reader
  messages: number
  values: number
}

/**
 * Walks through the bytes of a model without decoding it, so that nothing hostile is decoded: every length fits, every
 * field has the form that the schema gives it, and what decoding would make stays within limits.
 * @throws WireFault
 */
export function checkWire(bytes: Uint8Array): void {
  const scan = { reader: protobuf.Reader.create(bytes), messages: 0, values: 0 }
  scanMessage(scan, 'ModelProto', bytes.length, 0)
}

function scanMessage(scan: Scan, name: MessageName, end: number, depth: number): void {
  if (++scan.messages > MOST_MESSAGES) throw new WireFault(`more than ${MOST_MESSAGES} parts`)
  if (depth > MOST_DEPTH) throw new WireFault(`${name} is nested more than ${MOST_DEPTH} deep`)
  const { reader } = scan
  while (reader.pos < end) {
    const at = reader.pos
    const tag = within(scan, name, at, () => reader.uint32())
    const field = WIRE_FIELDS[name].get(tag >>> 3)
    if (field === undefined) within(scan, name, at, () => reader.skipType(tag & 7))
    else scanField(scan, name, field, tag & 7, at, depth)
    if (reader.pos > end) throw new WireFault(`${name} at byte ${at} reaches beyond its end at byte ${end}`)
  }
}

function scanField(
  scan: Scan,
  name: MessageName,
  field: WireField,
  wireType: number,
  at: number,
  depth: number,
): void {
  const { reader } = scan
  const path = `${name}.${field.name}`
  // Numbers of attributes may come packed.
  const packed = field.repeated && wireType === 2 && field.wireType !== 2
  if (wireType !== field.wireType && !packed) {
    throw new WireFault(`${path} at byte ${at} has wire type ${wireType} instead of ${field.wireType}`)
  }
  if (wireType !== 2) {
    count(scan, 1)
    within(scan, path, at, () => reader.skipType(wireType))
    return
  }
  const length = within(scan, path, at, () => reader.uint32())
  const end = reader.pos + length
  if (end > reader.len) {
    const missing = end - reader.len
    throw new WireFault(`cut short: ${path} at byte ${at} needs ${missing} bytes more than the file has`)
  }
  if (field.message) {
    scanMessage(scan, field.message, end, depth + 1)
    return
  }
  count(scan, packed ? length : 1)
  reader.pos = end
}

function count(scan: Scan, values: number): void {
  scan.values += values
  if (scan.values > MOST_VALUES) throw new WireFault(`more than ${MOST_VALUES} values`)
}

function within<T>(scan: Scan, path: string, at: number, read: () => T): T {
  try {
    return read()
  } catch {
    const cut = scan.reader.pos >= scan.reader.len
    throw new WireFault(cut ? `cut short in ${path} at byte ${at}` : `no protobuf in ${path} at byte ${at}`)
  }
}
