import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Client } from '@opensearch-project/opensearch';
import { issueCertificates } from '../../lib/machine/certificates.issue';
import { type Aws, alarms, dashboards, testPage, tunnels } from '../../tools/smoke/aws';
import { find, type Gateways, send, smokeTrace } from '../../tools/smoke/trace';
import { committed, Draft } from '../review/support';

describe('the trace', () => {
  let server: Server;
  let gateways: Gateways;
  let answer = 200;
  const taken: { type: string | undefined; body: any }[] = [];

  beforeAll(async () => {
    const { gateway, agent } = await issueCertificates({
      tiers: { gateway: ['gateway.test.internal'], agent: ['agent.test.internal'] },
      now: new Date(),
    });
    server = createServer(
      {
        cert: gateway!.certificate,
        key: gateway!.key,
        ca: gateway!.authority,
        requestCert: true,
        rejectUnauthorized: true,
      },
      async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        taken.push({ type: request.headers['content-type'], body: JSON.parse(body) });
        response.writeHead(answer).end('{}');
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    gateways = {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      servername: 'gateway.test.internal',
      cert: agent!.certificate,
      key: agent!.key,
      ca: agent!.authority,
    };
  });
  afterAll(() => server.close());

  test('goes to the gateways over mutual TLS, of this environment and marked as failed', async () => {
    const { traceId, body } = smokeTrace('dev');
    await send(gateways, body);
    const [{ type, body: got }] = taken as any;
    expect(type).toBe('application/json');
    const [{ resource, scopeSpans }] = got.resourceSpans;
    expect(resource.attributes).toContainEqual({ key: 'deployment.environment.name', value: { stringValue: 'dev' } });
    expect(scopeSpans[0].spans[0]).toMatchObject({ traceId, status: { code: 2 } });
  });

  test('a gateway of another name, one that refuses, and one that is not there are errors', async () => {
    await expect(send({ ...gateways, servername: 'other.test.internal' }, '{}')).rejects.toThrow('other.test.internal');
    answer = 503;
    await expect(send(gateways, '{}')).rejects.toThrow('answer 503');
    await expect(send({ ...gateways, port: 1 }, '{}')).rejects.toThrow('ECONNREFUSED');
  });

  test('is looked for by its id until it is there, or the time is over', async () => {
    const asked: unknown[] = [];
    const store = (answers: number) =>
      ({
        search: async (query: unknown) => {
          asked.push(query);
          const hits = asked.length > answers ? [{ _source: { traceId: 'abc', serviceName: 'smoke' } }] : [];
          return { body: { hits: { hits } } };
        },
      }) as unknown as Client;
    expect(await find(store(1), 'abc', 5)).toHaveLength(1);
    expect(asked[0]).toEqual({ index: 'otel-v1-apm-span-*', body: { query: { term: { traceId: 'abc' } } } });
    expect(await find(store(99), 'abc', 0)).toEqual([]);
  });
});

describe('what AWS says', () => {
  const environment = () => {
    const draft = new Draft(committed());
    draft.add('Network', 'Tunnels', 'AWS::EC2::VPNConnection', {});
    return draft.stacks;
  };
  const withoutTunnels = () =>
    Object.fromEntries(Object.entries(committed()).filter(([stack]) => !stack.includes('Link')));
  const names = (type: string) =>
    Object.values(environment()).flatMap(({ resources }) =>
      Object.values(resources)
        .filter(({ Type }) => Type === type)
        .flatMap(({ Properties }) => Properties.AlarmName ?? []),
    );
  const clients = (answers: Record<string, (input: any) => unknown>): Aws => {
    const send = async (command: { constructor: { name: string }; input: unknown }) =>
      answers[command.constructor.name]!(command.input);
    return { cloudWatch: { send }, ec2: { send }, sns: { send } } as unknown as Aws;
  };
  const found = (answers: { ok: boolean; found: string }[]) => answers.map(({ ok, found }) => `${ok} ${found}`);

  describe('of alarms', () => {
    const topic = 'arn:aws:sns:ap-east-1:111111111111:pages';
    const confirmed = [{ SubscriptionArn: `${topic}:0f6d2a6c` }];
    const composites = new Set(names('AWS::CloudWatch::CompositeAlarm'));
    const describeAlarms = (change: object, missing: (name: string) => boolean, asked: string[] = []) => ({
      DescribeAlarmsCommand: ({ AlarmNames, AlarmTypes }: { AlarmNames: string[]; AlarmTypes: string[] }) => {
        expect(AlarmNames.length).toBeLessThanOrEqual(100);
        asked.push(...AlarmNames);
        const there = AlarmNames.filter((name) => !missing(name)).map((AlarmName) => ({
          AlarmName,
          ActionsEnabled: true,
          StateValue: 'OK',
          AlarmActions: [topic],
          ...change,
        }));
        const ofKind = (kind: string, is: boolean) =>
          AlarmTypes.includes(kind) ? there.filter(({ AlarmName }) => composites.has(AlarmName) === is) : [];
        return { MetricAlarms: ofKind('MetricAlarm', false), CompositeAlarms: ofKind('CompositeAlarm', true) };
      },
    });
    const ask = (
      change: object = {},
      missing: (name: string) => boolean = () => false,
      Subscriptions: object[] = confirmed,
    ) =>
      alarms(
        clients({ ...describeAlarms(change, missing), ListSubscriptionsByTopicCommand: () => ({ Subscriptions }) }),
        environment(),
      );
    const oks = (answers: { ok: boolean }[]) => answers.map(({ ok }) => ok);

    test('all there, able to notify somebody, quiet', async () => {
      expect(found(await ask())).toEqual([
        'true there',
        'true actions are on',
        'true 1 confirmed subscription',
        'true none in alarm',
      ]);
      const asked: string[] = [];
      await alarms(
        clients({ ...describeAlarms({}, () => false, asked), ListSubscriptionsByTopicCommand: () => ({}) }),
        environment(),
      );
      expect(asked.sort()).toEqual([...names('AWS::CloudWatch::Alarm'), ...composites].sort());
      expect(oks(await ask({ ActionsEnabled: false }))).toEqual([true, false, true, true]);
      expect(oks(await ask({ StateValue: 'ALARM' }))).toEqual([true, true, true, false]);
    });

    test('those that page are missed: they are composite alarms', async () => {
      const answers = await ask({}, (name) => composites.has(name));
      expect(answers[0]).toMatchObject({ ok: false, found: expect.stringContaining('Calls to the mainland') });
    });

    test('a topic without a subscription, or with one that nobody confirmed, notifies nobody', async () => {
      expect((await ask({}, undefined, []))[2]).toMatchObject({ ok: false, found: '0 confirmed subscriptions' });
      expect((await ask({}, undefined, [{ SubscriptionArn: 'PendingConfirmation' }]))[2]).toMatchObject({
        ok: false,
        found: '0 confirmed subscriptions, 1 not confirmed',
      });
      expect((await ask({ AlarmActions: [] }))[2]).toMatchObject({ ok: false });
    });

    test('a test page goes the way of a real one', async () => {
      const inputs: unknown[] = [];
      const send = { SetAlarmStateCommand: (input: unknown) => inputs.push(input) };
      expect(await testPage(clients(send), 'harbourline-prod: Calls to the mainland')).toMatchObject({ ok: true });
      expect(inputs).toEqual([
        expect.objectContaining({ AlarmName: 'harbourline-prod: Calls to the mainland', StateValue: 'ALARM' }),
      ]);
    });
  });

  test('dashboards: there, with widgets', async () => {
    const get = (respond: () => unknown) => dashboards(clients({ GetDashboardCommand: respond }), environment());
    const all = found(await get(() => ({ DashboardBody: '{"widgets":[{}]}' })));
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all)).toEqual(new Set(['true 1 widgets']));
    const missing = Object.assign(new Error('gone'), { name: 'ResourceNotFound' });
    const none = await get(() => {
      throw missing;
    });
    expect(new Set(found(none))).toEqual(new Set(['false 0 widgets']));
  });

  test('tunnels: both of each connection of this environment', async () => {
    const describe = (...statuses: string[]) =>
      tunnels(
        clients({
          DescribeVpnConnectionsCommand: ({ Filters }) => {
            expect(Filters).toContainEqual({ Name: 'tag:harbourline:environment', Values: ['prod'] });
            return {
              VpnConnections: [
                { VpnConnectionId: 'vpn-1', VgwTelemetry: statuses.map((Status) => ({ Status, StatusMessage: '' })) },
              ],
            };
          },
        }),
        environment(),
        'prod',
      );
    expect(found(await describe('UP', 'UP'))).toEqual(['true 2 of 2 up']);
    expect(found(await describe('UP', 'DOWN'))).toEqual(['false 1 of 2 up']);
    expect(await tunnels(clients({}), withoutTunnels(), 'prod')).toEqual([]);
  });
});
