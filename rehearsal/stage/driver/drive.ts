/**
 * Makes payments at a fixed rate, whatever the service makes of it.
 *
 * Open loop: the moments are drawn beforehand, and a slow answer delays none of the later ones. Latency counts from
 * the moment at which a payment was due.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Payment } from '../../judge/evidence';
import { pick, type Random, seeded } from './random';
import { type Kind, sensitive } from './sensitive';

/** What to drive. */
export interface DriveProps {
  /** Base URL of the payment service. */
  readonly target: string;
  /** Payments a second, on average: arrivals are a Poisson process. At most 1000. */
  readonly ratePerSecond: number;
  /** At most 3600. */
  readonly seconds: number;
  readonly seed: number;
  /** How long an answer is waited for. @default 20000 */
  readonly timeoutMs?: number;
  /** Stops the drive: nothing more is sent, what waits for an answer is given up. */
  readonly signal?: AbortSignal;
  /** Called about once a second. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How far a drive is. */
interface Progress {
  readonly sent: number;
  readonly answered: number;
  readonly total: number;
}

/** Kinds that have no field of their own: they stand in the payment's free text. */
const inText: readonly Kind[] = ['mainland-identity-number', 'bank-card-amex', 'mainland-mobile', 'jwt'];

/**
 * Drives the payment service and resolves when every payment is answered or given up, in the order of sending.
 *
 * @throws Error on a rate or a time outside its bounds
 */
export async function drive(props: DriveProps): Promise<Payment[]> {
  const { ratePerSecond, seconds, signal } = props;
  if (!(ratePerSecond > 0 && ratePerSecond <= 1000)) {
    throw new Error(`A rate of ${ratePerSecond} payments a second is outside (0, 1000].`);
  }
  if (!(seconds > 0 && seconds <= 3600)) throw new Error(`A drive of ${seconds} seconds is outside (0, 3600].`);

  const random = seeded(props.seed);
  const total = Math.ceil(ratePerSecond * seconds);
  // Given their number, the arrivals of a Poisson process are uniform.
  const moments = Array.from({ length: total }, () => random() * seconds * 1000).sort((a, b) => a - b);
  const start = performance.now();
  const payments: Promise<Payment>[] = [];
  let answered = 0;
  const report = () => props.onProgress?.({ sent: payments.length, answered, total });
  const timer = setInterval(report, 1000);
  try {
    for (const [index, moment] of moments.entries()) {
      const due = start + moment;
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait, undefined, { signal }).catch(() => {});
      if (signal?.aborted) break;
      payments.push(
        pay(props, due, index, random).finally(() => {
          answered++;
        }),
      );
    }
    return await Promise.all(payments);
  } finally {
    clearInterval(timer);
    report();
  }
}

async function pay(props: DriveProps, due: number, index: number, random: Random): Promise<Payment> {
  const email = sensitive('email', random);
  const card = sensitive('bank-card', random);
  const phone = sensitive('hong-kong-phone', random);
  const hkid = sensitive('hkid', random);
  const token = sensitive('bearer-token', random);
  const extra = sensitive(pick(random, inText), random);
  const amount = (1 + random() * 9999).toFixed(2);
  const sentAt = Date.now();
  const sent = {
    amount,
    sentAt,
    planted: [email, card, phone, hkid, token, extra].flatMap((value) => value.planted),
  };
  const timeout = AbortSignal.timeout(props.timeoutMs ?? 20_000);
  try {
    const response = await fetch(`${props.target}/payments?payer_email=${encodeURIComponent(email.raw)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: token.raw },
      body: JSON.stringify({
        amount,
        currency: pick(random, ['HKD', 'CNY', 'USD']),
        card: card.raw,
        phone: phone.raw,
        hkid: hkid.raw,
        reference: `order ${props.seed}-${index}, ${extra.raw}`,
      }),
      signal: props.signal ? AbortSignal.any([props.signal, timeout]) : timeout,
    });
    const answer = (await response.json()) as Partial<Answer>;
    return {
      ...sent,
      status: response.status,
      latencyMs: performance.now() - due,
      paymentId: answer.paymentId,
      traceId: answer.traceId,
      settlementTraceId: answer.settlement?.traceId,
      callback: answer.settlement?.calledBack ?? false,
    };
  } catch {
    return { ...sent, status: 0, latencyMs: performance.now() - due, callback: false };
  }
}

interface Answer {
  readonly paymentId: string;
  readonly traceId: string;
  readonly settlement: { readonly traceId: string; readonly calledBack: boolean };
}
