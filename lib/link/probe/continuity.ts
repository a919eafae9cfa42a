/** Does `traceparent` cross the link and come back as it was sent? Proxies strip it. */
import { randomBytes } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { ContinuityOutcome } from '../../contract/metrics/link';

const timeoutMs = 5_000;

/** A way to check: something that answers with the header that it got, in the body and in the header of the same name. */
export interface ContinuityCheck {
  /** What it is called in metrics. */
  readonly name: string;
  /** `http://` or `https://`. */
  readonly url: string;
  /** HTTP proxy on the way, as `http://ADDRESS:PORT`. @default none */
  readonly proxy?: string | undefined;
  /** Name in the certificate of whoever answers. @default the host of the URL */
  readonly serverName?: string | undefined;
}

/** What the check trusts and shows where it speaks TLS, as PEM. */
export interface ContinuityTls {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A W3C trace context that is not sampled: whoever reads it on the way keeps nothing. */
export const newTraceparent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;

/** Calls the far end once. @param tls for URLs with `https://`; a certificate that does not fit is `unreachable` */
export function checkContinuity(
  { url, proxy, serverName }: Omit<ContinuityCheck, 'name'>,
  tls?: ContinuityTls,
  traceparent = newTraceparent(),
): Promise<ContinuityOutcome> {
  const [client, secure] = url.startsWith('https:') ? [https, tls] : [http, undefined];
  const agent = new client.Agent(proxy ? { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } } : {});
  const options = {
    agent,
    headers: { traceparent },
    timeout: timeoutMs,
    ...secure,
    ...(secure && serverName ? { servername: serverName } : {}),
  };
  return new Promise<ContinuityOutcome>((resolve) => {
    const unreachable = () => resolve('unreachable');
    const request = client.get(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body = (body + part).slice(0, 256);
      });
      response.on('error', unreachable);
      response.on('end', () => {
        const there = body.trim();
        const back = response.headers.traceparent;
        if (response.statusCode !== 200) unreachable();
        else if (there === traceparent && back === traceparent) resolve('unchanged');
        else resolve(there === '' || back === undefined ? 'lost' : 'changed');
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', unreachable);
    request.on('close', unreachable);
  }).finally(() => agent.destroy());
}
