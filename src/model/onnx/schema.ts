import protobuf from 'protobufjs/light.js'

/**
 * The ONNX protobuf messages: `<type> <field> <number>`, `[]` for repeated. Numbers from onnx/onnx.proto of ONNX 1.19
 * (IR version 12), read 2026-11; messages of training and of several devices are kept whole as bytes.
 *
 * Tensor data in typed fields is declared as bytes, its packed form, so that a hostile file cannot make each byte of
 * it into an object.
 */
const MESSAGES = {
  ModelProto: `int64 ir_version 1; string producer_name 2; string producer_version 3; string domain 4;
    int64 model_version 5; string doc_string 6; GraphProto graph 7; OperatorSetIdProto[] opset_import 8;
    StringStringEntryProto[] metadata_props 14; bytes[] training_info 20; FunctionProto[] functions 25;
    bytes[] configuration 26`,
  GraphProto: `NodeProto[] node 1; string name 2; TensorProto[] initializer 5; string doc_string 10;
    ValueInfoProto[] input 11; ValueInfoProto[] output 12; ValueInfoProto[] value_info 13;
    bytes[] quantization_annotation 14; SparseTensorProto[] sparse_initializer 15;
    StringStringEntryProto[] metadata_props 16`,
  NodeProto: `string[] input 1; string[] output 2; string name 3; string op_type 4; AttributeProto[] attribute 5;
    string doc_string 6; string domain 7; string overload 8; StringStringEntryProto[] metadata_props 9;
    bytes[] device_configurations 10`,
  AttributeProto: `string name 1; float f 2; int64 i 3; bytes s 4; TensorProto t 5; GraphProto g 6; float[] floats 7;
    int64[] ints 8; bytes[] strings 9; TensorProto[] tensors 10; GraphProto[] graphs 11; string doc_string 13;
    TypeProto tp 14; TypeProto[] type_protos 15; int32 type 20; string ref_attr_name 21;
    SparseTensorProto sparse_tensor 22; SparseTensorProto[] sparse_tensors 23`,
  TensorProto: `int64[] dims 1; int32 data_type 2; bytes segment 3; bytes[] float_data 4; bytes[] int32_data 5;
    bytes[] string_data 6; bytes[] int64_data 7; string name 8; bytes raw_data 9; bytes[] double_data 10;
    bytes[] uint64_data 11; string doc_string 12; StringStringEntryProto[] external_data 13; int32 data_location 14;
    StringStringEntryProto[] metadata_props 16`,
  SparseTensorProto: 'TensorProto values 1; TensorProto indices 2; int64[] dims 3',
  ValueInfoProto:
    'string name 1; TypeProto type 2; string doc_string 3; StringStringEntryProto[] metadata_props 4',
  TypeProto: `TensorTypeProto tensor_type 1; bytes sequence_type 4; bytes map_type 5; string denotation 6;
    bytes opaque_type 7; bytes sparse_tensor_type 8; bytes optional_type 9`,
  TensorTypeProto: 'int32 elem_type 1; TensorShapeProto shape 2',
  TensorShapeProto: 'DimensionProto[] dim 1',
  DimensionProto: 'int64 dim_value 1; string dim_param 2; string denotation 3',
  OperatorSetIdProto: 'string domain 1; int64 version 2',
  StringStringEntryProto: 'string key 1; string value 2',
  FunctionProto: `string name 1; string[] input 4; string[] output 5; string[] attribute 6; NodeProto[] node 7;
    string doc_string 8; OperatorSetIdProto[] opset_import 9; string domain 10; AttributeProto[] attribute_proto 11;
    ValueInfoProto[] value_info 12; string overload 13; StringStringEntryProto[] metadata_props 14`,
} as const

export type MessageName = keyof typeof MESSAGES

export interface WireField {
  readonly name: string
  readonly id: number
  /** 0 varint, 2 length-delimited, 5 four bytes. */
  readonly wireType: number
  /** Where its content is a message of the schema. */
  readonly message?: MessageName
  readonly repeated: boolean
}

const WIRE_TYPES: Readonly<Record<string, number>> = { int64: 0, int32: 0, string: 2, bytes: 2, float: 5 }

function parseField(text: string): readonly [type: string, field: WireField] {
  const [declared = '', name = '', id = ''] = text.trim().split(/\s+/)
  const type = declared.replace('[]', '')
  const message = type in MESSAGES ? { message: type as MessageName } : {}
  const repeated = declared.endsWith('[]')
  return [type, { name, id: Number(id), wireType: WIRE_TYPES[type] ?? 2, repeated, ...message }]
}

const PARSED = Object.entries(MESSAGES).map(
  ([name, text]) => [name, text.split(';').map(parseField)] as const,
)

/** Fields of each message by their number. */
export const WIRE_FIELDS: Readonly<Record<MessageName, ReadonlyMap<number, WireField>>> = Object.fromEntries(
  PARSED.map(([name, fields]) => [name, new Map(fields.map(([, field]) => [field.id, field]))]),
) as Record<MessageName, Map<number, WireField>>

const ROOT = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    PARSED.map(([name, fields]) => [name, { fields: Object.fromEntries(fields.map(jsonField)) }]),
  ),
})

/** The message type that reads and writes whole models; its fields keep their names, `op_type` and the like. */
export const MODEL_TYPE: protobuf.Type = ROOT.lookupType('ModelProto')

/** A message of which some fields are given; the others read as absent ones do. */
export function createMessage(name: MessageName, fields: object): protobuf.Message {
  return ROOT.lookupType(name).create({ ...fields })
}

/** Numbers in attributes are unpacked, as the proto2 of ONNX has them. */
function jsonField([type, { name, id, repeated }]: ReturnType<typeof parseField>) {
  const rule = repeated ? { rule: 'repeated', options: { packed: false } } : {}
  return [name, { type, id, ...rule }] as const
}
