import ort, { type Tensor } from 'onnxruntime-node'
import { StringElements } from './string-elements.ts'
import type { WireTensor } from './tensor-codec.ts'

/**
 * A tensor as ONNX Runtime takes it.
 *
 * The binding of onnxruntime-node 1.30 finds no bytes in a Float16Array, which its Tensor makes of every float16: so
 * that is handed over as a bare object, whose data are the same bytes as whole numbers.
 */
export function toOnnxTensor({ type, elements, shape }: WireTensor): Tensor {
  if (type !== 'float16' || elements instanceof StringElements)
    return new ort.Tensor(type as Tensor.Type, elements as unknown as Tensor.DataType, shape)
  const data = new Uint16Array(elements.buffer, elements.byteOffset, elements.length)
  return { type, location: 'cpu', data, dims: shape } as unknown as Tensor
}
