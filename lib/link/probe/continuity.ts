/** Does `traceparent` cross the link and come back as it was sent? Proxies strip it. */
import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import type { ContinuityOutcome } from '../../contract/metrics/link';

const timeoutMs = 5_000;

/** A W3C trace context that is not sampled: whoever reads it on the way keeps nothing. */
export const newTraceparent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;

/**
 * Calls the responder at the far end once.
 *
 * @param url of something that answers with the header it got, in the body and in the header of the same name
 */
export function checkContinuity(url: string, traceparent = newTraceparent()): Promise<ContinuityOutcome> {
  return new Promise((resolve) => {
    const unreachable = () => resolve('unreachable');
    const request = get(url, { headers: { traceparent }, timeout: timeoutMs, agent: false }, (response) => {
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
  });
}
