/** One gRPC call over TLS, without a client for each service. */
import { connect } from 'node:http2';

/** Where a server is, and whom it must be signed by. */
export interface TlsTarget {
  readonly address: string;
  readonly port: number;
  readonly ca: string;
  readonly servername: string;
  /** The caller's own certificate. @default none */
  readonly cert?: string;
  readonly key?: string;
}

/** Calls `/package.Service/Method` with an encoded message. @returns the gRPC status; the answer itself is not read */
export function callGrpc({ address, port, ...tls }: TlsTarget, method: string, message: Buffer): Promise<number> {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return new Promise((resolve, reject) => {
    const session = connect(`https://${address}:${port}`, tls);
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status = Number.NaN;
    const read = (headers: Record<string, unknown>) => {
      if ('grpc-status' in headers) status = Number(headers['grpc-status']);
    };
    stream
      .on('response', read)
      .on('trailers', read)
      .on('error', reject)
      .on('close', () => {
        session.close();
        resolve(status);
      });
    stream.resume();
    stream.end(frame);
  });
}
