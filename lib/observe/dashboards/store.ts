/** The trace store. */
import type { Construct } from 'constructs';
import { domainName as domainNameOf } from '../../contract/access';
import { domainMetrics, tierDimension, writerMetrics } from '../../contract/metrics';
import { namesOf } from '../../contract/names';
import type { Watched } from '../alarms/alarm';
import { domain, figureOf } from '../expressions';
import { type Row, rowsDashboard } from './widgets';

/** Makes it. */
export function storeDashboard(scope: Construct, watched: Watched): void {
  const { config, domainName } = watched;
  const logs = { groups: `/aws/OpenSearchService/${domainNameOf(namesOf(config))}/` };
  const of = (metric: (typeof domainMetrics)[keyof typeof domainMetrics], ...rest: ['Minimum' | 'Sum'] | []) =>
    domain(domainName, config.account, metric, ...rest);
  const writer = (metric: (typeof writerMetrics)[keyof typeof writerMetrics], statistic: string, label: string) =>
    figureOf(config.environment, metric, { [tierDimension]: 'sampler' }, statistic, label);
  const rows: Row[] = [
    {
      title: 'Is it there?',
      read: {
        en: 'Either line at 1 is an incident: a primary shard is missing, or the domain refuses writes. Spans wait on the disks of the samplers meanwhile.',
        zh: '任一线为 1 即为故障：主分片缺失，或域拒绝写入。其间 span 暂存于 sampler 磁盘。',
      },
      links: { runbook: ['Store red', 'Store yellow', 'Store refuses writes'], logs },
      graphs: [
        {
          title: 'Red, writes blocked',
          metrics: [of(domainMetrics.red), of(domainMetrics.writesBlocked)],
          width: 12,
          unit: '1 = yes',
          max: 1,
          threshold: { value: 1, label: 'alarm' },
        },
        { title: 'Documents', metrics: [of(domainMetrics.documents)], width: 12, unit: 'documents' },
      ],
    },
    {
      title: 'Will it stay so?',
      read: {
        en: 'Of the fullest or busiest node. The service blocks writes below 20 % or 20 GiB of free storage, whichever is less, and at a heap above 92 % for half an hour.',
        zh: '取最满或最忙的节点。可用空间低于 20 % 或 20 GiB（取较小者）、或堆超过 92 % 达半小时，服务将拒绝写入。',
      },
      links: { runbook: ['Store fills up', 'Store short of memory', 'Store busy'], logs },
      graphs: [
        { title: 'Free storage', metrics: [of(domainMetrics.freeStorage, 'Minimum')], width: 8, unit: 'MiB' },
        {
          title: 'Heap',
          metrics: [of(domainMetrics.heap)],
          width: 8,
          unit: '%',
          max: 100,
          threshold: { value: 92, label: 'writes are blocked' },
        },
        { title: 'Processor', metrics: [of(domainMetrics.processor)], width: 8, unit: '%', max: 100 },
      ],
    },
    {
      title: 'How fast does it answer?',
      read: {
        en: 'Time on a shard, without the way there. Searches slow: too much is asked, or too wide. Indexing slow: disk or merges; the writers hold back before anything is lost.',
        zh: '分片内耗时，不含网络。查询慢：查询过多或过宽；写入慢：磁盘或段合并，写入端会先行减速，不丢数据。',
      },
      links: { runbook: ['Store busy', 'Writer slow'], logs },
      graphs: [
        {
          title: 'Time of a search, of an indexing operation',
          metrics: [of(domainMetrics.searchLatency), of(domainMetrics.indexingLatency)],
          width: 24,
          unit: 'ms',
        },
      ],
    },
    {
      title: 'What do the writers meet?',
      read: {
        en: 'Documents stored, requests that come again, and documents that the store took only in another shape or not at all. Dead letters keep the reason; anything there asks for a look.',
        zh: '已写入文档、重试请求，以及改形后写入或被拒绝的文档。死信中记有原因，出现即需查看。',
      },
      links: {
        runbook: ['Dead letters', 'Request not taken', 'Many attribute keys', 'Writer slow'],
        logs: { where: "tier = 'sampler'" },
      },
      graphs: [
        {
          title: 'Documents stored',
          metrics: [writer(writerMetrics.stored, 'Sum', 'stored')],
          width: 6,
          unit: 'documents a minute',
        },
        {
          title: 'Sent again, defused, dead',
          metrics: [
            writer(writerMetrics.retried, 'Sum', 'requests sent again'),
            writer(writerMetrics.defused, 'Sum', 'documents defused'),
            writer(writerMetrics.dead, 'Sum', 'dead letters'),
            writer(writerMetrics.lettersDropped, 'Sum', 'dead letters without room'),
            writer(writerMetrics.dropped, 'Sum', 'requests not taken'),
          ],
          width: 6,
          unit: 'a minute',
        },
        {
          title: 'Attributes that are no fields',
          metrics: [
            writer(writerMetrics.aside, 'Sum', 'keys over the budget'),
            writer(writerMetrics.collided, 'Sum', 'keys that collide'),
          ],
          width: 6,
          unit: 'a minute',
        },
        {
          title: 'Time of a bulk request',
          metrics: (['p50', 'p99'] as const).map((p) => writer(writerMetrics.latency, p, p)),
          width: 6,
          unit: 'ms',
          threshold: { value: 5_000, label: 'alarm above 5 s' },
        },
      ],
    },
  ];
  rowsDashboard(scope, watched, 'store', rows);
}
