import { UserError } from '../core/errors.ts'

/** What runs the inferences; on `cuda`, the GPU numbered 0, and the CPU for operators that CUDA does not have. */
const DEVICES = ['cpu', 'cuda'] as const
export type Device = (typeof DEVICES)[number]

export function isDevice(text: string): text is Device {
  return (DEVICES as readonly string[]).includes(text)
}

/** ONNX Runtime's names of what it may run operators on, the first choice first. */
export const EXECUTION_PROVIDERS: Readonly<Record<Device, readonly string[]>> = {
  cpu: ['cpu'],
  cuda: ['cuda', 'cpu'],
}

/** What ONNX Runtime said where a model loads on the CPU and not on the GPU. */
export function explainDeviceFailure(reason: string): UserError {
  return new UserError({
    message: `the model cannot run on a GPU here: ${reason}`,
    hint: "--device cuda needs Linux on x64, an NVIDIA GPU with its driver, CUDA 12 with cuDNN 9, and ONNX Runtime's libraries for them (ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js); --device cpu needs none of it",
  })
}
