import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { UserError } from '../core/errors.ts'

/** @throws UserError when there is no such file or it cannot be read */
export async function requireReadable(modelPath: string): Promise<void> {
  await access(modelPath, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
    const message =
      error.code === 'ENOENT' ? 'the model file does not exist' : 'the model file cannot be read'
    throw new UserError({ message, file: modelPath, hint: 'a model is the path of an ONNX file' })
  })
}

/** What ONNX Runtime said of a file that it cannot load, as the user's to mend. */
export function explainLoadFailure(reason: string, modelPath: string): UserError {
  // ONNX Runtime repeats the path, which the problem has already.
  const message = reason.replace(/^Load model from .* failed:\s*/, '')
  return new UserError({
    message: `ONNX Runtime cannot load the model: ${message}`,
    file: modelPath,
    hint: 'a valid file is a whole model in ONNX format (.onnx), next to its external data files if it has any',
  })
}
