/** A trace as a tree that a terminal shows: who called whom, how long it took, and where it crossed the border. */
import type { StoredSpan } from './fetch';

export interface View {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
}

interface Node {
  readonly span: StoredSpan;
  readonly children: Node[];
}

/** Nanoseconds since 1970: as a double they would lose the last digits, and with them the order of spans. */
export function nanos(time: string): bigint {
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

const start = ({ startTime }: StoredSpan): bigint => nanos(startTime);
const end = (span: StoredSpan): bigint => start(span) + BigInt(Math.round(span.durationInNanos));
const inOrder = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const byTime = (a: Node, b: Node): number => inOrder(start(a.span), start(b.span));

/** Roots and those whose parent is not here, each with its calls in the order of time. Spans that are each other's parents are shown once. */
function forest(spans: readonly StoredSpan[]): Node[] {
  const nodes = new Map(spans.map((span) => [span.spanId, { span, children: [] as Node[] }]));
  const top: Node[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.span.parentSpanId);
    if (parent && parent !== node) parent.children.push(node);
    else top.push(node);
  }
  const reached = new Set<Node>();
  const visit = (node: Node): void => {
    reached.add(node);
    node.children.sort(byTime).splice(0, Infinity, ...node.children.filter((child) => !reached.has(child)));
    node.children.forEach(visit);
  };
  top.forEach(visit);
  for (const node of nodes.values()) {
    if (!reached.has(node)) {
      top.push(node);
      visit(node);
    }
  }
  return top.sort(byTime);
}

/** Three digits that matter, and the unit that fits. */
export function durationText(duration: number): string {
  const [unit, size] =
    duration >= 1e9 ? ['s ', 1e9] : duration >= 1e6 ? ['ms', 1e6] : duration >= 1e3 ? ['µs', 1e3] : ['ns', 1];
  const value = duration / size;
  return `${size === 1 || value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)} ${unit}`;
}

const crossingOf = (span: StoredSpan): 'hk-cn' | 'cn-hk' | undefined => {
  const crossing = span['span.attributes.crossing'];
  return crossing === 'hk-cn' || crossing === 'cn-hk' ? crossing : undefined;
};
const marks = { 'hk-cn': '⇒ CN', 'cn-hk': '⇒ HK' } as const;

const kinds: Readonly<Record<string, string>> = {
  SPAN_KIND_SERVER: 'serves',
  SPAN_KIND_CLIENT: 'calls',
  SPAN_KIND_PRODUCER: 'sends',
  SPAN_KIND_CONSUMER: 'takes',
};

/** Columns by screen position: a Chinese character takes two. */
const columnsOf = (text: string): number =>
  [...text].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character)
        ? 2
        : 1),
    0,
  );

/** Cut or filled to exactly so many columns. */
function filled(text: string, columns: number): string {
  // Values of others: what moves the cursor or rings must not reach the terminal.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are meant
  let shown = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
  if (columnsOf(shown) > columns) {
    while (columnsOf(shown) > columns - 1) shown = [...shown].slice(0, -1).join('');
    shown += '…';
  }
  return shown + ' '.repeat(Math.max(0, columns - columnsOf(shown)));
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Where in the trace's time a span was, as a bar. Every span has some. */
function bar(span: StoredSpan, from: bigint, whole: number, columns: number): string {
  const at = Math.min(columns - 1, Math.floor((Number(start(span) - from) / whole) * columns));
  const length = Math.min(columns - at, (span.durationInNanos / whole) * columns);
  const full = Math.floor(length);
  const rest = eighths[Math.round((length - full) * 8)] ?? '█';
  return ' '.repeat(at) + ('█'.repeat(full) + rest || '▏');
}

/** The text. @param spans of one trace, at least one */
export function traceTree(traceId: string, spans: readonly StoredSpan[], { width, colour }: View): string {
  const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim, red, yellow, cyan] = [1, 2, 31, 33, 36].map(paint) as [Paint, Paint, Paint, Paint, Paint];
  const roots = forest(spans);
  const from = spans.map(start).sort(inOrder)[0] ?? 0n;
  const to = spans.map(end).sort(inOrder).at(-1) ?? 0n;
  const whole = Math.max(1, Number(to - from));

  const serviceColumns = Math.min(20, Math.max(7, ...spans.map(({ serviceName }) => columnsOf(serviceName))));
  const barColumns = Math.min(32, Math.max(12, width - 86));
  const nameColumns = Math.max(20, width - serviceColumns - barColumns - 24);
  const rows: string[] = [];
  const draw = (node: Node, indent: string, last: boolean, top: boolean): void => {
    const { span, children } = node;
    const branch = top ? '' : `${indent}${last ? '└─ ' : '├─ '}`;
    const failed = span['status.code'] === 2;
    const crossing = crossingOf(span);
    const orphan = top && span.parentSpanId !== '' ? ' (caller not stored)' : '';
    const text = `${span.name}${orphan}`;
    const name = filled(text, Math.max(1, nameColumns - columnsOf(branch)));
    rows.push(
      [
        dim(branch) + (failed ? red(name) : name),
        crossing ? yellow(marks[crossing]) : '    ',
        cyan(filled(span.serviceName, serviceColumns)),
        dim(filled(kinds[span.kind] ?? '', 6)),
        bold(durationText(span.durationInNanos).padStart(8)),
        (failed ? red : crossing ? yellow : (plain: string) => plain)(bar(span, from, whole, barColumns)),
      ]
        .join(' ')
        .trimEnd(),
    );
    const below = top ? '' : `${indent}${last ? '   ' : '│  '}`;
    const message = span['status.message'];
    if (failed && message)
      rows.push(
        `${dim(`${below}${children.length > 0 ? '│  ' : '   '}`)}${red(`✗ ${filled(message, nameColumns).trimEnd()}`)}`,
      );
    for (const child of children) draw(child, below, child === children.at(-1), false);
  };
  for (const root of roots) draw(root, '', true, true);

  const services = new Set(spans.map(({ serviceName }) => serviceName)).size;
  const crossings = spans.filter(crossingOf).length;
  const errors = spans.filter((span) => span['status.code'] === 2).length;
  const some = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;
  const facts = [
    durationText(whole).replace(/ +$/, ''),
    some(spans.length, 'span'),
    some(services, 'service'),
    ...(crossings > 0 ? [yellow(some(crossings, 'border crossing'))] : []),
    ...(errors > 0 ? [red(some(errors, 'error'))] : []),
  ];
  const when = new Date(Number(from / 1_000_000n) + 8 * 3_600_000).toISOString().replace('T', ' ').replace('Z', '');
  const group = filled(spans[0]?.traceGroup ?? '', 200).trimEnd();
  return [`${bold(group)}  ${dim(traceId)}`, `${facts.join(' · ')} · ${when} in Hong Kong`, '', ...rows].join('\n');
}

type Paint = (text: string) => string;

/** The latest traces, one a line. */
export const latestTable = (roots: readonly (StoredSpan & { traceId: string })[]): string =>
  roots
    .map(({ traceId, startTime, durationInNanos, serviceName, name, traceGroupFields }) => {
      const failed = (traceGroupFields as { statusCode?: number } | undefined)?.statusCode === 2;
      return [
        traceId,
        startTime.slice(0, 19),
        durationText(durationInNanos).padStart(8),
        failed ? '✗' : ' ',
        filled(serviceName, 16),
        filled(name, 40).trimEnd(),
      ].join('  ');
    })
    .join('\n');
