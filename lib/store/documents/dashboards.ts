/** What is found in OpenSearch Dashboards on the first visit: index patterns, a dashboard of traces, settings. */

import { serviceMapIndex, spanIndices } from '../../contract/indices';
import type { Documents } from './document';

/** Dashboards keeps texts in texts. */
const json = (value: unknown): string => JSON.stringify(value);

interface SavedObject {
  readonly type: 'index-pattern' | 'visualization' | 'search' | 'dashboard';
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[];
}

const spansPattern = 'harbourline-spans';
const indexReference = 'kibanaSavedObjectMeta.searchSourceJSON.index';
const onSpans = [{ name: indexReference, type: 'index-pattern', id: spansPattern }];
const search = (query = '') => ({
  searchSourceJSON: json({ query: { query, language: 'kuery' }, filter: [], indexRefName: indexReference }),
});

const pattern = (id: string, title: string, timeFieldName?: string): SavedObject => ({
  type: 'index-pattern',
  id,
  attributes: { title, ...(timeFieldName ? { timeFieldName } : {}) },
  references: [],
});

/** One graph over time. */
const overTime = (id: string, title: string, query: string, metric: object, split?: string): SavedObject => ({
  type: 'visualization',
  id,
  attributes: {
    title,
    description: '',
    version: 1,
    uiStateJSON: '{}',
    visState: json({
      title,
      type: 'line',
      params: { type: 'line', addLegend: true, addTooltip: true, legendPosition: 'bottom' },
      aggs: [
        { id: '1', enabled: true, schema: 'metric', ...metric },
        {
          id: '2',
          enabled: true,
          schema: 'segment',
          type: 'date_histogram',
          params: { field: 'startTime', interval: 'auto' },
        },
        ...(split
          ? [
              {
                id: '3',
                enabled: true,
                schema: 'group',
                type: 'terms',
                params: { field: split, size: 10, order: 'desc', orderBy: '_key' },
              },
            ]
          : []),
      ],
    }),
    kibanaSavedObjectMeta: search(query),
  },
  references: onSpans,
});

const columns = ['serviceName', 'name', 'durationInNanos', 'status.code', 'span.attributes.crossing', 'traceId'];
const slowest: SavedObject = {
  type: 'search',
  id: 'harbourline-slowest-calls',
  attributes: {
    title: 'Slowest calls over the border',
    description: '',
    version: 1,
    columns,
    sort: [['durationInNanos', 'desc']],
    kibanaSavedObjectMeta: search('span.attributes.crossing: (hk-cn or cn-hk)'),
  },
  references: onSpans,
};

const duration = (percents: readonly number[]) => ({
  type: 'percentiles',
  params: { field: 'durationInNanos', percents },
});
const panels = [
  overTime(
    'harbourline-crossing-duration',
    'Kept calls over the border: duration in ns (every call is counted in CloudWatch)',
    'span.attributes.crossing: (hk-cn or cn-hk)',
    duration([50, 95]),
    'span.attributes.crossing',
  ),
  overTime(
    'harbourline-errors',
    'Kept spans with errors, by service',
    'status.code: 2',
    { type: 'count', params: {} },
    'serviceName',
  ),
  overTime('harbourline-kept', 'Kept spans, by service', '', { type: 'count', params: {} }, 'serviceName'),
  slowest,
];

const dashboard: SavedObject = {
  type: 'dashboard',
  id: 'harbourline-traces',
  attributes: {
    title: 'Harbourline: traces',
    description:
      'What is kept: 10 to 30 % of ordinary traces, errors and slow ones. For shares and percentiles see CloudWatch.',
    version: 1,
    timeRestore: true,
    timeFrom: 'now-1h',
    timeTo: 'now',
    optionsJSON: json({ useMargins: true, hidePanelTitles: false }),
    panelsJSON: json(
      panels.map((_, at) => ({
        panelIndex: `${at}`,
        gridData: { x: (at % 2) * 24, y: Math.floor(at / 2) * 15, w: 24, h: 15, i: `${at}` },
        embeddableConfig: {},
        panelRefName: `panel_${at}`,
      })),
    ),
    kibanaSavedObjectMeta: { searchSourceJSON: json({ query: { query: '', language: 'kuery' }, filter: [] }) },
  },
  references: panels.map(({ type, id }, at) => ({ name: `panel_${at}`, type, id })),
};

/** Saved objects, and the settings of everybody who has not set their own. */
export const dashboardsDocuments = (): Documents => ({
  'dashboards-objects/harbourline': {
    objects: [
      pattern(spansPattern, spanIndices, 'startTime'),
      pattern('harbourline-service-map', serviceMapIndex),
      ...panels,
      dashboard,
    ],
  },
  'dashboards-settings/harbourline': {
    defaultIndex: spansPattern,
    // Where an incident is talked about, whatever the browser's zone.
    'dateFormat:tz': 'Asia/Hong_Kong',
    // A time picker that shows nothing looks like a store that is empty.
    'timepicker:timeDefaults': json({ from: 'now-1h', to: 'now' }),
  },
});
