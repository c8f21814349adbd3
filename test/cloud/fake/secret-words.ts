import { CANARY } from './fake-tokens.ts'

/** URLs that let in whoever has them, as Cloud Storage signs them: V4, V2, and that of an upload under way. */
const SIGNED = [
  `https://storage.googleapis.com/gcf-upload-us-central1/1.zip?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=${CANARY}%2Fauto&X-Goog-Signature=${CANARY}1f`,
  `https://storage.googleapis.com/gcf-upload-us-central1/2.zip?Expires=1795537319&Signature=${CANARY}%2Bq%3D%3D`,
  `https://storage.googleapis.com/upload/storage/v1/b/a/o?uploadType=resumable&upload_id=${CANARY}`,
]

/** What `GenerateUploadUrl` gave whoever deployed a function of the 1st generation; its API repeats it in every reply. */
export const UPLOAD_URL = SIGNED[0] ?? ''

/** Error messages of a platform that repeats secrets, each with a different kind of them. */
export const SECRET_WORDS: readonly string[] = [
  ...SIGNED.map((url) => `echoed: cannot fetch ${url}`),
  `echoed: Authorization: Bearer ya29.${CANARY} is not let in`,
  `echoed: the key AIzaSy${CANARY}${'x'.repeat(20)} is not let in`,
]
