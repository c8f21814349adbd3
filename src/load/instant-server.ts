import { createServer } from 'node:http'
import { parentPort } from 'node:worker_threads'

/** A server in a worker thread that reads what it is sent and answers at once: what is slow is then the client. */
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.end('{}'))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  parentPort?.postMessage(typeof address === 'object' ? address?.port : null)
})
