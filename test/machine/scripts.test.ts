import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { waitFor } from '../../harness/wait';
import { collectorMetrics } from '../../lib/contract/metrics';
import { issueCertificates, type TierCertificate, validityDays } from '../../lib/machine/certificates.issue';
import { Machine, scripts } from '../support/machine';

const group = `case "$1 $2" in
  "autoscaling describe-auto-scaling-instances") echo fleet ;;
  "s3 cp") [ "$3" = - ] && cat > ${'${0%/*}'}/../uploaded || true ;;
esac`;
const completes = (hook: string) =>
  `aws autoscaling complete-lifecycle-action --auto-scaling-group-name fleet --lifecycle-hook-name ${hook} --instance-id i-1 --lifecycle-action-result CONTINUE`;

let machine: Machine;
beforeEach(async () => {
  machine = new Machine();
  await machine.start();
});
afterEach(() => machine.stop());

test.each([
  'agent.sh',
  'certificate.sh',
  'common.sh',
  'drain.sh',
  'join.sh',
  'rate.sh',
  'registration.sh',
  'replay.sh',
  'service-env.sh',
])('%s is sound shell', (name) => {
  expect(spawnSync('bash', ['-n', join(scripts, name)], { encoding: 'utf8' }).stderr).toBe('');
});

describe('drain', () => {
  beforeEach(() => {
    machine.command('aws', group);
    machine.command('systemctl');
  });

  test('does nothing until Auto Scaling takes the instance away', async () => {
    await machine.collector('127.77.9.1');
    const running = machine.run('drain.sh', { LOOPBACK_ADDRESS: '127.77.9.1' });
    expect(machine.calls()).toEqual([]);
    machine.state = 'Terminated';
    expect((await running).code).toBe(0);
    expect(machine.calls().at(-1)).toBe(completes('drain'));
  });

  test('leaves Cloud Map first, stops the collector when the queue is empty, and only then lets go', async () => {
    machine.queue = [500, 20, 0];
    machine.state = 'Terminated';
    await machine.collector('127.77.9.2');
    expect((await machine.run('drain.sh', { LOOPBACK_ADDRESS: '127.77.9.2', QUEUE_SECONDS: '30' })).code).toBe(0);
    expect(machine.calls()).toEqual([
      'systemctl cat harbourline-registration',
      'systemctl mask --runtime harbourline-registration',
      'systemctl stop harbourline-registration',
      'systemctl stop harbourline-collector',
      'aws autoscaling describe-auto-scaling-instances --instance-ids i-1 --query AutoScalingInstances[0].AutoScalingGroupName --output text',
      completes('drain'),
    ]);
  });

  test('gives signs of life while it hands over', async () => {
    machine.state = 'Terminated';
    machine.queue = [500];
    await machine.collector('127.77.9.6');
    const running = machine.run('drain.sh', {
      LOOPBACK_ADDRESS: '127.77.9.6',
      QUEUE_SECONDS: '60',
      HEARTBEAT_SECONDS: '0.2',
    });
    const heartbeat =
      'aws autoscaling record-lifecycle-action-heartbeat --auto-scaling-group-name fleet --lifecycle-hook-name drain --instance-id i-1';
    await waitFor('a sign of life', () => machine.calls().includes(heartbeat) || machine.calls().join('\n'));
    expect(machine.calls()).not.toContain('systemctl stop harbourline-collector');
    machine.queue = [0];
    expect((await running).code).toBe(0);
  });

  test('a gateway has no registration to leave', async () => {
    machine.command('systemctl', '[ "$1" != cat ]');
    machine.state = 'Terminated';
    await machine.collector('127.77.9.3');
    await machine.run('drain.sh', { LOOPBACK_ADDRESS: '127.77.9.3', TIER: 'gateway' });
    expect(machine.calls().filter((call) => call.includes('stop'))).toEqual(['systemctl stop harbourline-collector']);
  });

  test('what stays in the queue goes to the bucket, after the collector has let go of it', async () => {
    machine.queue = [500];
    machine.state = 'Terminated';
    await machine.collector('127.77.9.4');
    expect((await machine.run('drain.sh', { LOOPBACK_ADDRESS: '127.77.9.4', QUEUE_SECONDS: '1' })).code).toBe(0);
    const calls = machine.calls();
    const upload = calls.indexOf('aws s3 cp - s3://bucket/sampler/i-1.tar.gz');
    expect(upload).toBeGreaterThan(calls.indexOf('systemctl stop harbourline-collector'));
    expect(calls.indexOf(completes('drain'))).toBeGreaterThan(upload);
    const list = spawnSync('tar', ['-tzf', join(machine.folder, 'uploaded')], { encoding: 'utf8' });
    expect(list.stdout.split('\n')).toContain('queue/exporter');
  });

  test('a collector that does not answer is not taken for an empty queue', async () => {
    machine.state = 'Terminated';
    await machine.run('drain.sh', { LOOPBACK_ADDRESS: '127.77.9.5', QUEUE_SECONDS: '0' });
    expect(machine.calls()).toContain('aws s3 cp - s3://bucket/sampler/i-1.tar.gz');
  });

  test('a receiver has no queue to save and no bucket: it lets go all the same', async () => {
    machine.state = 'Terminated';
    const environment = { LOOPBACK_ADDRESS: '127.77.9.8', QUEUE_SECONDS: '0', TIER: 'receiver', HANDOVER_BUCKET: '' };
    expect((await machine.run('drain.sh', environment)).code).toBe(0);
    expect(machine.calls().join()).not.toContain('s3 cp');
    expect(machine.calls().at(-1)).toBe(completes('drain'));
  });

  test('dead letters go to the bucket too', async () => {
    mkdirSync(join(machine.folder, 'data-letters'));
    writeFileSync(join(machine.folder, 'data-letters', '1.jsonl'), '{}');
    machine.state = 'Terminated';
    await machine.collector('127.77.9.6');
    await machine.run('drain.sh', { LOOPBACK_ADDRESS: '127.77.9.6' });
    expect(machine.calls()).toContain('aws s3 cp - s3://bucket/dead-letters/i-1.tar.gz');
  });

  test('does not let go where the rest of the queue could not be saved', async () => {
    machine.command('aws', '[ "$1 $2" != "s3 cp" ]');
    machine.queue = [1];
    machine.state = 'Terminated';
    await machine.collector('127.77.9.7');
    expect((await machine.run('drain.sh', { LOOPBACK_ADDRESS: '127.77.9.7', QUEUE_SECONDS: '0' })).code).not.toBe(0);
    expect(machine.calls().join()).not.toContain('complete-lifecycle-action');
  });
});

describe('registration', () => {
  const register =
    'aws servicediscovery register-instance --service-id srv-1 --instance-id i-1 --attributes AWS_INSTANCE_IPV4=127.0.0.1';
  const run = (host: string) =>
    machine.run('registration.sh', {
      LOOPBACK_ADDRESS: host,
      CLOUD_MAP_SERVICE: 'srv-1',
      NOTIFY_SOCKET: '/run/notify',
    });
  beforeEach(() => {
    machine.command('aws');
    machine.command('systemd-notify');
  });

  test('is in Cloud Map before its start is done, and ends when the collector no longer answers', async () => {
    let answers = 0;
    await machine.serve('127.77.9.9', 13_133, () => {
      answers += 1;
      return answers <= 4 ? 'ok' : undefined;
    });
    expect(await run('127.77.9.9')).toMatchObject({ code: 1, output: expect.stringContaining('out of Cloud Map') });
    expect(machine.calls()).toEqual([register, 'systemd-notify --ready']);
    // Three in a row: one slow answer is none.
    expect(answers).toBe(7);
  });

  test('a registration that is refused is no start', async () => {
    await machine.serve('127.77.9.10', 13_133, () => 'ok');
    machine.command('aws', 'exit 254');
    expect((await run('127.77.9.10')).code).not.toBe(0);
    expect(machine.calls()).toEqual([register]);
  });
});

describe('replay', () => {
  const bucket = (claimed: string, remainder: string) => `case "$1 $2" in
    "s3api list-objects-v2") echo sampler/i-7.tar.gz sampler/i-8.tar.gz ;;
    "s3api put-object") case "$*" in *${claimed}*) exit 255 ;; esac ;;
    "s3 cp") ${remainder} ;;
  esac`;
  const archive = () => {
    rmSync(join(machine.folder, 'data', 'queue'), { recursive: true });
    mkdirSync(join(machine.folder, 'other', 'queue'), { recursive: true });
    writeFileSync(join(machine.folder, 'other', 'queue', 'exporter'), 'theirs');
    const file = join(machine.folder, 'i-8.tar.gz');
    spawnSync('tar', ['-C', join(machine.folder, 'other'), '-czf', file, 'queue']);
    return file;
  };

  test('takes one remainder that nobody has claimed, and removes it', async () => {
    const file = archive();
    machine.command('chown');
    machine.command('aws', bucket('i-7', `cat ${file}`));
    expect(await machine.run('replay.sh')).toMatchObject({ code: 0, output: expect.stringContaining('i-8') });
    expect(readFileSync(join(machine.folder, 'data', 'queue', 'exporter'), 'utf8')).toBe('theirs');
    expect(machine.calls()).toContain('aws s3api delete-object --bucket bucket --key sampler/i-8.tar.gz');
    expect(machine.calls()).toContain(
      'aws s3api put-object --bucket bucket --key claims/sampler/i-8.tar.gz --if-none-match *',
    );
  });

  test('gives the claim back where it could not read the remainder, and leaves nothing half', async () => {
    archive();
    machine.command('chown');
    machine.command('aws', bucket('i-7', 'echo rubbish'));
    expect((await machine.run('replay.sh')).code).toBe(0);
    expect(existsSync(join(machine.folder, 'data', 'queue'))).toBe(false);
    expect(machine.calls()).toContain('aws s3api delete-object --bucket bucket --key claims/sampler/i-8.tar.gz');
    expect(machine.calls()).not.toContain('aws s3api delete-object --bucket bucket --key sampler/i-8.tar.gz');
  });

  test.each([
    ['An error occurred (PreconditionFailed) when calling PutObject', 'another instance has sampler/i-7.tar.gz'],
    ['Unknown options: --if-none-match, *', 'could not claim sampler/i-7.tar.gz: Unknown options: --if-none-match'],
    [
      'An error occurred (AccessDenied) when calling PutObject',
      'could not claim sampler/i-7.tar.gz: An error occurred',
    ],
  ])('says what failed: %s', async (error, said) => {
    machine.command(
      'aws',
      `case "$2" in list-objects-v2) echo sampler/i-7.tar.gz ;; put-object) echo '${error}' >&2; exit 254 ;; esac`,
    );
    expect(await machine.run('replay.sh')).toMatchObject({ code: 0, output: expect.stringContaining(said) });
  });

  test('an empty bucket is an ordinary day', async () => {
    machine.command('aws', '[ "$2" != list-objects-v2 ] || echo None');
    expect(await machine.run('replay.sh')).toMatchObject({ code: 0, output: expect.stringContaining('nothing') });
  });
});

describe('certificate', () => {
  const tls = () => join(machine.folder, 'tls');
  const secret = (value: object) => {
    writeFileSync(join(machine.folder, 'secret'), JSON.stringify(value));
    machine.command('aws', `cat ${join(machine.folder, 'secret')}`);
  };
  const run = (tier = 'gateway') =>
    machine.run('certificate.sh', { CERTIFICATE_SECRET: 'arn:secret', TLS_DIRECTORY: tls(), TIER: tier });
  const inUse = () => readFileSync(join(tls(), 'certificate.pem'), 'utf8').trim();
  const restarts = () => machine.calls().filter((call) => call.includes('restart'));
  let first: TierCertificate;
  let second: TierCertificate;
  beforeAll(async () => {
    const issue = async () => (await issueCertificates({ tiers: { gateway: ['g'] }, now: new Date() })).gateway!;
    [first, second] = [await issue(), await issue()];
  });
  beforeEach(() => {
    machine.command('chown');
    machine.command('systemctl');
  });

  test('first boot: written for the collector, which is not running yet', async () => {
    secret(first);
    expect(await run()).toMatchObject({ code: 0 });
    expect(inUse()).toBe(first.certificate.trim());
    expect(machine.calls()).toContainEqual(expect.stringMatching(/^chown -R harbourline: /));
    expect(restarts()).toEqual([]);
  });

  test('every day: says how long the one in use is good and how full the disk is, even where none can be fetched', async () => {
    secret(first);
    await run();
    const got: any[] = [];
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      got.push({ path: request.url, body: JSON.parse(text) });
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(4319, '127.77.9.9', resolve));
    try {
      machine.command('aws', 'exit 255');
      const environment = { CERTIFICATE_SECRET: 'arn:secret', TLS_DIRECTORY: tls(), TIER: 'gateway' };
      expect((await machine.run('certificate.sh', { ...environment, LOOPBACK_ADDRESS: '127.77.9.9' })).code).not.toBe(
        0,
      );
    } finally {
      server.close();
    }
    expect(got.map(({ path }) => path)).toEqual(['/v1/metrics']);
    const [{ metrics }] = got[0].body.resourceMetrics[0].scopeMetrics;
    const values = Object.fromEntries(
      metrics.map(({ name, gauge }: any) => [name, Number(gauge.dataPoints[0].asInt)]),
    ) as Record<string, number>;
    expect(Object.keys(values)).toEqual([collectorMetrics.certificateDays.name, collectorMetrics.diskUsed.name]);
    expect(values['harbourline.certificate.days']).toBeGreaterThanOrEqual(validityDays - 1);
    expect(values['harbourline.certificate.days']).toBeLessThanOrEqual(validityDays);
    expect(values['harbourline.disk.used']).toBeLessThanOrEqual(100);
  });

  test('every day: nothing new, nothing touched', async () => {
    secret(first);
    await run();
    const place = spawnSync('readlink', [tls()], { encoding: 'utf8' }).stdout;
    expect((await run()).output).toContain('newest');
    expect(spawnSync('readlink', [tls()], { encoding: 'utf8' }).stdout).toBe(place);
    expect(restarts()).toEqual([]);
  });

  test('a new authority: all three files change at once and the client is restarted; a sampler is not', async () => {
    secret(first);
    await run();
    secret(second);
    await run();
    expect(inUse()).toBe(second.certificate.trim());
    expect(restarts()).toEqual(['systemctl try-restart harbourline-collector']);
    secret(first);
    await run('sampler');
    expect(inUse()).toBe(first.certificate.trim());
    expect(restarts()).toHaveLength(1);
  });

  test.each([
    ['a key of another certificate', () => ({ ...second, key: first.key })],
    ['an authority that did not sign it', () => ({ ...second, authority: first.authority })],
    ['a secret without a key', () => ({ certificate: second.certificate, authority: second.authority })],
  ])('%s: what works stays', async (_, broken) => {
    secret(first);
    await run();
    secret(broken());
    expect((await run()).code).not.toBe(0);
    expect(inUse()).toBe(first.certificate.trim());
  });
});

// 500 kbit/s of the configuration are 62,500 bytes a second of the packet filter.
test('rate: what goes to the receiver is held to the bits a second of the configuration', async () => {
  const rules = join(machine.folder, 'rules');
  machine.command('nft', `cat > ${rules}`);
  expect((await machine.run('rate.sh', { RECEIVER: '10.20.8.10:4318', RATE_BITS: '500000' })).code).toBe(0);
  const held = readFileSync(rules, 'utf8');
  expect(held).toContain('ip daddr 10.20.8.10 tcp dport 4318 jump bucket\n');
  expect(held.match(/limit rate.*/g)).toEqual([
    'limit rate over 62500 bytes/second burst 65536 bytes counter name held_back drop',
  ]);
});

test('join: the instance counts when its collector is healthy', async () => {
  machine.command('aws', group);
  const health = await machine.serve('127.77.9.8', 13133, () => 'ok');
  expect(health).toBe(13133);
  expect((await machine.run('join.sh', { BIND_ADDRESS: '127.77.9.8' })).code).toBe(0);
  expect(machine.calls().at(-1)).toBe(completes('join'));
});
