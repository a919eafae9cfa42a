/** A trace as one HTML file: a waterfall that opens anywhere, with nothing loaded from elsewhere. */
import { attributesOf } from './export';
import type { StoredSpan } from './fetch';
import { clocksOff, forest, walk } from './forest';
import { durationText } from './tree';

const escaped = (value: unknown): string =>
  `${value}`.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
/** A name may be as long as it likes, a cell not. */
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);

const style = `body{font:13px system-ui,sans-serif;margin:24px;color:#1b1f24}h1{font-size:18px;margin:0}p{color:#57606a;margin:4px 0 16px}
.note{color:#b42318}details{border-bottom:1px solid #eaeef2}summary{display:grid;grid-template-columns:38% 14% 8% 40%;align-items:center;padding:3px 0;cursor:pointer;list-style:none}
summary>*{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.time{text-align:right;padding-right:10px;font-variant-numeric:tabular-nums}
.lane{position:relative;height:14px;background:#f6f8fa}.bar{position:absolute;top:2px;height:10px;border-radius:2px;background:#4078c0;min-width:2px}
.border .bar{background:#d9822b}.failed .bar{background:#c9302c}.failed .name{color:#c9302c}.mark{background:#d9822b;color:#fff;border-radius:3px;padding:0 4px;font-size:11px;margin-left:6px}
table{margin:4px 0 10px 24px;border-collapse:collapse}td{padding:1px 12px 1px 0;vertical-align:top;word-break:break-all}td:first-child{color:#57606a;white-space:nowrap}`;

/** Rows that a browser still scrolls well. The page says where there are more. */
const mostRows = 5_000;

/** The file's text. @param total how many spans there are */
export function tracePage(traceId: string, spans: readonly StoredSpan[], total = spans.length): string {
  const roots = forest(spans);
  const placed = [...walk(roots)];
  let from = placed[0]?.node.start ?? 0n;
  let to = placed[0]?.node.end ?? 0n;
  for (const { node } of placed) {
    if (node.start < from) from = node.start;
    if (node.end > to) to = node.end;
  }
  const whole = Math.max(1, Number(to - from));
  const percent = (nanoseconds: number): string => `${((100 * nanoseconds) / whole).toFixed(3)}%`;
  const rows = placed.slice(0, mostRows).map(({ node: { span, start }, depth }) => {
    const crossing = span['span.attributes.crossing'];
    const border = crossing === 'hk-cn' ? '⇒ mainland' : crossing === 'cn-hk' ? '⇒ Hong Kong' : undefined;
    const classes = [border ? 'border' : '', span['status.code'] === 2 ? 'failed' : ''].join(' ').trim();
    const facts = [
      ['span', span.spanId],
      ['kind', span.kind],
      ['start', span.startTime],
      ...(span['status.message'] ? [['status', span['status.message']]] : []),
      ...attributesOf(span, 'span'),
      ...attributesOf(span, 'resource'),
    ].map(([key, value]) => `<tr><td>${escaped(key)}<td>${escaped(cut(`${value}`, 2_000))}`);
    return `<details class="${classes}"><summary><span class="name" style="padding-left:${Math.min(depth, 24) * 14}px" title="level ${depth}">${escaped(cut(span.name, 200))}${border ? `<span class="mark">${border}</span>` : ''}</span><span>${escaped(cut(span.serviceName, 60))}</span><span class="time">${durationText(span.durationInNanos)}</span><span class="lane"><span class="bar" style="left:${percent(Number(start - from))};width:${percent(span.durationInNanos)}"></span></span></summary><table>${facts.join('')}</table></details>`;
  });
  const notes = [
    ...(total > rows.length ? [`Shown are ${rows.length} of ${total} spans.`] : []),
    ...[...clocksOff(roots)].map(
      ([service, seconds]) => `The clock of ${service} differs by ${seconds} s from its callers'.`,
    ),
  ];
  const errors = spans.filter((span) => span['status.code'] === 2).length;
  const services = new Set(spans.map(({ serviceName }) => serviceName)).size;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escaped(cut(spans[0]?.traceGroup ?? traceId, 80))}</title><style>${style}</style>
<h1>${escaped(cut(spans[0]?.traceGroup ?? '', 200))}</h1><p>${traceId} · ${durationText(whole).trim()} · ${spans.length} spans · services: ${services} · errors: ${errors}</p>
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('')}${rows.join('\n')}</html>\n`;
}
