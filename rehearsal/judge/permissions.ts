/** The writer can write and nothing else; AWS would have taken every request. */
import { type Evidence, type Forbidden, forbidden } from './evidence';
import type { Row } from './report';

/** HTTP status of a refusal. Whatever else was answered, the security plugin did not refuse it. */
const refusal = 403;

export function refused({ attempts, refusals }: Evidence): Row[] {
  const all = Object.keys(forbidden) as Forbidden[];
  const notRefused = all.filter((one) => attempts[one] !== refusal);
  const byAws = [...refusals].map(([why, times]) => `${times} × ${why}`);
  return [
    {
      what: "refused to the writer's role",
      seen:
        notRefused.length === 0
          ? all.map((one) => forbidden[one]).join(', ')
          : notRefused.map((one) => `${forbidden[one]} answered ${attempts[one] ?? 'nothing'}`).join(', '),
      expected: `${refusal} each`,
      ok: notRefused.length === 0,
      certain: true,
    },
    {
      what: 'AWS requests refused',
      seen: byAws.length === 0 ? '0' : byAws.join('; '),
      expected: '0: signed by the right key, region and service',
      ok: byAws.length === 0,
      certain: true,
    },
  ];
}
