/**
 * A proxy of the mainland before the responder of the continuity check: `FROM` and `TO` are `address:port`. It passes
 * requests on as they are; after SIGUSR1 without `traceparent`, as careless proxies do, until SIGUSR2.
 */
import { createServer, request } from 'node:http';

const at = (name: string): { host: string; port: number } => {
  const [host = '', port = ''] = (process.env[name] ?? '').split(':');
  return { host, port: Number(port) };
};

let careless = false;
process.on('SIGUSR1', () => {
  careless = true;
});
process.on('SIGUSR2', () => {
  careless = false;
});

createServer((incoming, outgoing) => {
  const { traceparent, ...others } = incoming.headers;
  const headers = careless ? others : incoming.headers;
  const upstream = request(
    { ...at('TO'), method: incoming.method, path: incoming.url, headers, agent: false },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  upstream.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(upstream);
}).listen(at('FROM'), () => console.log('listening'));
