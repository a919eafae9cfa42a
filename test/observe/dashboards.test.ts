import { parseArgs } from 'node:util';
import {
  changedDimension,
  deploymentMetrics,
  everyMetric,
  kindOfCrossing,
  metricNamespace,
  metrics,
} from '../../lib/contract/metrics';
import { type AlarmProperties, entriesOf } from '../../rehearsal/judge/cloudwatch/alarms';
import { searches, seriesOf, type Widget } from '../../rehearsal/judge/cloudwatch/dashboards';
import { insightsOf } from '../../rehearsal/judge/cloudwatch/insights';
import { MetricStore } from '../../rehearsal/judge/cloudwatch/metric-store';
import { fragments, read } from '../docs/mentions';
import { configOf, environmentNames, resourcesOf } from '../support/app';

const traceOptions = {
  env: { type: 'string' },
  crossing: { type: 'string' },
  service: { type: 'string' },
  slow: { type: 'string' },
  errors: { type: 'boolean' },
  since: { type: 'string' },
} as const;

const join = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Array.isArray((value as any)?.['Fn::Join']?.[1])
      ? (value as any)['Fn::Join'][1].map(join).join('')
      : 'intrinsic';

/** Body of every dashboard, by name. */
const dashboardsOf = (environment: string): [string, Widget[]][] =>
  [...resourcesOf(environment).values()]
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard')
    .map(({ Properties }) => [Properties.DashboardName, JSON.parse(join(Properties.DashboardBody)).widgets]);

const key = (namespace: string, name: string, dimensions: readonly string[]) =>
  `${namespace} ${name} {${[...dimensions].sort().join()}}`;

/** Name and dimensions of a metric in a widget. */
const metricsIn = ({ properties }: Widget): string[] =>
  (properties.metrics ?? []).flatMap((entry) => {
    const [namespace, name, ...pairs] = entry.filter((part) => typeof part === 'string');
    return namespace && name
      ? [
          key(
            namespace,
            name,
            pairs.filter((_, index) => index % 2 === 0),
          ),
        ]
      : [];
  });

describe.each(environmentNames)('dashboards of %s', (environment) => {
  const dashboards = dashboardsOf(environment);
  const widgets = dashboards.flatMap(([, list]) => list);
  const shown = widgets.filter(({ type }) => type === 'metric');
  /** Figures of now have no axes. */
  const graphs = shown.filter(({ properties }) => properties.view !== 'singleValue');
  const config = configOf(environment);

  test('are named for their environment', () => {
    expect(dashboards.length).toBeGreaterThan(2);
    for (const [name] of dashboards) expect(name).toMatch(new RegExp(`^harbourline-${environment}-`));
  });

  test('fit their grid and do not overlap', () => {
    for (const [name, list] of dashboards) {
      const taken = new Set<string>();
      for (const { x, y, width, height } of list) {
        expect([name, x + width <= 24]).toEqual([name, true]);
        for (let column = x; column < x + width; column++) {
          for (let row = y; row < y + height; row++) {
            const cell = `${column},${row}`;
            expect([name, cell, taken.has(cell)]).toEqual([name, cell, false]);
            taken.add(cell);
          }
        }
      }
    }
  });

  test('every graph asks one region, starts at 0 unless its limit is near 100 %, and says its unit', () => {
    for (const { properties } of graphs) {
      expect([properties.title, properties.region]).toEqual([properties.title, config.region]);
      const limits = properties.annotations?.horizontal?.map(({ value }: { value: number }) => value) ?? [];
      // What is spent beyond a budget is below nothing.
      const overspent = /^Budget left/.test(properties.title ?? '');
      const near = properties.yAxis?.left?.max === 100 && limits.some((value: number) => value > 95);
      const foot = overspent ? -100 : near ? 90 : 0;
      expect([properties.title, properties.yAxis?.left?.min]).toEqual([properties.title, foot]);
      expect([properties.title, properties.yAxis?.left?.label]).toEqual([
        properties.title,
        expect.stringMatching(/\S/),
      ]);
    }
  });

  test('an axis has one unit, and figures of another one have an axis with its own', () => {
    for (const { properties } of graphs) {
      const { left, right } = properties.yAxis ?? {};
      expect([properties.title, left?.label]).toEqual([properties.title, expect.not.stringContaining(',')]);
      const onRight = JSON.stringify(properties.metrics).includes('"yAxis":"right"');
      expect([properties.title, onRight]).toEqual([properties.title, right?.label !== undefined]);
    }
  });

  test('periods are those of the graphs, as alarms judge them', () => {
    const bodies = [...resourcesOf(environment).values()].filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
    for (const { Properties } of bodies)
      expect(JSON.parse(join(Properties.DashboardBody)).periodOverride).toBe('inherit');
  });

  test('no search finds what others have in the account: every one asks by the environment, its domain or its own ids', () => {
    expect(searches(widgets).filter(({ namespace }) => namespace !== metricNamespace(environment))).toEqual([]);
    const states = graphs.find(({ properties }) => properties.title === 'The link: tunnels and BGP');
    expect(states !== undefined).toBe(config.link !== undefined);
    for (const entry of states?.properties.metrics ?? []) expect(entry[0]).toMatch(/^AWS\/(VPN|DX)$/);
  });

  test('the border is a map of figures: every edge with its latency', () => {
    const edges = shown.filter(({ properties }) => properties.view === 'singleValue');
    expect(edges.map(({ properties }) => properties.title)).toEqual([
      'Hong Kong → mainland',
      'Hong Kong ← mainland',
      config.link ? 'Hong Kong ═ mainland: the link' : 'Within Hong Kong',
    ]);
    for (const { properties } of edges) {
      expect(properties.region).toBe(config.region);
      expect(JSON.stringify(properties.metrics)).toMatch(/"stat":"p50"/);
    }
  });

  test('deployments are marks from foot to top, at an axis of their own', () => {
    const marked = graphs.filter(({ properties }) => properties.yAxis?.right?.label === 'deployments');
    expect(marked.map(({ properties }) => properties.title)).toEqual(
      expect.arrayContaining(['Hong Kong calls the mainland: duration', 'Slowest operations: p99']),
    );
    const at = 1_800_000_000_000;
    const store = new MetricStore();
    for (const n of [0, 1, 2]) {
      const of = { namespace: metricNamespace(environment), unit: 'Count', timestamp: at + n * 60_000, counts: [1] };
      // Two stacks in one minute are one mark.
      if (n !== 2)
        store.add([
          { ...of, name: deploymentMetrics.begun.name, dimensions: { [changedDimension]: 'stack' }, values: [2] },
        ]);
    }
    for (const widget of marked) {
      const lines = seriesOf(widget, store).filter(({ right }) => right);
      expect(lines.map(({ label }) => label)).toEqual(['Harbourline deployed', 'service released']);
      expect(lines[0]?.points.map(([, value]) => value)).toEqual([0, 1, 1, 0]);
      expect(widget.properties.yAxis?.right).toMatchObject({ min: 0, max: 1 });
    }
  });

  test('every row of graphs is explained above it, in English and in Chinese', () => {
    for (const [name, list] of dashboards) {
      const texts = list.filter(({ type }) => type === 'text');
      for (const { y, type } of list.filter(({ type }) => type === 'metric')) {
        const above = texts.find((text) => text.y + text.height === y);
        expect([name, y, type, above?.properties.markdown]).toEqual([
          name,
          y,
          type,
          expect.stringMatching(/[a-z]{4}[\s\S]*\n\n.*\p{Script=Han}/u),
        ]);
      }
    }
  });

  test('every row has ways to its runbook, its traces and its logs', () => {
    const runbook = fragments(read('docs/runbook.md'));
    for (const [name, list] of dashboards) {
      for (const { y } of list.filter(({ type }) => type === 'metric')) {
        const text = list.find((one) => one.type === 'text' && one.y + one.height === y)?.properties.markdown ?? '';
        const anchors = [...text.matchAll(/docs\/runbook\.md#([^)`]+)/g)].map(([, one]) => one as string);
        expect([name, y, anchors.length > 0, anchors.filter((one) => !runbook.has(one))]).toEqual([name, y, true, []]);
        const [, command = ''] = /`npm run trace -- ([^`]+)`/.exec(text) ?? [];
        expect(command).toMatch(new RegExp(`^--env ${environment} .*--since 1h$`));
        expect(() => parseArgs({ args: command.split(' '), options: traceOptions })).not.toThrow();
        const links = [...text.matchAll(/\]\((https:[^)\s]+)\)/g)].map(([, one]) => new URL(one as string));
        expect([name, y, links.some(({ hash }) => /^#logsV2:log(s-insights|-groups)\$3F/.test(hash))]).toEqual([
          name,
          y,
          true,
        ]);
        expect(links.some(({ hash }) => hash === `#opensearch/domains/harbourline-${environment}`)).toBe(true);
      }
    }
  });

  test('a row of calls lists the traces that its p99 is made of', () => {
    const texts = widgets.flatMap(({ properties }) => properties.markdown ?? []);
    const { p99Ms } = config.observe.objectives;
    for (const crossing of ['hk-cn', 'cn-hk'] as const)
      expect(texts.join()).toContain(`--crossing ${crossing} --slow ${p99Ms[crossing]}ms --since 1h`);
  });

  test('a link to Logs Insights opens the query in the log group of the metrics', () => {
    const text = widgets.map(({ properties }) => properties.markdown ?? '').find((one) => one.includes('P99 cn-hk'));
    const [, encoded = ''] = /queryDetail\$3D([^)]+)\)/.exec(text ?? '') ?? [];
    const detail = decodeURIComponent(decodeURIComponent(encoded.replaceAll('$', '%')));
    expect(decodeURIComponent(detail.replaceAll('*', '%'))).toBe(
      `~(end~0~start~-3600~timeType~'RELATIVE~unit~'seconds~editorString~'fields @timestamp, @message | filter crossing = 'cn-hk' | sort @timestamp desc | limit 200~source~(~'/harbourline/${environment}/metrics))`,
    );
  });

  test('what burns is drawn with the figures and the limits of the alarms', () => {
    const limits = graphs
      .filter(({ properties }) => /burn, /i.test(properties.title ?? ''))
      .map(({ properties }) => [properties.title, properties.annotations?.horizontal?.[0]?.value]);
    const ways = ['Hong Kong to mainland', 'mainland to Hong Kong', 'within Hong Kong'];
    expect(limits).toEqual([...ways.map((way) => [`Burn, ${way}`, 6]), ...ways.map((way) => [`Slow burn, ${way}`, 2])]);
    const at = 1_800_000_000_000;
    const allowed = config.observe.objectives.errorPercent;
    const calls = { crossing: 'hk-cn', 'span.kind': kindOfCrossing['hk-cn'] };
    const point = (dimensions: Record<string, string>, value: number) => ({
      namespace: metricNamespace(environment),
      name: metrics.calls.name,
      unit: 'Count',
      dimensions,
      timestamp: at,
      values: [value],
      counts: [1],
    });
    /** The last figure of errors in a graph, in a time when so many of 100 calls failed. */
    const drawn = (title: string, failed: number) => {
      const store = new MetricStore();
      store.add([point(calls, 100), point({ ...calls, 'status.code': 'STATUS_CODE_ERROR' }, failed)]);
      const widget = graphs.find(({ properties }) => properties.title === title) as Widget;
      return seriesOf(widget, store)
        .find(({ label }) => label.startsWith('Error rate'))
        ?.points.at(-1)?.[1];
    };
    expect(drawn('Burn, Hong Kong to mainland', 30)).toBeCloseTo(30 / allowed);
    // Nine are too few to be judged.
    expect(drawn('Burn, Hong Kong to mainland', 9)).toBe(0);
    expect(drawn('Budget left, Hong Kong to mainland', 0)).toBe(100);
    expect(drawn('Budget left, Hong Kong to mainland', allowed / 2)).toBeCloseTo(50);
    expect(drawn('Budget left, Hong Kong to mainland', allowed * 1.5)).toBeCloseTo(-50);
  });

  test('objectives are drawn where they are judged', () => {
    const drawn = (title: string) =>
      graphs.find(({ properties }) => properties.title === title)?.properties.annotations?.horizontal?.[0]?.value;
    const { p99Ms, errorPercent } = config.observe.objectives;
    expect(drawn('Hong Kong calls the mainland: duration')).toBe(p99Ms['hk-cn']);
    expect(drawn('The mainland calls Hong Kong: duration')).toBe(p99Ms['cn-hk']);
    expect(drawn('Within Hong Kong: duration')).toBe(p99Ms.none);
    expect(drawn('Within Hong Kong: errors')).toBe(errorPercent);
  });

  test('the link between a metric and its emitter holds both ways', () => {
    const namespace = metricNamespace(environment);
    const known = everyMetric.flatMap((metric) =>
      metric.dimensions.map((set) => ({ key: key(metric.namespace ?? namespace, metric.name, set), metric })),
    );
    const read = new Set([
      ...shown.flatMap(metricsIn),
      ...searches(widgets).map((search) => key(search.namespace, search.name, search.dimensions)),
      ...[...resourcesOf(environment).values()]
        .filter(({ Type, Properties }) => Type === 'AWS::CloudWatch::Alarm' && Properties.AlarmName)
        .flatMap(({ Properties }) => {
          const asked = insightsOf(Properties as AlarmProperties);
          return asked
            ? [key(asked.metric.namespace, asked.metric.name, asked.dimensions)]
            : entriesOf(Properties as AlarmProperties).flatMap(({ metric }) =>
                metric ? [key(metric.namespace, metric.name, Object.keys(metric.dimensions))] : [],
              );
        }),
    ]);
    // No orphan: what is read, something sends.
    expect([...read].filter((one) => !known.some((metric) => metric.key === one))).toEqual([]);
    // Nothing is sent and paid for that nobody sees, or there is a reason.
    const unseen = known.filter((one) => !read.has(one.key) && !one.metric.notShown && !one.metric.namespace);
    expect(unseen.map((one) => one.key)).toEqual([]);
  });
});
