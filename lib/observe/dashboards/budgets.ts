/** What paging judges: how fast the budgets of the objectives burn, and what is left of them, by the figures of the alarms. */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { type Crossing, crossings } from '../../contract/metrics';
import { crossingBudgets } from '../alarms';
import type { Watched } from '../alarms/alarm';
import { type Budget, informWindows, pageWindows, type Window } from '../alarms/budget';
import type { Links } from './links';
import type { Row } from './widgets';

const titles: Readonly<Record<Crossing, string>> = {
  'hk-cn': 'Hong Kong to mainland',
  'cn-hk': 'mainland to Hong Kong',
  none: 'within Hong Kong',
};

/** Of a budget. CloudWatch keeps a metric for 15 months; by the day, so that a month is 30 points. */
const month = { days: 30, period: Duration.days(1), start: '-P30D' } as const;

/** With ids of its own: within a graph an id means one metric. */
function apart(math: MathExpression, suffix: string): MathExpression {
  const ids = Object.keys(math.usingMetrics);
  return new MathExpression({
    expression: math.expression.replace(new RegExp(`\\b(?:${ids.join('|')})\\b`, 'g'), (id) => `${id}_${suffix}`),
    usingMetrics: Object.fromEntries(
      Object.entries(math.usingMetrics).map(([id, metric]): [string, IMetric] => [
        `${id}_${suffix}`,
        metric instanceof MathExpression ? apart(metric, suffix) : metric,
      ]),
    ),
    period: math.period,
    ...(math.label === undefined ? {} : { label: math.label }),
  });
}

/** Bad calls of a window, in multiples of what the objective allows. */
const burn = ({ bad, allowedPercent, heading }: Budget, { name, ...window }: Window): MathExpression =>
  new MathExpression({
    expression: `bad / ${allowedPercent}`,
    usingMetrics: { bad: bad(window.length, window) },
    period: window.length,
    label: `${heading}, ${name}`,
  });

/** What is left of what 30 days allow, in per cent, day by day. Below 0 as much is spent beyond it. */
const left = ({ bad, calls, allowedPercent, heading }: Budget): MathExpression =>
  new MathExpression({
    expression: `100 - 100 * RUNNING_SUM(bad * FILL(calls, 0)) / (SUM(FILL(calls, 0)) * ${allowedPercent})`,
    usingMetrics: { bad: bad(month.period, { minimumBad: 0 }), calls: calls(month.period) },
    period: month.period,
    label: heading,
  });

/** Windows that are judged by burn, and the burn at which they breach. */
const burning = (windows: readonly Window[]) =>
  windows.flatMap((window) => ('burn' in window.above ? [{ window, burn: window.above.burn }] : []));

/** The rows, a graph for each crossing. */
export function budgetRows(watched: Watched): Row[] {
  const all = crossingBudgets(watched);
  const [pages, informs] = [burning(pageWindows), burning(informWindows)];
  const [pageAt, informAt] = [pages, informs].map((windows) => Math.min(...windows.map(({ burn: at }) => at)));
  const fewest = Math.min(...pages.map(({ window }) => window.minimumBad));
  const graphs = (
    title: string,
    lines: (budget: Budget) => readonly MathExpression[],
    rest: Omit<Row['graphs'][number], 'title' | 'metrics' | 'width'>,
  ) =>
    crossings.map((crossing) => ({
      title: `${title}, ${titles[crossing]}`,
      metrics: all
        .filter((budget) => budget.crossing === crossing)
        .flatMap((budget) => lines(budget))
        .map((line, index) => apart(line, `${index}`)),
      width: 8,
      ...rest,
    }));
  const links: Links = {
    runbook: ['P99 hk-cn', 'Error rate hk-cn', 'P99 cn-hk', 'Error rate cn-hk', 'P99 none', 'Error rate none'],
    traces: '--errors --since 1h',
    logs: { where: 'ispresent(crossing)' },
  };
  return [
    {
      title: 'What paging judges',
      read: {
        en: `How many times more calls are slow or fail than the objective allows, in five minutes: above ${pageAt} a page goes out, where ${fewest} calls or more are bad. Windows in which half of all calls are bad page too: the graphs above show those.`,
        zh: `五分钟内变慢或失败的调用是目标允许值的多少倍：高于 ${pageAt} 倍且不良调用不少于 ${fewest} 次即呼叫值班。半数调用不良的窗口也会呼叫，见上方各图。`,
      },
      links,
      graphs: graphs('Burn', (budget) => pages.map(({ window }) => burn(budget, window)), {
        unit: 'times what is allowed',
        threshold: { value: pageAt ?? 0, label: `pages above ${pageAt}` },
      }),
    },
    {
      title: 'What informs: a slow burn, three days',
      read: {
        en: `Six hours say that it matters, half an hour says that it still continues: a message for working hours goes out while both are above ${informAt}.`,
        zh: `六小时说明问题不小，半小时说明仍在持续：两者都高于 ${informAt} 时发出工作时间内处理的通知。`,
      },
      links,
      graphs: graphs('Slow burn', (budget) => informs.map(({ window }) => burn(budget, window)), {
        unit: 'times what is allowed',
        threshold: { value: informAt ?? 0, label: `informs where both are above ${informAt}` },
        start: '-P3D',
      }),
    },
    {
      title: `Budget left, ${month.days} days`,
      read: {
        en: 'Of what the objective allows for all calls of 30 days. A step down is an incident, a slope is a weakness. At 0 the objective of the month is missed: releases wait, repairs do not.',
        zh: '按三十天全部调用计算的剩余额度。骤降是故障，缓降是隐患。降到 0 即本月目标未达成：发布暂停，修复不停。',
      },
      links,
      graphs: graphs('Budget left', (budget) => [left(budget)], {
        unit: '%',
        min: -100,
        max: 100,
        threshold: { value: 0, label: 'nothing left' },
        start: month.start,
      }),
    },
  ];
}
