import { open } from 'node:fs/promises'
import { UserError } from '../../core/errors.ts'
import { formatBytes } from '../../core/units.ts'
import { checkWire, WireFault } from './check-wire.ts'
import type { GraphProto, ModelProto } from './proto.ts'
import { MODEL_TYPE } from './schema.ts'

/** A model and the file that it came from. */
export interface OnnxFile {
  readonly path: string
  /** Of the file itself, without external data. */
  readonly bytes: number
  readonly model: ModelProto & { graph: GraphProto }
}

/** Protobuf's own limit; larger models keep their weights in external data files. */
const MOST_BYTES = 2 ** 31 - 1

/**
 * Reads an ONNX file. Memory is bounded by a multiple of the file's size, whatever is in it, and external data is not
 * read.
 * @throws UserError for anything that is not a whole ONNX model
 */
export async function readOnnx(path: string): Promise<OnnxFile> {
  const bytes = await readWhole(path)
  return { path, bytes: bytes.length, model: decodeOnnx(bytes, path) }
}

/** @throws UserError, with `path` as its place */
export function decodeOnnx(bytes: Buffer, path: string): OnnxFile['model'] {
  const fail = (message: string, hint: string) => new UserError({ file: path, message, hint })
  if (bytes.length === 0) throw fail('the model file is empty', 'copy it again, whole')
  const otherFormat = FORMATS.find(({ starts }) => starts(bytes))
  if (otherFormat) throw fail(`the file is ${otherFormat.what}, not an ONNX model`, otherFormat.hint)
  try {
    checkWire(bytes)
  } catch (error) {
    if (!(error instanceof WireFault)) throw error
    throw fail(
      `the file is not a whole ONNX model: ${error.message}`,
      'export it again, or copy it again, whole',
    )
  }
  const model = MODEL_TYPE.decode(bytes) as unknown as ModelProto
  const { graph } = model
  if (!graph) throw fail('the file is not an ONNX model: there is no graph in it', 'export it again')
  if (graph.node.length === 0 && graph.output.length === 0) {
    throw fail('the graph of the model is empty', 'export it again')
  }
  return model as OnnxFile['model']
}

export function encodeOnnx(model: ModelProto): Uint8Array {
  return MODEL_TYPE.encode(model).finish()
}

async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`
    throw new UserError({ file: path, message: `the model file ${why}`, hint: 'name an ONNX file' })
  })
  try {
    const stat = await file.stat()
    if (!stat.isFile())
      throw new UserError({ file: path, message: 'the model is not a file', hint: 'name an ONNX file' })
    if (stat.size > MOST_BYTES) {
      const hint = 'ONNX keeps weights beyond 2 GiB in external data files'
      throw new UserError({
        file: path,
        message: `the file has ${formatBytes(stat.size)}, over protobuf's 2 GiB`,
        hint,
      })
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}

interface Format {
  readonly what: string
  readonly hint: string
  readonly starts: (bytes: Buffer) => boolean
}

function startsWith(text: string, at = 0) {
  const prefix = Buffer.from(text, 'latin1')
  return (bytes: Buffer) => bytes.subarray(at, at + prefix.length).equals(prefix)
}

/** What people take for an ONNX model. */
const FORMATS: readonly Format[] = [
  {
    what: 'a Git LFS pointer',
    hint: 'fetch the model itself: git lfs pull',
    starts: startsWith('version https://git-lfs'),
  },
  {
    what: 'a zip archive (a PyTorch checkpoint is one)',
    hint: 'export it: torch.onnx.export',
    starts: startsWith('PK\x03\x04'),
  },
  {
    what: 'a TensorFlow Lite model',
    hint: 'convert it: python -m tf2onnx.convert --tflite',
    starts: startsWith('TFL3', 4),
  },
  {
    what: 'an HDF5 file (Keras keeps models in it)',
    hint: 'convert it: tf2onnx',
    starts: startsWith('\x89HDF'),
  },
  { what: 'compressed with gzip', hint: 'unpack it: gunzip', starts: startsWith('\x1f\x8b') },
  {
    what: 'a Python pickle',
    hint: 'export the model with torch.onnx.export or skl2onnx',
    starts: startsWith('\x80\x04'),
  },
  { what: 'an HTML page', hint: 'the download gave a page instead of the file', starts: startsWith('<') },
  { what: 'JSON text', hint: 'name the ONNX file', starts: startsWith('{"') },
]
