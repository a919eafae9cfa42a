/** The link to the mainland: paths, what crosses it, what is turned away. */
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../../config/schema';
import { type LinkedConfig, linked, probedPaths } from '../../contract/link-parameters';
import type { BoundPath } from '../../contract/link-paths';
import {
  continuityOutcomes,
  firewallMetrics,
  flowMetrics,
  lineMetrics,
  outcomeDimension,
  probeMetrics,
  relayMetrics,
  sideDimension,
  tierDimension,
} from '../../contract/metrics';
import { namesOf } from '../../contract/names';
import type { Watched } from '../alarms/alarm';
import { figureOf, linkLoss, roundTrip } from '../expressions';
import { pathOut, pathState } from '../paths';
import { type Row, rowsDashboard } from './widgets';

/**
 * Round trip and loss of every path: the link itself, without services. None where there is no link.
 *
 * @param bound paths, where they are known: in the stack that makes them
 */
export function linkRows({ config }: Pick<Watched, 'config'>, bound: readonly BoundPath[] = []): Row[] {
  if (!config.link) return [];
  const { environment, link } = config;
  const paths = probedPaths(linked(config)).map(({ name }) => name);
  return [
    {
      title: 'The link alone',
      read: {
        en: 'Same minutes as above. Round trip up by what the calls above are up: it is the link. Round trip as ever: it is the mainland service. Loss: calls stall for seconds.',
        zh: '与上图同一时间轴。往返时延与上图同幅上升：专线有问题；时延如常：内地服务有问题；丢包：调用会停顿数秒。',
      },
      links: {
        runbook: ['The link', 'Link round trip', 'Link loss', 'Link down'],
        traces: `--crossing hk-cn --slow ${config.observe.objectives.p99Ms['hk-cn']}ms --since 1h`,
        logs: { groups: `/aws/vendedlogs/${namesOf(config).delivered}/` },
      },
      graphs: [
        {
          title: 'The link: round trip',
          metrics: paths.flatMap((path) => (['p50', 'p95'] as const).map((p) => roundTrip(environment, path, p))),
          width: 12,
          unit: 'ms',
          threshold: { value: link.probe.rttMs, label: `alarm above ${link.probe.rttMs} ms` },
        },
        {
          title: 'The link: loss',
          metrics: paths.map((path) => linkLoss(environment, path)),
          width: bound.length > 0 ? 6 : 12,
          unit: '%',
          threshold: { value: link.probe.lossPercent, label: `alarm above ${link.probe.lossPercent} %` },
        },
        ...(bound.length > 0
          ? [
              {
                title: 'The link: tunnels and BGP',
                metrics: bound.map((path) => pathState(path, 'Minimum')),
                width: 6,
                unit: '1 = up',
                max: 1,
              },
            ]
          : []),
      ],
    },
  ];
}

/** What leaves, all of it: calls of services, probes and aggregates. */
function bytesRow(config: EnvironmentConfig, bound: readonly BoundPath[]): Row {
  const [tunnels, lines] = (['tunnel', 'interface'] as const).map((kind) =>
    bound.filter((path) => path.kind === kind).map(pathOut),
  ) as [Metric[], Metric[]];
  return {
    title: 'How much crosses the border',
    read: {
      en: 'Everything that leaves by a path, calls of services included. A path that carries tunnels counts their bytes, too. Raw spans are in none of it: relays have no pipeline for them.',
      zh: '经各路径流出的全部内容，含业务调用。承载隧道的路径也计入隧道的字节。其中没有原始 span：中继没有 trace 管道。',
    },
    links: {
      runbook: ['The link', 'Flows rejected on the link'],
      traces: '--crossing hk-cn --since 1h',
      logs: { groups: `/aws/vendedlogs/${namesOf(config).delivered}/` },
    },
    graphs: [
      ...(tunnels.length > 0
        ? [{ title: 'To the mainland, by tunnel', metrics: tunnels, width: 12, unit: 'bytes in five minutes' }]
        : []),
      ...(lines.length > 0
        ? [{ title: 'To the mainland, by virtual interface', metrics: lines, width: 12, unit: 'bit/s' }]
        : []),
    ],
  };
}

/** Makes it, in the stack that makes the paths: it shows this environment's, and not those that an account has beside them. */
export function linkDashboard(scope: Construct, config: LinkedConfig, bound: readonly BoundPath[]): void {
  const { environment } = config;
  const relay = { [tierDimension]: 'relay' };
  const rows: Row[] = [
    ...linkRows({ config }, bound),
    {
      title: 'Does what is sent arrive as it was sent?',
      read: {
        en: 'A call a minute through the link. Lost or changed: something on the way strips or rewrites traceparent. Unreachable: the far end or a rule. Rejected flows say which side and which port.',
        zh: '每分钟一次的探测调用。lost/changed：途中设备剥离或改写 traceparent；unreachable：对端或规则问题。被拒流量图显示方向。',
      },
      links: {
        runbook: ['Traceparent across the link', 'Flows rejected on the link', 'Lines of the allow-list end'],
        traces: '--crossing hk-cn --since 1h',
        logs: { groups: `/aws/vendedlogs/${namesOf(config).delivered}/` },
      },
      graphs: [
        {
          title: 'Traceparent across the link',
          metrics: continuityOutcomes.map((outcome) =>
            figureOf(environment, probeMetrics.continuity, { [outcomeDimension]: outcome }, 'Sum', outcome),
          ),
          width: 8,
          unit: 'calls a minute',
        },
        {
          title: 'Flows rejected on the link',
          metrics: (
            [
              ['ACLs', flowMetrics.rejected],
              ['firewall', firewallMetrics.dropped],
            ] as const
          ).flatMap(([by, metric]) =>
            (['egress', 'ingress'] as const).map((side) =>
              figureOf(environment, metric, { [sideDimension]: side }, 'Sum', `${side}, by ${by}`),
            ),
          ),
          width: 8,
          unit: 'flows a minute',
        },
        {
          title: "Days of the link's certificate and of the next line that ends",
          metrics: [
            figureOf(environment, probeMetrics.certificateDays, relay, 'Minimum', 'certificate'),
            figureOf(environment, lineMetrics.daysLeft, {}, 'Minimum', 'line of the allow-list'),
          ],
          width: 8,
          unit: 'days',
        },
      ],
    },
    {
      title: 'Aggregates on their way to the mainland',
      read: {
        en: 'Points in, points out, and what waits. Out below in is what small groups and the list of names hold back; a growing queue is a link that is down, and loses nothing.',
        zh: '进入、送出与排队的数据点。送出少于进入：被小样本抑制或名单过滤；队列增长：链路中断，数据不丢。',
      },
      links: { runbook: ['Aggregates wait at the relays'], logs: { where: "tier = 'relay'" } },
      graphs: [
        {
          title: 'Points taken from samplers',
          metrics: [figureOf(environment, relayMetrics.accepted, relay, 'Sum', 'taken')],
          width: 8,
          unit: 'points a minute',
        },
        {
          title: 'Points that the mainland took',
          metrics: [
            figureOf(environment, relayMetrics.sent, { ...relay, exporter: 'otlp_http/mainland' }, 'Sum', 'sent'),
          ],
          width: 8,
          unit: 'points a minute',
        },
        {
          title: 'Waiting at the relays, and not taken',
          metrics: [figureOf(environment, relayMetrics.queued, relay, 'Maximum', 'bytes that wait')],
          width: 8,
          unit: 'bytes',
          right: {
            metrics: [figureOf(environment, relayMetrics.notQueued, relay, 'Sum', 'points not taken')],
            unit: 'points',
          },
        },
      ],
    },
  ];
  rowsDashboard(scope, { config }, 'link', [...rows, bytesRow(config, bound)]);
}
