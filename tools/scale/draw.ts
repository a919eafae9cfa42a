import * as echarts from 'echarts';
import { type Step, usesOf } from './model';

/** Share of each limit over spans a second, both logarithmic, as SVG: deterministic, without a browser. */
export function curves(steps: readonly number[], at: Omit<Step, 'spansPerSecond'>): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 900, height: 420 });
  const limits = usesOf({ spansPerSecond: 1, ...at }).map(({ limit }) => limit);
  chart.setOption({
    animation: false,
    title: {
      text: `Share of each limit in per cent, ${at.services} services, ${at.zones} zones`,
      left: 16,
      textStyle: { fontSize: 14 },
    },
    grid: { left: 70, right: 280, top: 50, bottom: 50 },
    legend: { orient: 'vertical', left: 655, top: 50, itemHeight: 8 },
    xAxis: {
      type: 'log',
      name: 'spans a second',
      nameLocation: 'middle',
      nameGap: 28,
      min: steps[0],
      max: steps.at(-1),
    },
    yAxis: { type: 'log', min: 0.1, max: 1_000 },
    series: limits.map((limit, index) => ({
      name: limit,
      type: 'line',
      showSymbol: false,
      data: steps.map((spansPerSecond) => {
        const use = usesOf({ spansPerSecond, ...at }).find((each) => each.limit === limit);
        return [spansPerSecond, Math.max(0.1, (100 * (use?.needed ?? 0)) / (use?.most ?? 1))];
      }),
      ...(index === 0
        ? {
            markLine: {
              silent: true,
              symbol: 'none',
              data: [{ yAxis: 100 }],
              lineStyle: { color: '#d13212' },
              label: { formatter: 'limit' },
            },
          }
        : {}),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // A picture: no styles for a pointer, no names that the library numbers from one process to the next, a title for who cannot see it.
  const still = svg
    .replace(/<style ?>[\s\S]*?<\/style>/g, '')
    .replace(/ class="zr[^"]*"/g, '')
    .replace(/zr\d+-/g, 'zr-');
  return `${still.replace(/^(<svg [^>]*>)/, '$1<title>Share of each limit over spans a second</title>')}\n`;
}
