/** `npm run smoke`: see `--help`. */
import { parseArgs } from 'node:util';
import type { Client } from '@opensearch-project/opensearch';
import type { EnvironmentConfig } from '../../config/schema';
import { alarmName } from '../../lib/contract/alarms';
import { incidents } from '../../lib/observe/alarms/incidents';
import { command } from '../command';
import { type Answer, answer } from '../preflight/check';
import { plan } from '../preflight/plan';
import { exitCode, type Line, table } from '../preflight/preflight';
import { alarms, dashboards, testPage, tunnels } from './aws';
import { deployed } from './deployed';
import { rehearsed } from './rehearsed';
import { find, type Gateways, send, smokeService, smokeTrace } from './trace';

const help = `Sends one trace through an environment and finds it in the store; looks at alarms, dashboards and tunnels.

npm run smoke -- --env NAME [options]
  --env NAME          environment to test
  --reader-role ARN   role to read the store as (default: the first of store.readerRoleArns)
  --rehearse          on this machine instead: the synthesised gateways, samplers, span writers and a real OpenSearch;
                      alarms, dashboards and tunnels are AWS's and are left out
  --page              also send a test page: the incident "Calls to the mainland" goes into ALARM, and back by itself
  --help              this text

Runs where both can be reached: in a VPC of network.serviceVpcPrefixes for the gateways, with the security group of the
store's clients for the store. Needs ssm:GetParameter and secretsmanager:GetSecretValue of the agents, es:DescribeDomain,
cloudwatch:DescribeAlarms, cloudwatch:GetDashboard, sns:ListSubscriptionsByTopic, cloudwatch:SetAlarmState for a test page, ec2:DescribeVpnConnections, and sts:AssumeRole of the reader.
The trace is marked as failed, so that it is kept, and is of the service ${smokeService}. Exit code 1 where anything is wrong.
`;

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Through the gateways, and out of the store again. */
async function throughTheLine(gateways: Gateways, store: Client, config: EnvironmentConfig): Promise<Answer[]> {
  const { traceId, body } = smokeTrace(config.environment);
  const where = `gateways ${gateways.host}:${gateways.port}`;
  try {
    progress(`sending trace ${traceId}`);
    await send(gateways, body);
  } catch (error) {
    const remedy = 'From here? The gateways admit network.serviceVpcPrefixes alone, with the agents’ certificate.';
    return [answer(false, where, (error as Error).message, remedy)];
  }
  // Decision, hand-over and refresh, and as much again for a cold start.
  const seconds = 2 * (config.sampling.decisionWaitSeconds + config.store.refreshIntervalSeconds + 10);
  progress(`looking for it, for ${seconds} seconds at the most`);
  const found = await find(store, traceId, seconds);
  return [
    answer(true, where, 'took the trace over mutual TLS', ''),
    answer(
      found.length === 1 && found[0]?.serviceName === smokeService,
      'store, as the reader',
      found.length > 0 ? `${found.length} span of ${found[0]?.serviceName}` : `not there after ${seconds} seconds`,
      'Samplers and span writers: docs/runbook.md, heading "No spans".',
    ),
  ];
}

command(help, async () => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      'reader-role': { type: 'string' },
      rehearse: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
    },
  });
  if (!values.env) throw new Error(`--env is missing: which environment?\n\n${help}`);
  const { config, environment } = plan(values.env);
  const lines: Line[] = [];
  const note = (check: string, answers: readonly Answer[]): void => {
    lines.push(...answers.map((each) => ({ check, ...each })));
  };
  if (values.rehearse) {
    const line = await rehearsed(config, progress);
    try {
      note('line', await throughTheLine(line.gateways, line.store, config));
    } finally {
      await line.close();
    }
  } else {
    const role = values['reader-role'] ?? config.store.readerRoleArns[0];
    if (!role) throw new Error(`config/${values.env}.ts names no store.readerRoleArns: give --reader-role.`);
    const { gateways, store, aws } = await deployed(config, role);
    note('line', await throughTheLine(gateways, store, config));
    note('alarms', await alarms(aws, environment));
    if (values.page) note('alarms', [await testPage(aws, alarmName(values.env, incidents.border.heading))]);
    note('dashboards', await dashboards(aws, environment));
    note('tunnels', await tunnels(aws, environment, values.env));
  }
  console.log(table(lines));
  return exitCode(lines);
});
