import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  type MetricAlarm,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { DescribeVpnConnectionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { ListSubscriptionsByTopicCommand, type SNSClient } from '@aws-sdk/client-sns';
import { gateHeadings } from '../../lib/observe/alarms/flow';
import type { Answer } from '../preflight/check';
import { answer } from '../preflight/check';
import { ofType } from '../preflight/plan';
import type { Environment } from '../review/changes';

/** Clients that are asked after a deployment. */
export interface Aws {
  readonly cloudWatch: Pick<CloudWatchClient, 'send'>;
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
}

/** Most names that one call takes. Source: CloudWatch API reference, DescribeAlarms. */
const namesInACall = 100;

const named = (environment: Environment, type: string) =>
  ofType(environment, type).flatMap(({ Properties }) => (Properties?.AlarmName ? [Properties] : []));

/** Are all alarms of the templates there, those that page above all; able to notify; and quiet? */
export async function alarms({ cloudWatch, sns }: Aws, environment: Environment): Promise<Answer[]> {
  // Those that only drive scaling have no name, and nobody is notified of them.
  const metric = named(environment, 'AWS::CloudWatch::Alarm').map(({ AlarmName }) => String(AlarmName));
  const composite = named(environment, 'AWS::CloudWatch::CompositeAlarm').map(({ AlarmName }) => String(AlarmName));
  const names = [...metric, ...composite];
  const found: Pick<MetricAlarm, 'AlarmName' | 'ActionsEnabled' | 'StateValue' | 'AlarmActions'>[] = [];
  for (let from = 0; from < names.length; from += namesInACall) {
    const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(from, from + namesInACall),
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: namesInACall,
      }),
    );
    found.push(...MetricAlarms, ...CompositeAlarms);
  }
  const missing = names.filter((name) => !found.some(({ AlarmName }) => AlarmName === name));
  const off = found.flatMap(({ ActionsEnabled, AlarmName = '' }) => (ActionsEnabled === false ? [AlarmName] : []));
  const red = found.flatMap(({ StateValue, AlarmName = '' }) =>
    // A gate says that something is in use: that is how it should be.
    StateValue === 'ALARM' && !isGate(AlarmName) ? [AlarmName] : [],
  );
  return [
    answer(
      missing.length === 0,
      `${metric.length} metric and ${composite.length} composite alarms`,
      missing.length > 0 ? `missing: ${missing.join(', ')}` : 'there',
      'Deploy the stacks Observe and Link again.',
    ),
    answer(
      off.length === 0,
      'alarms may notify',
      off.join(', ') || 'actions are on',
      `aws cloudwatch enable-alarm-actions --alarm-names ${off.map((name) => `'${name}'`).join(' ')}`,
    ),
    ...(await subscriptions({ sns }, [...new Set(found.flatMap(({ AlarmActions = [] }) => AlarmActions))])),
    answer(
      red.length === 0,
      'alarms are quiet',
      red.join(', ') || 'none in alarm',
      'docs/runbook.md has a heading for each.',
    ),
  ];
}

const isGate = (name: string): boolean => gateHeadings.some((heading) => name.endsWith(`: ${heading}`));

/** Does a person, or a system of theirs, get what each topic of the alarms sends? */
async function subscriptions({ sns }: Pick<Aws, 'sns'>, actions: readonly string[]): Promise<Answer[]> {
  const topics = actions.filter((arn) => arn.split(':')[2] === 'sns');
  if (topics.length === 0) {
    return [
      answer(false, 'topics of the alarms', 'none: no alarm notifies anybody', 'Deploy the stack Observe again.'),
    ];
  }
  return Promise.all(
    topics.map(async (TopicArn) => {
      const { Subscriptions: all = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      const confirmed = all.filter(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:'));
      const waiting = all.length - confirmed.length;
      return answer(
        confirmed.length > 0,
        `topic ${TopicArn.split(':').at(-1)}`,
        `${confirmed.length} confirmed subscription${confirmed.length === 1 ? '' : 's'}${waiting > 0 ? `, ${waiting} not confirmed` : ''}`,
        waiting > 0
          ? 'Follow the link in the message that AWS sent to the address: until then nothing arrives.'
          : 'Set observe.notify in the configuration, or subscribe an address to the topic.',
      );
    }),
  );
}

/** Puts an incident into ALARM until CloudWatch evaluates it again, so that people can see a page arrive. */
export async function testPage({ cloudWatch }: Aws, alarmName: string): Promise<Answer> {
  await cloudWatch.send(
    new SetAlarmStateCommand({
      AlarmName: alarmName,
      StateValue: 'ALARM',
      StateReason: 'A test page, sent by npm run smoke: nothing is wrong. It ends by itself.',
    }),
  );
  return answer(true, `test page of ${alarmName}`, 'sent', '');
}

/** Is each dashboard there, with widgets? */
export const dashboards = ({ cloudWatch }: Aws, environment: Environment): Promise<Answer[]> =>
  Promise.all(
    ofType(environment, 'AWS::CloudWatch::Dashboard').map(async ({ Properties }) => {
      const name = String(Properties?.DashboardName);
      let widgets = 0;
      try {
        const { DashboardBody: body = '{}' } = await cloudWatch.send(new GetDashboardCommand({ DashboardName: name }));
        widgets = JSON.parse(body).widgets?.length ?? 0;
      } catch (error) {
        if (!['ResourceNotFound', 'DashboardNotFoundError'].includes((error as Error).name)) throw error;
      }
      return answer(widgets > 0, `dashboard ${name}`, `${widgets} widgets`, 'Deploy the stack Observe again.');
    }),
  );

/** Are both tunnels of each VPN connection of the environment up? None where it has no VPN. */
export async function tunnels({ ec2 }: Aws, environment: Environment, name: string): Promise<Answer[]> {
  if (ofType(environment, 'AWS::EC2::VPNConnection').length === 0) return [];
  const { VpnConnections: found = [] } = await ec2.send(
    new DescribeVpnConnectionsCommand({
      Filters: [
        { Name: 'tag:harbourline:environment', Values: [name] },
        { Name: 'state', Values: ['pending', 'available'] },
      ],
    }),
  );
  if (found.length === 0) return [answer(false, 'VPN connections', 'none', 'Deploy the stack Link again.')];
  return found.map(({ VpnConnectionId: id, VgwTelemetry: telemetry = [] }) => {
    const up = telemetry.filter(({ Status }) => Status === 'UP').length;
    const says = telemetry.map(({ StatusMessage }) => StatusMessage).filter(Boolean);
    return answer(
      up === 2,
      `tunnels of ${id}`,
      `${up} of 2 up${says.length > 0 ? `: ${says.join(', ')}` : ''}`,
      'docs/runbook.md: the peer must have both outside addresses and both keys.',
    );
  });
}
