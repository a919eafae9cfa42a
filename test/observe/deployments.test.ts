import { type Changed, handler } from '../../lib/observe/deployments.handler';
import { dataPoints } from '../../rehearsal/judge/cloudwatch/embedded-metrics';
import { configOf, environmentNames, resourcesOf } from '../support/app';

/** As CloudFormation sends it. Source: CloudFormation user guide, "CloudFormation event detail reference". */
const stack = (name: string, status: string): Changed =>
  ({
    version: '0',
    source: 'aws.cloudformation',
    account: '111111111111',
    id: '12345678-1234-1234-1234-111122223333',
    region: 'ap-east-1',
    'detail-type': 'CloudFormation Stack Status Change',
    time: '2026-11-30T01:02:03Z',
    resources: [`arn:aws:cloudformation:ap-east-1:111111111111:stack/${name}/guid`],
    detail: {
      'stack-id': `arn:aws:cloudformation:ap-east-1:111111111111:stack/${name}/guid`,
      'status-details': { status, 'status-reason': '' },
      'client-request-token': '',
    },
  }) as Changed;

const written = async (event: Changed): Promise<Record<string, unknown>> => {
  const lines: string[] = [];
  await handler(event, undefined, 'Harbourline/dev', (line) => lines.push(line));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
};

test('a stack that begins to change is a mark at its minute, and the log names it', async () => {
  const event = await written(stack('dev-Collect', 'UPDATE_IN_PROGRESS'));
  expect(event).toMatchObject({ name: 'dev-Collect', status: 'UPDATE_IN_PROGRESS' });
  expect(dataPoints(JSON.stringify(event))).toEqual([
    expect.objectContaining({
      namespace: 'Harbourline/dev',
      name: 'harbourline.deployments',
      dimensions: { changed: 'stack' },
      timestamp: Date.parse('2026-11-30T01:02:03Z'),
    }),
  ]);
});

test('a release that a pipeline tells of is one of services, whatever it holds', async () => {
  const release = (detail: object) =>
    ({ source: 'harbourline.release', time: '2026-11-30T01:02:03Z', detail }) as Changed;
  expect(await written(release({ environment: 'dev', service: 'ledger', version: '1.4.2' }))).toMatchObject({
    changed: 'service',
    name: 'ledger',
    version: '1.4.2',
  });
  expect(await written(release({ service: 7, version: 'x'.repeat(5000) }))).toMatchObject({
    name: '',
    version: 'x'.repeat(100),
  });
});

test.each(environmentNames)('%s hears of its own stacks and releases, and of no others', (environment) => {
  const { account, region } = configOf(environment);
  const rules = [...resourcesOf(environment).values()]
    .filter(({ Type }) => Type === 'AWS::Events::Rule')
    .map(({ Properties }) => Properties.EventPattern);
  const text = (value: any): string =>
    typeof value === 'string'
      ? value
      : value['Fn::Join'][1].map((part: any) => (typeof part === 'string' ? part : 'aws')).join('');
  const [stacks] = rules.filter((pattern) => pattern?.source?.includes('aws.cloudformation'));
  const prefix = text(stacks.detail['stack-id'][0].prefix);
  expect(prefix).toBe(`arn:aws:cloudformation:${region}:${account}:stack/${environment}-`);
  const [releases] = rules.filter((pattern) => pattern?.source?.includes('harbourline.release'));
  expect(releases).toEqual({ source: ['harbourline.release'], detail: { environment: [environment] } });
});
