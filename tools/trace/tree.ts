/** A trace as a tree that a terminal shows: who called whom, how long it took, and where it crossed the border. */
import type { List, StoredSpan } from './fetch';
import { clocksOff, forest, inOrder, type Node, walk } from './forest';

export interface View {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
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

/** Who is called over the border: the mainland makes no spans here that would say so. */
function calledOver(span: StoredSpan): string {
  if (crossingOf(span) !== 'hk-cn') return '';
  const to = span['span.attributes.call@destination'] ?? span['span.attributes.server@address'];
  return typeof to === 'string' && to !== '' ? ` → ${to}` : '';
}

const kinds: Readonly<Record<string, string>> = {
  SPAN_KIND_SERVER: 'serves',
  SPAN_KIND_CLIENT: 'calls',
  SPAN_KIND_PRODUCER: 'sends',
  SPAN_KIND_CONSUMER: 'takes',
};

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
/** Columns by screen position: a Chinese character or a picture takes two, an accent on its own none. */
const columnsOf = (text: string): number =>
  [...text].reduce((sum, one) => sum + (/\p{Mn}|\p{Me}/u.test(one) ? 0 : wide.test(one) ? 2 : 1), 0);

/** Cut or filled to exactly so many columns. */
export function filled(text: string, columns: number): string {
  // Values of others: what moves the cursor, rings, or turns the direction of writing must not reach the terminal.
  const plain = text.slice(0, 2 * columns + 2).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '·');
  if (text.length <= 2 * columns + 2 && columnsOf(plain) <= columns)
    return plain + ' '.repeat(columns - columnsOf(plain));
  let shown = '';
  let used = 0;
  for (const character of plain) {
    used += columnsOf(character);
    if (used > columns - 1) break;
    shown += character;
  }
  return `${shown}…${' '.repeat(Math.max(0, columns - 1 - columnsOf(shown)))}`;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Where in the trace's time a span was, as a bar. Every span has some. */
function bar({ span, start }: Node, from: bigint, whole: number, columns: number): string {
  const at = Math.min(columns - 1, Math.floor((Number(start - from) / whole) * columns));
  const length = Math.min(columns - at, (span.durationInNanos / whole) * columns);
  const full = Math.floor(length);
  const rest = eighths[Math.round((length - full) * 8)] ?? '█';
  return ' '.repeat(at) + ('█'.repeat(full) + rest || '▏');
}

/** Levels that are drawn as such; deeper ones say their number. */
const drawnLevels = 12;

/** The text. @param spans of one trace, at least one. @param total how many there are */
export function traceTree(
  traceId: string,
  spans: readonly StoredSpan[],
  { width, colour }: View,
  total: number = spans.length,
): string {
  const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim, red, yellow, cyan] = [1, 2, 31, 33, 36].map(paint) as [Paint, Paint, Paint, Paint, Paint];
  const roots = forest(spans);
  const nodes = [...walk(roots)];
  let [from, to] = [nodes[0]?.node.start ?? 0n, nodes[0]?.node.end ?? 0n];
  let serviceColumns = 7;
  for (const { node } of nodes) {
    if (inOrder(node.start, from) < 0) from = node.start;
    if (inOrder(node.end, to) > 0) to = node.end;
    serviceColumns = Math.min(20, Math.max(serviceColumns, columnsOf(node.span.serviceName.slice(0, 20))));
  }
  const whole = Math.max(1, Number(to - from));
  const barColumns = Math.min(32, Math.max(12, width - 86));
  const nameColumns = Math.max(20, width - serviceColumns - barColumns - 24);
  const rows: string[] = [];
  // What stands before the calls of a node, by its depth: only the path to the present node is needed.
  const indents: string[] = [];
  for (const { node, depth, last } of nodes) {
    const { span, children } = node;
    const top = depth === 0;
    const indent = indents[depth] ?? '';
    const deep = depth > drawnLevels;
    const branch = top ? '' : deep ? `… ${depth} └─ ` : `${indent}${last ? '└─ ' : '├─ '}`;
    const below = top ? '' : deep ? indent : `${indent}${last ? '   ' : '│  '}`;
    indents[depth + 1] = below;
    const failed = span['status.code'] === 2;
    const crossing = crossingOf(span);
    const orphan = top && span.parentSpanId !== '' ? ' (caller not stored)' : '';
    const name = filled(`${span.name}${calledOver(span)}${orphan}`, Math.max(1, nameColumns - columnsOf(branch)));
    rows.push(
      [
        dim(branch) + (failed ? red(name) : name),
        crossing ? yellow(marks[crossing]) : '    ',
        cyan(filled(span.serviceName, serviceColumns)),
        dim(filled(kinds[span.kind] ?? '', 6)),
        bold(durationText(span.durationInNanos).padStart(8)),
        (failed ? red : crossing ? yellow : (plain: string) => plain)(bar(node, from, whole, barColumns)),
      ]
        .join(' ')
        .trimEnd(),
    );
    const message = span['status.message'];
    if (failed && message) {
      const before = dim(`${below}${children.length > 0 ? '│  ' : '   '}`);
      rows.push(`${before}${red(`✗ ${filled(message, nameColumns).trimEnd()}`)}`);
    }
  }

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
  const notes = [
    ...(total > spans.length ? [`Shown are ${spans.length} of ${total} spans: --limit ${total} reads all.`] : []),
    ...[...clocksOff(roots)].map(
      ([service, seconds]) =>
        `The clock of ${filled(service, 40).trimEnd()} differs by ${seconds} s from its callers': times of its spans mislead.`,
    ),
  ].map((note) => red(note));
  const when = new Date(Number(from / 1_000_000n) + 8 * 3_600_000).toISOString().replace('T', ' ').replace('Z', '');
  const group = filled(spans[0]?.traceGroup ?? '', 200).trimEnd();
  const title = [`${bold(group)}  ${dim(traceId)}`, `${facts.join(' · ')} · ${when} in Hong Kong`];
  return [...title, ...notes, '', ...rows].join('\n');
}

type Paint = (text: string) => string;

/** Traces, one a line, and how many more there are. */
export const listTable = ({ traces, total, ahead }: List): string =>
  [
    ...traces.map(({ traceId, startTime, durationInNanos, failed, crossings, spans, serviceName, name }) =>
      [
        traceId,
        `${startTime.slice(0, 19)}Z`,
        durationText(durationInNanos).padStart(8),
        failed ? '✗' : ' ',
        crossings > 0 ? '⇔' : ' ',
        `${spans}`.padStart(6),
        filled(serviceName, 16),
        filled(name, 40).trimEnd(),
      ].join('  '),
    ),
    ...(traces.length === 0 ? ['No trace is like that.'] : []),
    ...(total > traces.length ? [`${traces.length} of about ${total}: --count shows more.`] : []),
    ...(ahead > 0 ? [`${ahead} spans are of clocks that are ahead of now: they are not listed as latest.`] : []),
  ].join('\n');
