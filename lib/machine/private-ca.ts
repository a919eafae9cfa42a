/**
 * Calls of AWS Private CA: JSON over HTTPS, signed. Four calls of one option: the SDK's client would bring along a release of its
 * own of all that the other clients share.
 */
import { setTimeout } from 'node:timers/promises';
import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';

/** What the calls answer, as far as it is read. */
interface Answers {
  readonly DescribeCertificateAuthority: {
    readonly CertificateAuthority: {
      readonly Status: string;
      /** Seconds since 1970. */
      readonly NotAfter?: number;
      readonly UsageMode?: string;
    };
  };
  readonly GetCertificateAuthorityCertificate: { readonly Certificate: string };
  readonly IssueCertificate: { readonly CertificateArn: string };
  readonly GetCertificate: { readonly Certificate: string; readonly CertificateChain?: string };
}

/** Asks one of the calls. @throws Error that has the name of AWS's */
export type PrivateCa = <Action extends keyof Answers>(action: Action, input: object) => Promise<Answers[Action]>;

export interface PrivateCaOptions {
  readonly region: string;
  /** @default the service's */
  readonly endpoint?: string;
  /** @default those of the process */
  readonly credentials?: ReturnType<typeof defaultProvider>;
  /** Before the first repetition, in milliseconds; twice as long before each other. @default 250 */
  readonly pause?: number;
}

/** How often a call is made: with pauses from 0.25 s that double, the last is half a minute after the first. */
const attempts = 8;

/** What passes: the quota of calls, and a certificate that is being signed. All else is final. */
const passing = /^(ThrottlingException|TooManyRequestsException|RequestInProgressException)$/;

/** A client with the credentials of the process. */
export function privateCa({ region, endpoint, credentials, pause = 250 }: PrivateCaOptions): PrivateCa {
  const url = new URL(endpoint ?? `https://acm-pca.${region}.amazonaws.com`);
  const signer = new SignatureV4({
    service: 'acm-pca',
    region,
    credentials: credentials ?? defaultProvider(),
    sha256: Sha256,
  });
  async function once(action: string, body: string): Promise<{ answer: unknown; failure?: Error; again: boolean }> {
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: '/',
      query: {},
      headers: {
        host: url.host,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `ACMPrivateCA.${action}`,
      },
      body,
    });
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
    const answer = (await response.json().catch(() => ({}))) as Record<string, string>;
    if (response.ok) return { answer, again: false };
    const name = (answer.__type ?? `HTTP ${response.status}`).split('#').at(-1) as string;
    const failure = Object.assign(new Error(`${action}: ${name}: ${answer.message ?? answer.Message ?? ''}`), { name });
    return { answer, failure, again: response.status >= 500 || passing.test(name) };
  }
  return async (action, input) => {
    const body = JSON.stringify(input);
    for (let attempt = 1; ; attempt += 1) {
      const { answer, failure, again } = await once(action, body).catch((error: Error) => ({
        answer: undefined,
        failure: error,
        // A connection that failed: fetch has no other word for it.
        again: error instanceof TypeError || error.name === 'TimeoutError',
      }));
      if (!failure) return answer as never;
      if (!again || attempt === attempts) throw failure;
      await setTimeout(pause * 2 ** (attempt - 1));
    }
  };
}
