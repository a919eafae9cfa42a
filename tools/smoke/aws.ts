import { type CloudWatchClient, DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeVpnConnectionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { Answer } from '../preflight/check';
import { answer } from '../preflight/check';
import { ofType } from '../preflight/plan';
import type { Environment } from '../review/changes';

/** Clients that are asked after a deployment. */
export interface Aws {
  readonly cloudWatch: Pick<CloudWatchClient, 'send'>;
  readonly ec2: Pick<EC2Client, 'send'>;
}

/** Are all alarms of the templates there, able to tell somebody, and quiet? */
export async function alarms({ cloudWatch }: Aws, environment: Environment): Promise<Answer[]> {
  // Those that only drive scaling have no name, and nobody is told of them.
  const names = ofType(environment, 'AWS::CloudWatch::Alarm').flatMap(({ Properties }) => Properties?.AlarmName ?? []);
  // At most 100 names in a call; an environment has a dozen.
  const { MetricAlarms: found = [] } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: names, MaxRecords: 100 }),
  );
  const missing = names.filter((name) => !found.some(({ AlarmName }) => AlarmName === name));
  const mute = found.filter(({ ActionsEnabled }) => ActionsEnabled === false).map(({ AlarmName }) => AlarmName);
  const red = found.filter(({ StateValue }) => StateValue === 'ALARM').map(({ AlarmName }) => AlarmName);
  return [
    answer(
      missing.length === 0,
      `${names.length} alarms`,
      missing.length > 0 ? `missing: ${missing.join(', ')}` : 'there',
      'Deploy the stack Observe again.',
    ),
    answer(
      mute.length === 0,
      'alarms tell somebody',
      mute.join(', ') || 'actions are on',
      'aws cloudwatch enable-alarm-actions',
    ),
    answer(
      red.length === 0,
      'alarms are quiet',
      red.join(', ') || 'none in alarm',
      'docs/runbook.md has a heading for each.',
    ),
  ];
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
