/** The first picture to look at: which side is slow or fails, and since when. */

import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Alarm, AlarmStatusWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../../config/schema';
import { alarmName } from '../../contract/alarms';
import type { Crossing } from '../../contract/metrics';
import { namesOf } from '../../contract/names';
import type { Watched } from '../alarms/alarm';
import { incidents } from '../alarms/incidents';
import { continuity, errorRate, percentile, volume } from '../calls';
import { incidentTimes, recoveryChange } from '../expressions';
import { borderRow } from './border';
import { budgetRows } from './budgets';
import { namedRows } from './by-name';
import { linkRows } from './link';
import { type Row, rowsDashboard } from './widgets';
import { worded } from './words';

/** How long, how often wrong, how many: the three graphs of a crossing. */
function crossing(
  { environment, observe: { objectives } }: EnvironmentConfig,
  name: Crossing,
  title: string,
  read: Row['read'],
): Row {
  const limit = objectives.p99Ms[name];
  return {
    title,
    read,
    links: {
      runbook: [`P99 ${name}`, `Error rate ${name}`],
      // Servers in Hong Kong have no crossing: their traces are found by how long they last.
      traces: `${name === 'none' ? '' : `--crossing ${name} `}--slow ${limit}ms --since 1h`,
      logs: { where: `crossing = '${name}'` },
    },
    graphs: [
      {
        title: `${title}: duration`,
        metrics: (['p50', 'p95', 'p99'] as const).map((statistic) => percentile(environment, name, statistic)),
        width: 12,
        unit: 'ms',
        threshold: { value: limit, label: `p99 objective ${limit} ms` },
        marks: true,
      },
      {
        title: `${title}: errors`,
        metrics: [errorRate(environment, name)],
        width: 6,
        unit: '%',
        threshold: { value: objectives.errorPercent, label: `objective ${objectives.errorPercent} %` },
      },
      { title: `${title}: calls a minute`, metrics: [volume(environment, name)], width: 6, unit: 'calls' },
    ],
  };
}

/** State of the incidents, above everything. */
function states(scope: Construct, config: EnvironmentConfig): AlarmStatusWidget {
  const alarms = Object.values(incidents).map(({ heading }, index) =>
    Alarm.fromAlarmArn(
      scope,
      `Incident${index}`,
      Stack.of(scope).formatArn({
        service: 'cloudwatch',
        resource: 'alarm',
        resourceName: alarmName(namesOf(config), heading),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ),
  );
  return new AlarmStatusWidget({ title: worded(config.observe.language, 'Incidents'), alarms, width: 24, height: 2 });
}

/** Makes it. */
export function crossRegionDashboard(scope: Construct, watched: Watched): void {
  const { config } = watched;
  const { environment } = config;
  const rows: Row[] = [
    borderRow(watched),
    crossing(config, 'hk-cn', 'Hong Kong calls the mainland', {
      en: 'Timed by the caller: the link, both ways, and the mainland service are in it. All three percentiles up: everything is slower. Only p99 up: some calls are.',
      zh: '由香港调用方计时，含专线往返与内地服务耗时。三条百分位线同升：整体变慢；仅 p99 升：部分调用变慢。',
    }),
    ...linkRows(watched),
    crossing(config, 'cn-hk', 'The mainland calls Hong Kong', {
      en: 'Timed by the server in Hong Kong: the link is not in it. Slow here means slow in Hong Kong.',
      zh: '由香港服务端计时，不含专线。此处变慢即香港侧变慢。',
    }),
    crossing(config, 'none', 'Within Hong Kong', {
      en: 'Servers in Hong Kong, with all that they wait for. Up together with the first row: they wait for the mainland. Up alone: Hong Kong is at fault.',
      zh: '香港服务端耗时，含其等待的一切调用。与第一行同升：在等待内地；单独上升：问题在香港。',
    }),
    ...budgetRows(watched),
    ...namedRows(config),
    {
      title: 'Do traces stay whole?',
      read: {
        en: 'Calls from the mainland that arrive with traceparent. A step down is a release or a proxy that strips the header; a slope is a growing caller.',
        zh: '来自内地且带 traceparent 的调用占比。骤降：新发布或代理剥离了该头；缓降：未接入的调用方在增多。',
      },
      links: {
        runbook: ['Trace continuity', 'Traceparent across the link'],
        traces: '--crossing cn-hk --since 1h',
        logs: { where: "crossing = 'cn-hk'" },
      },
      graphs: [
        {
          title: 'Trace continuity over the border',
          metrics: [continuity(environment)],
          width: 24,
          unit: '%',
          min: 90,
          max: 100,
          threshold: { value: 99, label: 'alarm below 99 %' },
        },
      ],
    },
    {
      title: 'How long do incidents last?',
      read: {
        en: 'From the first breach to the end of the last; what comes back within a quarter of an hour is one incident. A mean over few incidents jumps: look at how many there were, and at four weeks at a time. Weeks without an incident have no point.',
        zh: '自首次越限至最后一次越限结束；十五分钟内再次出现的算同一次故障。样本少时均值波动大：请看次数，并按四周比较。无故障的周没有数据点。',
      },
      links: {
        runbook: ['Calls to the mainland', 'Services in Hong Kong', 'The link', 'Tracing'],
        traces: '--errors --since 1h',
        logs: { where: 'ispresent(crossing)' },
      },
      graphs: [
        {
          title: 'Time to recovery by week, twelve weeks',
          metrics: (['page', 'inform'] as const).flatMap((severity) =>
            (['Average', 'Maximum'] as const).map((statistic) =>
              incidentTimes(environment, 'recovery', severity, statistic),
            ),
          ),
          width: 6,
          unit: 's',
          start: '-P84D',
        },
        {
          title: 'Time until people are notified, by week, twelve weeks',
          metrics: (['Average', 'Maximum'] as const).map((statistic) =>
            incidentTimes(environment, 'detection', 'page', statistic),
          ),
          width: 6,
          unit: 's',
          start: '-P84D',
        },
        {
          title: 'Pages by week, twelve weeks',
          metrics: [incidentTimes(environment, 'recovery', 'page', 'SampleCount')],
          width: 6,
          unit: 'Count',
          start: '-P84D',
        },
        {
          title: 'Time to recovery of pages, against the first four weeks shown',
          metrics: [recoveryChange(environment)],
          width: 6,
          unit: '%',
          start: '-P168D',
        },
      ],
    },
  ];
  rowsDashboard(scope, watched, 'cross-region', rows, [states(scope, config)]);
}
