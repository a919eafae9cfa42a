/** `npm run smoke`: see `--help`. */
import { parseArgs } from 'node:util';
import type { Client } from '@opensearch-project/opensearch';
import { refused } from '../../config/refused';
import type { EnvironmentConfig } from '../../config/schema';
import { alarmName } from '../../lib/contract/alarms';
import { namesOf } from '../../lib/contract/names';
import { incidents } from '../../lib/observe/alarms/incidents';
import { command, needed } from '../command';
import { type Answer, answer } from '../preflight/check';
import { plan } from '../preflight/plan';
import { exitCode, type Line, table } from '../preflight/preflight';
import { alarms, dashboards, testPage, tunnels } from './aws';
import { deployedAws, deployedGateways, deployedStore } from './deployed';
import { halves } from './halves';
import { rehearsed } from './rehearsed';
import { find, type Gateways, send, smokeService, smokeTrace } from './trace';

const help = `Sends one trace through an environment and finds it in the store; looks at alarms, dashboards and tunnels.

npm run smoke -- --env NAME [options]
  --env NAME          environment to test
  --reader-role ARN   role to read the store as (default: the first of store.readerRoleArns)
  --rehearse          on this machine instead: the synthesised gateways, samplers, span writers and a real OpenSearch;
                      alarms, dashboards and tunnels are AWS's and are left out
  --half node         only the way in, from a service's node: sends a trace and says its id. The node's role is enough
  --half operator     only the rest, from where people are: finds --trace ID in the store, then alarms, dashboards, tunnels
  --half aws          only alarms, dashboards and tunnels, from anywhere
  --trace ID          the trace that the other half sent
  --via session|endpoint   how the store is reached: through Session Manager, or an endpoint in the VPC (docs/entrance.md);
                      default: straight, from a machine with the security group of the store's clients
  --page              also send a test page: the incident "Calls to the mainland" goes into ALARM, and back by itself
  --help              this text

The gateways are reached from a VPC of a client, the store by --via: few machines can do both, so each half runs by itself.
Needs ssm:GetParameter and secretsmanager:GetSecretValue of the agents, es:DescribeDomain,
cloudwatch:DescribeAlarms, cloudwatch:GetDashboard, sns:ListSubscriptionsByTopic, cloudwatch:SetAlarmState for a test page, ec2:DescribeVpnConnections, and sts:AssumeRole of the reader.
The trace is marked as failed, so that it is kept, and is of the service ${smokeService}. Exit code 1 where anything is wrong.
`;

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** The first half: through the gateways, from where services are. */
async function intoTheLine(gateways: Gateways, config: EnvironmentConfig): Promise<[Answer, string?]> {
  const { traceId, body } = smokeTrace(config.environment);
  const where = `gateways ${gateways.host}:${gateways.port}`;
  try {
    progress(`sending trace ${traceId}`);
    await send(gateways, body);
  } catch (error) {
    const remedy = 'From here? The gateways admit network.serviceVpcPrefixes alone, with the agents’ certificate.';
    return [answer(false, where, (error as Error).message, remedy)];
  }
  return [answer(true, where, `took trace ${traceId} over mutual TLS`, ''), traceId];
}

/** The second half: out of the store, from where people are. */
async function outOfTheStore(store: Client, config: EnvironmentConfig, traceId: string): Promise<Answer> {
  // Decision, hand-over and refresh, and as much again for a cold start.
  const seconds = 2 * (config.sampling.decisionWaitSeconds + config.store.refreshIntervalSeconds + 10);
  progress(`looking for it, for ${seconds} seconds at most`);
  const found = await find(store, traceId, seconds);
  return answer(
    found.length === 1 && found[0]?.serviceName === smokeService,
    'store, as the reader',
    found.length > 0 ? `${found.length} span of ${found[0]?.serviceName}` : `not there after ${seconds} seconds`,
    'Samplers and span writers: docs/runbook.md, heading "No spans".',
  );
}

command(help, async () => {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      'reader-role': { type: 'string' },
      rehearse: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      half: { type: 'string' },
      trace: { type: 'string' },
      via: { type: 'string' },
    },
  });
  const { half, trace, via } = halves(values);
  const env = needed('env', values.env);
  const { config, environment } = plan(env);
  const lines: Line[] = [];
  const note = (check: string, answers: readonly Answer[]): void => {
    lines.push(...answers.map((each) => ({ check, ...each })));
  };
  if (values.rehearse) {
    const line = await rehearsed(config, progress);
    try {
      const [sent, traceId] = await intoTheLine(line.gateways, config);
      note('line', [sent, ...(traceId ? [await outOfTheStore(line.store, config, traceId)] : [])]);
    } finally {
      await line.close();
    }
    console.log(table(lines));
    return exitCode(lines);
  }
  let traceId = trace;
  if (half === undefined || half === 'node') {
    const [sent, id] = await intoTheLine(await deployedGateways(config), config);
    note('line', [sent]);
    traceId = id;
    if (half === 'node' && id) progress(`The other half: npm run smoke -- --env ${env} --half operator --trace ${id}`);
  }
  if (half === undefined || half === 'operator') {
    const role = values['reader-role'] ?? config.store.readerRoleArns[0];
    if (!role)
      throw refused(
        'HL-SMOKE-006',
        `config/${config.environment}.ts names no store.readerRoleArns, so nobody is known who may read: give --reader-role ARN.`,
      );
    if (traceId) {
      const { store, close } = await deployedStore(config, role, via);
      try {
        note('line', [await outOfTheStore(store, config, traceId)]);
      } finally {
        await close();
      }
    }
  }
  if (half !== 'node') {
    const aws = deployedAws(config);
    note('alarms', await alarms(aws, environment));
    if (values.page) note('alarms', [await testPage(aws, alarmName(namesOf(config), incidents.border.heading))]);
    note('dashboards', await dashboards(aws, environment));
    note('tunnels', await tunnels(aws, environment, env));
  }
  console.log(table(lines));
  return exitCode(lines);
});
