/**
 * Checks that a request is signed as AWS would: the doubles know the rehearsal's credentials and sign what they got
 * again. A caller with wrong credentials, region, service or a changed body is refused, as it would be in AWS.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

/** Credentials that exist in a rehearsal only. */
export interface RehearsalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** @returns undefined where the signature is right, else what is wrong with it. */
export async function signatureProblem(
  request: ReceivedRequest,
  expected: { readonly service: string; readonly region: string; readonly credentials: RehearsalCredentials },
): Promise<string | undefined> {
  const match = authorization.exec(request.headers.authorization ?? '');
  if (!match) return 'the request is not signed with SigV4';
  const [, accessKeyId, date, region, service, signedHeaders = '', signature = ''] = match;
  if (accessKeyId !== expected.credentials.accessKeyId) return `the access key ${accessKeyId} is not the rehearsal's`;
  if (region !== expected.region) return `signed for region ${region}, not ${expected.region}`;
  if (service !== expected.service) return `signed for service ${service}, not ${expected.service}`;

  const stamp = String(request.headers['x-amz-date'] ?? '');
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (!time || !stamp.startsWith(date ?? '-')) return `x-amz-date is ${stamp || 'missing'}`;
  const [year, month, day, hour, minute, second] = time.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];

  // Signing again would believe this header.
  const digest = request.headers['x-amz-content-sha256'];
  if (digest !== undefined && digest !== createHash('sha256').update(request.body).digest('hex')) {
    return 'the body is not the one that was signed';
  }
  const names = signedHeaders.split(';');
  const url = new URL(request.path, 'http://double');
  const again = await new SignatureV4({
    credentials: expected.credentials,
    region: expected.region,
    service: expected.service,
    sha256: Sha256,
    applyChecksum: names.includes('x-amz-content-sha256'),
  }).sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: 'double',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? '')])),
      body: request.body,
    },
    {
      signingDate: new Date(Date.UTC(year, month - 1, day, hour, minute, second)),
      signableHeaders: new Set(names),
      // What the caller did not sign must not be signed now.
      unsignableHeaders: new Set(
        ['x-amz-content-sha256', 'x-amz-security-token'].filter((name) => !names.includes(name)),
      ),
    },
  );
  const own = /Signature=([0-9a-f]{64})/.exec(again.headers.authorization ?? '')?.[1] ?? '';
  return own.length === signature.length && timingSafeEqual(Buffer.from(own), Buffer.from(signature))
    ? undefined
    : 'the signature does not match the request';
}
