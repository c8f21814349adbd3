import { createServer } from 'node:http'

/** Works for so many milliseconds on each request; `fail` answers 500 to every fourth, `never` does not listen. */
const [, , ms = '1', how = ''] = process.argv
let count = 0
const server = createServer((request, reply) => {
  request.resume().on('end', () => {
    const until = performance.now() + Number(ms)
    while (performance.now() < until);
    reply.statusCode = how === 'fail' && ++count % 4 === 0 ? 500 : 200
    reply.end('{"predictions":[1]}')
  })
})
if (how === 'never') setInterval(() => {}, 1000)
else server.listen(Number(process.env.PORT), '127.0.0.1')
