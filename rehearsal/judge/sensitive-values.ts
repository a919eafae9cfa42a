/** Whether anything sensitive got into the store. */
import type { Evidence } from './evidence';
import { count, type Row } from './report';

/** Searches every document for every form of every value that was planted. */
export function redacted({ payments, spans, edges, deadLetters, ledger, allowance }: Evidence): Row[] {
  const planted = new Set([...payments.flatMap((payment) => payment.planted), ...(allowance.planted ?? [])]);
  const search = finder(planted);
  const places = [...spans, ...edges].map((document) => JSON.stringify(document)).concat(deadLetters);
  const found = new Set(places.flatMap(search));
  // The control: sensitive values really were in span names, so finding none in the store says something.
  const entered = ledger.filter(({ name }) => search(name).length > 0).length;
  return [
    {
      what: 'sensitive values in the store',
      seen: `${found.size} of ${count(planted.size)} forms; ${count(entered)} span names carried one`,
      expected: '0 found, some carried',
      ok: found.size === 0 && entered > 0,
      certain: true,
    },
  ];
}

/** Finds any of many values in a text, in one pass: values are looked up by their first characters. */
export function finder(values: ReadonlySet<string>): (text: string) => string[] {
  const length = Math.min(8, ...[...values].map((value) => value.length));
  const byStart = new Map<string, string[]>();
  for (const value of values) {
    const start = value.slice(0, length);
    byStart.set(start, [...(byStart.get(start) ?? []), value]);
  }
  return (text) => {
    const found: string[] = [];
    for (let at = 0; at + length <= text.length; at++) {
      for (const value of byStart.get(text.slice(at, at + length)) ?? []) {
        if (text.startsWith(value, at)) found.push(value);
      }
    }
    return found;
  };
}
