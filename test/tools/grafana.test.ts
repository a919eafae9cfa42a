import { synthesise } from '../../rehearsal/stage/synthesised';
import { grafana } from '../../tools/preview/grafana';
import { configOf } from '../support/app';

const { dashboards: bodies, dispose } = synthesise(configOf('dev'));
afterAll(dispose);

/** Of a graph, as Grafana gets it. */
type Panel = Record<string, any>;

describe.each(bodies.map((body) => [body.name, body] as const))('%s for Grafana', (name, body) => {
  const made = JSON.parse(JSON.stringify(grafana(body)));
  const panels: Panel[] = made.panels;
  const graphs = panels.filter(({ type }) => type === 'timeseries');

  test('has an id of its own that Grafana takes, and a choice of data source', () => {
    expect(made).toMatchObject({ uid: name, title: name, schemaVersion: expect.any(Number) });
    expect(name.length).toBeLessThanOrEqual(40);
    expect(made.templating.list).toEqual([
      expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'cloudwatch' }),
    ]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  test('has a panel for each widget, in its place, with its title, texts and limits', () => {
    expect(panels.map(({ gridPos: { x, y, w, h } }) => [x, y, w, h])).toEqual(
      body.widgets.map(({ x, y, width, height }) => [x, y, width, height]),
    );
    for (const [index, { type, properties }] of body.widgets.entries()) {
      const panel = panels[index]!;
      if (type === 'text') expect(panel).toMatchObject({ type: 'text', options: { content: properties.markdown } });
      else expect(panel.title).toBe(properties.title);
      if (type === 'alarm')
        for (const arn of properties.alarms ?? []) expect(panel.options.content).toContain(arn.split(':alarm:')[1]);
      if (properties.view === 'singleValue') expect(panel).toMatchObject({ type: 'stat' });
      if (type !== 'metric' || properties.view === 'singleValue') continue;
      const limits = (properties.annotations?.horizontal ?? []).map(({ value }) => value);
      const { steps } = panel.fieldConfig.defaults.thresholds;
      expect(steps.slice(1).map(({ value }: { value: number }) => value)).toEqual(limits);
      expect(steps[0].value).toBeNull();
      expect(panel.fieldConfig.defaults).toMatchObject({ min: properties.yAxis?.left?.min });
    }
  });

  test('asks what CloudWatch is asked: every metric and expression, and nothing is named that is not there', () => {
    const asked = body.widgets.map(({ properties }) => (properties.metrics ?? []).length);
    expect(panels.map(({ targets = [] }) => targets.length)).toEqual(asked);
    for (const { title, targets } of graphs) {
      const ids = targets.map(({ id }: Panel) => id).filter(Boolean);
      expect([title, new Set(ids).size]).toEqual([title, ids.length]);
      expect(new Set(targets.map(({ refId }: Panel) => refId)).size).toBe(targets.length);
      for (const { expression, namespace, metricName, region, period, metricEditorMode, statistic } of targets) {
        expect(region).toBe('ap-east-1');
        expect(Number(period) % 60).toBe(0);
        // One or the other.
        expect([title, Boolean(expression)]).toEqual([title, !(namespace && metricName)]);
        expect(metricEditorMode).toBe(expression ? 1 : 0);
        if (/^(SEARCH|SELECT|SORT\(SEARCH)/.test(expression) || !expression)
          expect(statistic).toMatch(/^([A-Z][A-Za-z]+|p\d+|PR\(.*\))$/);
        else {
          const named = expression.match(/\b[a-z][a-z_]*\w*\b/g) ?? [];
          expect([title, named.filter((id: string) => !ids.includes(id))]).toEqual([title, []]);
        }
      }
    }
  });
});

test('what looks back further, and what has an axis on the right, does so in Grafana', () => {
  const all: Panel[] = bodies.flatMap((body) => grafana(body).panels);
  const of = (title: string) => all.find((panel) => panel.title === title);
  expect(of('Budget left, within Hong Kong')).toMatchObject({ timeFrom: '30d' });
  expect(of('Within Hong Kong: duration')).not.toHaveProperty('timeFrom');
  expect(of('Waiting at the relays, and not taken')).toMatchObject({
    targets: [{ refId: 'A' }, { refId: 'B' }],
    fieldConfig: {
      defaults: { custom: { axisLabel: 'bytes' } },
      overrides: [
        {
          matcher: { id: 'byFrameRefID', options: 'B' },
          properties: expect.arrayContaining([{ id: 'custom.axisLabel', value: 'points' }]),
        },
      ],
    },
  });
});
