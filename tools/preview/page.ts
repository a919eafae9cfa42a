/** The page of a preview: one HTML file with everything in it. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { sourceExtension } from '../../harness/program';
import type { DashboardBody } from '../../rehearsal/judge/cloudwatch/dashboards';
import type { Recording } from '../../rehearsal/recording';
import { type Graph, type PictureWidget, pictures } from './model';

const rowHeight = 46;

const style = `
  body { margin: 0 auto; max-width: 1500px; padding: 0 16px 32px; background: #f2f3f3; color: #16191f;
    font: 13px/1.45 system-ui, "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
  h1 { font-size: 18px; margin: 16px 0 4px; } h2 { font-size: 16px; margin: 28px 0 8px; }
  h3 { font-size: 13px; margin: 0; font-weight: 700; }
  .verdict { font-size: 15px; margin: 0 0 4px; } .note { color: #545b64; margin: 0; }
  .dashboard { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-auto-rows: ${rowHeight}px; gap: 6px; }
  .widget { background: #fff; border: 1px solid #d5dbdb; border-radius: 3px; padding: 6px 10px; overflow: hidden;
    display: flex; flex-direction: column; min-width: 0; }
  .widget.text { background: none; border: none; padding: 2px 4px; justify-content: center; }
  .widget.text p { margin: 1px 0; } code { background: #e9ebed; border-radius: 3px; padding: 0 3px; }
  .graph { flex: 1; min-height: 0; }
  .empty { flex: 1; display: grid; place-content: center; color: #687078; border: 1px dashed #aab7b8; border-radius: 3px; margin-top: 4px; }
  .figures { display: flex; gap: 14px; flex: 1; align-items: center; flex-wrap: wrap; }
  .value { font-size: 22px; line-height: 1.15; } .value span { display: block; font-size: 12px; color: #545b64; }
  .chips { display: flex; gap: 10px; flex: 1; align-items: center; }
  .chip { flex: 1; border-radius: 3px; padding: 8px 12px; font-weight: 700; background: #eaf6ec; color: #1d8102; border-left: 6px solid #1d8102; }
  .chip.alarm { background: #fdf3f1; color: #d13212; border-color: #d13212; } .chip span { font-weight: 400; float: right; }
`;

const encoded = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const shown = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en-US');

/** The program of the page, with the chart library in it. */
function program(): string {
  const [bundle] = buildSync({
    entryPoints: [join(__dirname, `client${sourceExtension}`)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'inline',
    logLevel: 'error',
  }).outputFiles;
  return (bundle?.text ?? '').replaceAll('</script', '<\\/script');
}

/** Renders it. */
export function page(bodies: readonly DashboardBody[], recording: Recording): string {
  const { environment, scenario, diagnosis, injectedAt, drive } = recording;
  const { axis, dashboards } = pictures(bodies, recording);
  const graphs: Graph[] = [];
  const html = (widget: PictureWidget): string => {
    const place = `grid-area: ${widget.y + 1} / ${widget.x + 1} / span ${widget.height} / span ${widget.width}`;
    switch (widget.kind) {
      case 'text':
        return `<section class="widget text" style="${place}">${encoded(widget.markdown)}</section>`;
      case 'alarms': {
        const chips = widget.alarms.map(
          ({ name, alarm, state }) =>
            `<div class="chip${alarm ? ' alarm' : ''}">${encoded(name)}<span>${encoded(state)}</span></div>`,
        );
        return `<section class="widget alarms" style="${place}"><h3>${encoded(widget.title)}</h3><div class="chips">${chips.join('')}</div></section>`;
      }
      case 'values': {
        const values = widget.values.map(
          ({ label, value }) =>
            `<div class="value">${value === undefined ? '–' : shown(value)}<span>${encoded(label)}</span></div>`,
        );
        return `<section class="widget values" style="${place}"><h3>${encoded(widget.title)}</h3><div class="figures">${values.join('')}</div></section>`;
      }
      case 'graph': {
        const { title, empty } = widget.graph;
        const id = graphs.push(widget.graph) - 1;
        const inside = empty
          ? `<div class="empty">${encoded(empty)}</div>`
          : `<div class="graph" id="graph-${id}"></div>`;
        return `<section class="widget metric" data-state="${empty ? 'empty' : 'data'}" style="${place}"><h3>${encoded(title)}</h3>${inside}</section>`;
      }
    }
  };
  const clock = (at: number) => new Date(at).toISOString().slice(11, 16);
  const sections = dashboards.map(
    ({ name, widgets }) =>
      `<h2 id="${encoded(name)}">${encoded(name)}</h2>\n<div class="dashboard">\n${widgets.map(html).join('\n')}\n</div>`,
  );
  const data = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Preview of ${encoded(environment)}: ${encoded(scenario)}</title>
<style>${style}</style>
<h1>Dashboards of ${encoded(environment)}, as synthesised, with the metrics of a rehearsal: ${encoded(scenario)}</h1>
${diagnosis ? `<p class="verdict">At fault, by the metrics alone: <b>${encoded(diagnosis.side)}</b>${injectedAt ? `, since ${clock(injectedAt)}` : ''}.</p>` : ''}
<p class="note">Payments from ${clock(drive.from)} to ${clock(drive.until)} UTC.${axis.repeatedUntil ? ' Shaded: the fair minute before the fault, repeated.' : ''} Dashed red: objectives and alarm thresholds of the dashboard body.</p>
${sections.join('\n')}
<script>const axis = ${data(axis)}, graphs = ${data(graphs)};</script>
<script>${program()}</script>
</html>
`;
}
