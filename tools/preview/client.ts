/** Draws the graphs of a preview, in the browser: one time axis, one pointer for all. */
import { LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { connect, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { marked } from 'marked';
import type { Axis, Graph } from './model';

use([LineChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

// The browser's own, as far as it is used: its whole type library would apply to Node's code too.
declare const document: {
  querySelectorAll(selector: string): Iterable<{ textContent: string; innerHTML: string }>;
  getElementById(id: string): Parameters<typeof init>[0];
  body: { dataset: Record<string, string> };
};
declare const graphs: readonly Graph[];
declare const axis: Axis;

/** CloudWatch's own palette, so that the picture looks as the console does. */
const color = ['#1f77b4', '#ff7f0e', '#2ca02c', '#9467bd', '#8c564b', '#e377c2', '#17becf', '#bcbd22'];
const [red, grey] = ['#d62728', '#687078'];
const small = { fontSize: 11, color: grey };
/** The same space left and right of every graph: what happens at one time stands in one column. */
const margin = { left: 58, right: 22 };

const text = (value: number): string =>
  value >= 1000 ? `${Number((value / 1000).toPrecision(3))}k` : `${Number(value.toPrecision(3))}`;

/** Top of an axis: the next round number above the figures, which has round quarters. */
function roundedUp(top: number): number {
  if (top <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(top));
  const round = [1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((step) => step * power >= top * 1.05) ?? 12;
  return Number((round * power).toPrecision(2));
}

function marks(thresholds: Graph['thresholds'], first: boolean) {
  const fault = axis.injectedAt
    ? [
        {
          xAxis: axis.injectedAt,
          label: { formatter: first ? 'fault begins' : '', position: 'end' as const, ...small },
          lineStyle: { color: grey, type: 'dotted' as const },
        },
      ]
    : [];
  return [
    ...thresholds.map(({ value, label }) => ({
      yAxis: value,
      label: { formatter: label, position: 'insideStartTop' as const, color: red, fontSize: 11 },
      lineStyle: { color: red, type: 'dashed' as const },
    })),
    ...fault,
  ];
}

for (const element of document.querySelectorAll('.widget.text')) {
  element.innerHTML = marked.parse(element.textContent, { async: false });
}

for (const [index, { title, unit, rightUnit, rightMax, min, max, lines, thresholds, empty }] of graphs.entries()) {
  const element = document.getElementById(`graph-${index}`);
  if (!element || empty) continue;
  const top = Math.max(
    0,
    ...lines.filter(({ right }) => !right).flatMap(({ points }) => points.map(([, value]) => value)),
    ...thresholds.map(({ value }) => value),
  );
  const limit = max ?? roundedUp(top);
  const chart = init(element, undefined, { renderer: 'svg' });
  chart.group = 'dashboard';
  chart.setOption({
    animation: false,
    color,
    aria: { enabled: true, label: { description: title } },
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => `${text(Number(value))} ${unit}`, confine: true },
    legend: {
      bottom: 0,
      left: margin.left,
      itemWidth: 16,
      itemHeight: 8,
      icon: 'roundRect',
      textStyle: small,
      type: 'scroll',
    },
    grid: { ...margin, top: 22, bottom: 46 },
    xAxis: {
      type: 'time',
      min: axis.from,
      max: axis.until,
      axisLabel: { ...small, formatter: '{HH}:{mm}', hideOverlap: true },
      axisPointer: { show: true, label: { show: false } },
    },
    yAxis: [
      {
        type: 'value',
        name: unit,
        nameTextStyle: { ...small, align: 'right' },
        min,
        max: limit,
        interval: (limit - (min ?? 0)) / 4,
        axisLabel: { ...small, formatter: text },
        splitLine: { lineStyle: { color: '#eaeded' } },
      },
      ...(rightUnit === undefined
        ? []
        : [
            {
              type: 'value' as const,
              name: rightUnit,
              nameTextStyle: { ...small, align: 'left' as const },
              min: 0,
              ...(rightMax === undefined ? {} : { max: rightMax, interval: rightMax }),
              axisLabel: { ...small, formatter: text },
              splitLine: { show: false },
            },
          ]),
    ],
    series: lines.map(({ label, right, points }, line) => ({
      type: 'line',
      yAxisIndex: right ? 1 : 0,
      name: label,
      data: points.map(([at, value]) => [at, value]),
      symbol: 'circle',
      symbolSize: 4,
      lineStyle: { width: 2 },
      ...(line > 0
        ? {}
        : {
            markLine: { symbol: 'none', silent: true, data: marks(thresholds, index === 0) },
            markArea: {
              silent: true,
              itemStyle: { color: '#f2f3f3' },
              data: axis.repeatedUntil ? [[{ xAxis: axis.from }, { xAxis: axis.repeatedUntil }]] : [],
            },
          }),
    })),
  });
}
connect('dashboard');
document.body.dataset.drawn = 'yes';
