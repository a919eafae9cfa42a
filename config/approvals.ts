/** Holds and erasures of spans: what a second person must approve, in a reviewed change. */
import { z } from 'zod';
import { list, section, text } from './fields';

/** A ticket, a reason, an end, and two people. */
const approved = {
  /** Names it in commands, records and the index of a hold. */
  ticket: text(
    'HL-ORG-001',
    /^[A-Za-z0-9-]{3,40}$/,
    'This is not a ticket.',
    'Use letters, digits and hyphens: CASE-2026-7.',
  ),
  /** For whoever reviews it. */
  reason: z.string().min(8),
  /** Last day, until midnight in Hong Kong: `2026-12-31`. A hold is deleted then; an erasure is no longer allowed. */
  until: z.iso.date(),
  /** Who asked for it, by an address or a name. */
  requestedBy: z.string().min(3),
  /** Who approved it: another person. */
  approvedBy: z.string().min(3),
};

/** Spans that must stay beyond their days: traces by id, or those that a service took part in. */
export const hold = section({
  ...approved,
  /** One of `traceIds` and `service`. */
  traceIds: list(
    text(
      'HL-ORG-002',
      /^[\da-f]{32}$/,
      'This is not a trace id.',
      'Use 32 hexadecimal digits in lower case, as traceparent has them after 00-: no 0x, no space.',
    ),
  )
    .min(1)
    .optional(),
  service: z.string().min(1).optional(),
});

/** Spans of a person that must go before their days. */
export const erasure = section({
  ...approved,
  /**
   * SHA-256 of the id, or of the pseudonym that stands for it, hexadecimal: `printf %s ID | sha256sum`. Whoever erases is
   * given the id; it does not belong into a repository.
   */
  digest: text(
    'HL-ORG-003',
    /^[\da-f]{64}$/,
    'This is not a SHA-256 digest.',
    'Write what this prints: printf %s ID | sha256sum',
  ),
});

export type Hold = z.infer<typeof hold>;
export type Erasure = z.infer<typeof erasure>;
