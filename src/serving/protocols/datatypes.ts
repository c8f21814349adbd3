/** The protocol's names of element types. */
const DATATYPES: ReadonlyMap<string, string> = new Map([
  ['float32', 'FP32'],
  ['float64', 'FP64'],
  ['float16', 'FP16'],
  ['int8', 'INT8'],
  ['uint8', 'UINT8'],
  ['int16', 'INT16'],
  ['uint16', 'UINT16'],
  ['int32', 'INT32'],
  ['uint32', 'UINT32'],
  ['int64', 'INT64'],
  ['uint64', 'UINT64'],
  ['bool', 'BOOL'],
  ['string', 'BYTES'],
])
export function datatypeOf(type: string): string {
  return DATATYPES.get(type) ?? type
}
