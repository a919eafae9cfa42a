/**
 * What the continuity check calls at the far end: answers with the `traceparent` that it got, in the body and in the
 * header of the same name. Listens on `BIND_ADDRESS` and `RESPONDER_PORT`; at `/health` it says that it does.
 */
import { createServer } from 'node:http';
import { responderHealth, responderPath } from '../../contract/responder';

/** What a `traceparent` looks like: nothing else is given back, or anybody could have anything answered. */
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const { BIND_ADDRESS: host = '', RESPONDER_PORT: port = '' } = process.env;
if (!host || !/^\d+$/.test(port)) {
  console.error(`BIND_ADDRESS is "${host}" and RESPONDER_PORT is "${port}": set both, such as 10.20.8.10 and 8088.`);
  process.exit(1);
}

createServer((request, response) => {
  const { traceparent } = request.headers;
  if (request.method === 'GET' && request.url === responderHealth) {
    response.writeHead(200).end();
    return;
  }
  const known = typeof traceparent === 'string' && traceparentPattern.test(traceparent) ? traceparent : '';
  if (request.method !== 'GET' || request.url !== responderPath) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/plain', ...(known ? { traceparent: known } : {}) }).end(known);
})
  .on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  })
  .listen(Number(port), host, () => console.log(`listening on ${host}:${port}`));
