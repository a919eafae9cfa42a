/** Calls by name: of whom, to whom, and which operation. Synth knows no names: each graph shows the ten that have most. */
import type { EnvironmentConfig } from '../../../config/schema';
import { byDestination, byOperation, byService } from '../calls';
import type { Row } from './widgets';

/** The rows, from callers to operations. */
export function namedRows({ environment, observe }: EnvironmentConfig): Row[] {
  const { p99Ms } = observe.objectives;
  const logs = { where: 'ispresent(crossing)' };
  return [
    {
      title: 'By service',
      read: {
        en: 'p99 of the ten slowest services. One line up: that service. All of them: what they share, such as the link or the database.',
        zh: '最慢十个服务的 p99。仅一条上升：该服务有问题；全部上升：共用部分（专线、数据库等）有问题。',
      },
      links: {
        runbook: ['Services in Hong Kong', 'P99 none'],
        traces: `--service NAME --slow ${p99Ms.none}ms --since 1h`,
        logs,
      },
      graphs: (
        [
          ['hk-cn', 'Hong Kong to mainland'],
          ['cn-hk', 'mainland to Hong Kong'],
          ['none', 'within Hong Kong'],
        ] as const
      ).map(([name, title]) => ({
        title: `By service, ${title}: p99`,
        metrics: [byService(environment, name, 'p99')],
        width: 8,
        unit: 'ms',
        marks: true,
      })),
    },
    {
      title: 'By service: how many, how many failed',
      read: {
        en: 'Calls of the ten services with most. A service whose failed calls follow its calls is overloaded; failed calls that step up are a release, a rule or the other side.',
        zh: '调用数与失败数最多的十个服务。失败随调用量增长：过载；失败骤增：新发布、规则变更或对端故障。',
      },
      links: {
        runbook: ['A service fails', 'A caller of the mainland fails'],
        traces: '--service NAME --errors --since 1h',
        logs,
      },
      graphs: [
        {
          title: 'By service, Hong Kong to mainland: failed calls a minute',
          metrics: [byService(environment, 'hk-cn', 'failed')],
          width: 8,
          unit: 'calls',
        },
        {
          title: 'By service, within Hong Kong: failed calls a minute',
          metrics: [byService(environment, 'none', 'failed')],
          width: 8,
          unit: 'calls',
        },
        {
          title: 'By service, within Hong Kong: calls a minute',
          metrics: [byService(environment, 'none', 'calls')],
          width: 8,
          unit: 'calls',
        },
      ],
    },
    {
      title: 'By destination in the mainland',
      read: {
        en: 'The same calls by where they go, as the service map calls it. One destination up: its team in the mainland. All of them: the link, or what stands before them. "other" is what is beyond the budget of names.',
        zh: '同样的调用，按内地目标划分，名称与服务地图一致。仅一个目标上升：找内地该团队；全部上升：链路或其前置设备。other 为超出名称预算的部分。',
      },
      links: {
        runbook: ['A destination in the mainland fails', 'Error rate hk-cn'],
        traces: '--crossing hk-cn --errors --since 1h',
        logs: { where: 'ispresent(`call.destination`)' },
      },
      graphs: [
        {
          title: 'By destination: p99',
          metrics: [byDestination(environment, 'p99')],
          width: 8,
          unit: 'ms',
          threshold: { value: p99Ms['hk-cn'], label: `p99 objective ${p99Ms['hk-cn']} ms` },
        },
        {
          title: 'By destination: failed calls a minute',
          metrics: [byDestination(environment, 'failed')],
          width: 8,
          unit: 'calls',
        },
        {
          title: 'By destination: calls a minute',
          metrics: [byDestination(environment, 'durations')],
          width: 8,
          unit: 'calls',
        },
      ],
    },
    {
      title: 'Slow and failing operations',
      read: {
        en: 'Operations of servers in Hong Kong, by service: the ten slowest, and the ten that fail most. A step at a mark is a release. "other" is what is beyond the budget of names.',
        zh: '香港服务端的操作，按服务：最慢的十个与失败最多的十个。在标记处骤变：新发布。other 为超出名称预算的部分。',
      },
      links: {
        runbook: ['P99 none', 'Error rate none', 'More names than the budget'],
        traces: `--slow ${p99Ms.none}ms --since 1h`,
        logs: { where: 'ispresent(`call.operation`)' },
      },
      graphs: [
        {
          title: 'Slowest operations: p99',
          metrics: [byOperation(environment, 'p99')],
          width: 12,
          unit: 'ms',
          marks: true,
        },
        {
          title: 'Operations that fail most: failed calls a minute',
          metrics: [byOperation(environment, 'failed')],
          width: 12,
          unit: 'calls',
          marks: true,
        },
      ],
    },
  ];
}
