/** What `npm run trace` takes: options, and what they say. */
import type { parseArgs } from 'node:util';
import { refused } from '../../config/refused';
import { connectionOptions } from '../connection';
import type { Filter } from './fetch';

const unitNanos: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationOf(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ns|us|ms|s)$/.exec(text) ?? [];
  const size = unitNanos[unit];
  const nanoseconds = Math.round(Number(amount) * (size ?? Number.NaN));
  if (!Number.isSafeInteger(nanoseconds))
    throw refused('HL-TRACE-001', `--slow ${text}: write a duration with its unit, such as 800ms or 1.5s.`);
  return nanoseconds;
}

/** @throws Refusal of what no trace has for an id */
export function assertTraceId(id: string): void {
  if (/^[\da-f]{32}$/.test(id)) return;
  throw refused(
    'HL-TRACE-011',
    `${id} is not a trace id: write 32 hexadecimal digits in lower case, as in traceparent after 00-.`,
  );
}

/** `Date.parse` alone takes `5` for May 2001, and the 31st of February for a day. */
const isoTime = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

function timeOf(option: string, text: string): string {
  const [, amount = '', unit = ''] = /^(\d{1,9})([mhd])$/.exec(text) ?? [];
  const size = unitMs[unit];
  const [, day = ''] = isoTime.exec(text) ?? [];
  const isDay = day !== '' && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  const parsed = isDay ? Date.parse(text === day ? `${day}T00:00:00` : text) : Number.NaN;
  const time = new Date(size === undefined ? parsed : Date.now() - Number(amount) * size);
  if (Number.isNaN(time.getTime()) || time.getTime() < 0)
    throw refused('HL-TRACE-002', `${option} ${text}: write 15m, 3h, 2d, or a time such as 2026-03-01T08:00:00Z.`);
  return time.toISOString();
}

/** @throws Error that says what it must be */
export function whole(option: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most)
    throw refused('HL-TRACE-003', `${option} ${text}: use a whole number from 1 to ${most}.`);
  return value;
}

export const options = {
  ...connectionOptions,
  service: { type: 'string' },
  crossing: { type: 'string' },
  slow: { type: 'string' },
  errors: { type: 'boolean' },
  since: { type: 'string' },
  until: { type: 'string' },
  attribute: { type: 'string', multiple: true },
  count: { type: 'string' },
  export: { type: 'string' },
  page: { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  'no-colour': { type: 'boolean', default: false },
} as const;

export type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

/** Which traces are listed. @throws Error that says which option is wrong, and how it is written */
export function filterOf(values: Values): Filter {
  const { service, crossing, slow, since, until } = values;
  if (crossing !== undefined && crossing !== 'hk-cn' && crossing !== 'cn-hk') {
    throw refused('HL-TRACE-004', `--crossing ${crossing}: there are two ways over the border. Use hk-cn or cn-hk.`);
  }
  for (const [name, value] of Object.entries(values))
    if (value === '') throw refused('HL-TRACE-005', `--${name}: it is empty. Give it a value, or leave it out.`);
  const [from, to] = [since && timeOf('--since', since), until && timeOf('--until', until)];
  if (from && from >= (to ?? new Date().toISOString()))
    throw refused(
      'HL-TRACE-006',
      `--since ${since}: there is no time from then ${to ? `to --until ${until}` : 'until now'}. Use an earlier --since.`,
    );
  return {
    ...(service === undefined ? {} : { service }),
    ...(crossing === undefined ? {} : { crossing }),
    ...(slow === undefined ? {} : { slow: durationOf(slow) }),
    ...(from ? { since: from } : {}),
    ...(to ? { until: to } : {}),
    errors: values.errors ?? false,
    attributes: (values.attribute ?? []).map((text) => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1) throw refused('HL-TRACE-007', `--attribute ${text}: write key=value.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
    count: whole('--count', values.count ?? '10', 500),
  };
}

const ofList = ['service', 'crossing', 'slow', 'errors', 'since', 'until', 'attribute', 'count'] as const;
const ofTrace = ['export', 'page', 'json', 'limit'] as const;

/** @throws Error that names options that would be passed over in silence */
export function assertTogether(values: Values, traces: number): void {
  const given = (names: readonly (keyof Values)[]) => names.filter((name) => values[name] !== undefined);
  const [outputs, others] = [given(ofTrace.slice(0, 3)), given(traces > 0 ? ofList : ofTrace)];
  const wrong = others.map((name) => `--${name}`).join(', ');
  if (wrong && traces > 0)
    throw refused('HL-TRACE-008', `${wrong}: for a list of traces. Leave the trace id out, or the option.`);
  if (wrong) throw refused('HL-TRACE-009', `${wrong}: of which trace? Write its id.`);
  if (outputs.length + (traces > 1 ? 1 : 0) > 1)
    throw refused(
      'HL-TRACE-010',
      `${outputs.map((name) => `--${name}`).join(', ')}: use one of them${traces > 1 ? ', and for one trace' : ''}.`,
    );
}
