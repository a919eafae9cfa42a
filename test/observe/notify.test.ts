import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseEnvironment } from '../../config/parse';
import { prod } from '../../harness/environments/prod';
import { type NotifySettings, notify, type World } from '../../lib/observe/notify/notify.handler';
import type { TargetKind } from '../../lib/observe/notify/targets';

interface Got {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: any;
}

const topics = { page: 'arn:aws:sns:ap-east-1:111111111111:page', inform: 'arn:aws:sns:ap-east-1:111111111111:inform' };
const name = 'harbourline-prod: Calls to the mainland';
const description = [
  'Calls from Hong Kong to the mainland are slow or fail.',
  '',
  'Runbook: https://git.example.com/docs/runbook.md#calls-to-the-mainland',
  'Dashboard: https://ap-east-1.console.aws.amazon.com/cloudwatch/home#dashboards:name=harbourline-prod-cross-region',
].join('\n');
const now = Date.UTC(2026, 10, 29, 3, 0);

let server: Server;
let got: Got[] = [];
/** What each path answers; 200 and nothing wrong otherwise. */
let answers: Record<string, { status?: number; body?: object }> = {};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = request.url ?? '';
    got.push({ path, headers: request.headers, text, body: text ? JSON.parse(text) : undefined });
    const { status = 200, body = { code: 0, errcode: 0 } } = answers[path.split('?')[0] as string] ?? {};
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());
beforeEach(() => {
  got = [];
  answers = {};
});

const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const secrets = (): Record<string, object> => ({
  https: { url: `${base()}/https`, secret: 'webhook-secret' },
  pagerDuty: { url: `${base()}/pagerDuty`, key: 'routing-key' },
  opsgenie: { url: `${base()}/opsgenie`, key: 'genie-key' },
  slack: { url: `${base()}/slack` },
  feishu: { url: `${base()}/feishu`, secret: 'feishu-secret' },
  dingTalk: { url: `${base()}/dingTalk?access_token=token`, secret: 'SECdingtalk' },
  weCom: { url: `${base()}/weCom?key=token` },
  heartbeat: { url: `${base()}/heartbeat` },
});

const world = (alarms: object[] = []): World => ({
  cloudWatch: { send: async () => ({ CompositeAlarms: alarms }) } as unknown as World['cloudWatch'],
  secrets: {
    send: async ({ input }: { input: { SecretId: string } }) => ({
      SecretString: JSON.stringify(secrets()[input.SecretId] ?? {}),
    }),
  } as unknown as World['secrets'],
  fetch,
  now: () => now,
});

const target = (kind: TargetKind) => ({ kind, secretArn: kind });
const settings = (page: readonly TargetKind[], more: Partial<NotifySettings> = {}): NotifySettings => ({
  environment: 'prod',
  targets: { page: page.map(target), inform: [] },
  topics,
  incidents: [name],
  byName: {},
  repeatMinutes: 30,
  ...more,
});

const event = (NewStateValue: 'ALARM' | 'OK', TopicArn = topics.page) => ({
  Records: [
    {
      Sns: { TopicArn, Message: JSON.stringify({ AlarmName: name, AlarmDescription: description, NewStateValue }) },
    },
  ],
});

/** What the only receiver got. */
async function received(kind: TargetKind, state: 'ALARM' | 'OK' = 'ALARM'): Promise<Got> {
  await notify(event(state), settings([kind]), world());
  expect(got).toHaveLength(1);
  expect(got[0]!.headers['content-type']).toContain('application/json');
  return got[0] as Got;
}

const hmac = (key: string, text: string, encoding: 'base64' | 'hex') =>
  createHmac('sha256', key).update(text).digest(encoding);

describe('a target', () => {
  test('https: the body is signed with its time', async () => {
    const { headers, text, body } = await received('https');
    expect(headers['x-harbourline-timestamp']).toBe(`${now}`);
    expect(headers['x-harbourline-signature']).toBe(`sha256=${hmac('webhook-secret', `${now}.${text}`, 'hex')}`);
    expect(body).toMatchObject({ id: name, environment: 'prod', state: 'begins', severity: 'page' });
    expect(body.links.map(({ label }: { label: string }) => label)).toEqual(['Runbook', 'Dashboard']);
  });

  test('pagerDuty: one incident for an alarm, resolved when it is over', async () => {
    const begins = (await received('pagerDuty')).body;
    expect(begins).toMatchObject({
      routing_key: 'routing-key',
      event_action: 'trigger',
      dedup_key: name,
      payload: { severity: 'critical', source: 'harbourline-prod' },
    });
    got = [];
    expect((await received('pagerDuty', 'OK')).body).toMatchObject({ event_action: 'resolve', dedup_key: name });
  });

  test('opsgenie: by alias, closed when it is over', async () => {
    const begins = await received('opsgenie');
    expect(begins.headers.authorization).toBe('GenieKey genie-key');
    expect(begins.body).toMatchObject({ alias: name, priority: 'P1' });
    expect(begins.body.message.length).toBeLessThanOrEqual(130);
    got = [];
    const over = await received('opsgenie', 'OK');
    expect(over.path).toBe(`/opsgenie/${encodeURIComponent(name)}/close?identifierType=alias`);
  });

  test('names the services that fail, and is sent without them where nobody answers', async () => {
    const byName = { [name]: ['harbourline-prod: A caller of the mainland fails'] };
    const asked: unknown[] = [];
    const answering = (contributors: () => object[]): World => ({
      ...world(),
      cloudWatch: {
        send: async ({ input }: { input: object }) => {
          asked.push(input);
          return { AlarmContributors: contributors() };
        },
      } as unknown as World['cloudWatch'],
    });
    const failing = ['fx', 'ledger'].map((service) => ({ ContributorAttributes: { 'service.name': service } }));
    await notify(
      event('ALARM'),
      settings(['https'], { byName }),
      answering(() => failing),
    );
    expect(asked).toEqual([{ AlarmName: 'harbourline-prod: A caller of the mainland fails' }]);
    expect(got[0]!.body.title).toContain('fx, ledger');
    expect(got[0]!.body.text).toContain('Failing: fx, ledger.');
    const silent = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const refusing = answering(() => {
      throw new Error('throttled');
    });
    await notify(event('ALARM'), settings(['https'], { byName }), refusing);
    expect(got[1]!.body.text).not.toContain('Failing');
    expect(silent).toHaveBeenCalledWith(expect.stringContaining('throttled'));
    silent.mockRestore();
    await notify(event('OK'), settings(['https'], { byName }), refusing);
    expect(got[2]!.body.state).toBe('is over');
  });

  test('slack: a text', async () => {
    expect((await received('slack')).body.text).toContain('Calls to the mainland');
  });

  test('feishu: time and secret are the key, nothing is signed with it', async () => {
    const { body } = await received('feishu');
    expect(body.timestamp).toBe(`${now / 1000}`);
    expect(body.sign).toBe(hmac(`${now / 1000}\nfeishu-secret`, '', 'base64'));
    expect(body).toMatchObject({ msg_type: 'text', content: { text: expect.stringContaining('调用内地') } });
  });

  test('dingTalk: time and signature in the address', async () => {
    const { path, body } = await received('dingTalk');
    const query = new URL(path, base()).searchParams;
    expect(query.get('access_token')).toBe('token');
    expect(query.get('sign')).toBe(hmac('SECdingtalk', `${now}\nSECdingtalk`, 'base64'));
    expect(body).toMatchObject({ msgtype: 'markdown', markdown: { title: expect.any(String) } });
  });

  test('weCom: no more than 4,096 bytes', async () => {
    const { body } = await received('weCom');
    expect(body.msgtype).toBe('markdown');
    expect(Buffer.byteLength(body.markdown.content)).toBeLessThanOrEqual(4096);
  });

  test('that refuses in the body of a 200 is an error, and the others are notified all the same', async () => {
    answers['/feishu'] = { body: { code: 19021, msg: 'sign match fail' } };
    await expect(notify(event('ALARM'), settings(['feishu', 'slack']), world())).rejects.toThrow(
      'feishu: answers 19021: sign match fail',
    );
    expect(got.map(({ path }) => path)).toEqual(['/feishu', '/slack']);
  });

  test('without what its secret must hold says so', async () => {
    const empty = { ...world(), secrets: { send: async () => ({ SecretString: '{}' }) } } as unknown as World;
    await expect(notify(event('ALARM'), settings(['dingTalk']), empty)).rejects.toThrow('has no url and no secret');
  });
});

describe('a message', () => {
  test('says what it means, the first three checks in both languages, and where to read', async () => {
    const { body } = await received('https');
    expect(body.title).toBe('[prod] Calls to the mainland · 调用内地');
    expect(body.text).toContain('Calls from Hong Kong to the mainland are slow or fail.');
    expect(body.text.match(/^\d\. .*\p{Script=Han}/gmu)).toHaveLength(3);
    expect(body.text).not.toContain('Runbook:');
  });

  test('of a topic that is not ours is refused', async () => {
    await expect(
      notify(event('ALARM', 'arn:aws:sns:ap-east-1:999999999999:x'), settings(['slack']), world()),
    ).rejects.toThrow('no topic of this environment');
  });
});

describe('an incident that lasts', () => {
  const lasting = (minutes: number, more: object = {}) => ({
    AlarmName: name,
    AlarmDescription: description,
    StateTransitionedTimestamp: new Date(now - minutes * 60_000),
    ...more,
  });
  const ring = async (minutes: number, more: object = {}) => {
    got = [];
    const escalation = { afterMinutes: 45, targets: [target('weCom')] };
    await notify(
      { time: new Date(now).toISOString() },
      settings(['slack'], { escalation }),
      world([lasting(minutes, more)]),
    );
    return got.map(({ path }) => path.split('?')[0]);
  };

  test('is notified again every half hour, and to others once', async () => {
    const sent: Record<number, unknown> = {};
    for (let minutes = 0; minutes <= 100; minutes += 5) {
      const paths = await ring(minutes + 2);
      if (paths.length > 0) sent[minutes + 2] = paths;
    }
    expect(sent).toEqual({ 32: ['/slack'], 47: ['/weCom'], 62: ['/slack'], 92: ['/slack'] });
  });

  test('is not notified again while another one explains it', async () => {
    expect(await ring(32, { ActionsSuppressedBy: 'Alarm' })).toEqual([]);
  });

  test('the heartbeat beats whether anything lasts or not', async () => {
    const rung = () =>
      notify({ time: new Date(now).toISOString() }, settings([], { heartbeatArn: 'heartbeat' }), world());
    await rung();
    expect(got.map(({ path }) => path)).toEqual(['/heartbeat']);
    answers['/heartbeat'] = { status: 500 };
    await expect(rung()).rejects.toThrow('answers 500');
  });
});

describe('the configuration', () => {
  const secretArn = 'arn:aws:secretsmanager:ap-east-1:333333333333:secret:pager-a1B2c3';
  const with_ =
    (notify: object, runbook = prod.observe!.runbook) =>
    () =>
      parseEnvironment('config/prod.ts', { ...prod, observe: { ...prod.observe!, runbook, notify } });

  test('takes targets of known kinds, with secrets of its account', () => {
    expect(with_({ page: { targets: [{ kind: 'pagerDuty', secretArn }] } })).not.toThrow();
    expect(with_({ page: { targets: [{ kind: 'pager', secretArn }] } })).toThrow('Use one of: https, pagerDuty');
    expect(
      with_({ page: { targets: [{ kind: 'slack', secretArn: secretArn.replace('ap-east-1', 'eu-west-1') }] } }),
    ).toThrow('secrets of its own account and region');
  });

  test('of pages needs a link that opens', () => {
    const { repositoryUrl: _, ...without } = prod;
    const notify = { page: { targets: [{ kind: 'slack', secretArn }] } };
    expect(() => parseEnvironment('config/prod.ts', { ...without, observe: { ...prod.observe!, notify } })).toThrow(
      'no checkout',
    );
  });

  test('of production must tell somebody', () => {
    expect(with_({ inform: { targets: [{ kind: 'slack', secretArn }] } })).toThrow('Nobody would be notified');
  });
});
