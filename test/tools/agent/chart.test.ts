import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { ports } from '../../../lib/contract/ports';
import { makeChart } from '../../../tools/agent/make-chart';
import { configurationOf } from '../../../tools/agent/settings';
import { configOf, environmentNames } from '../../support/app';

let output: string;
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), 'harbourline-chart-'));
});
afterEach(() => rmSync(output, { recursive: true }));
const read = (chart: string, file: string) => readFileSync(join(chart, file), 'utf8');
const templates = (chart: string) =>
  readdirSync(join(chart, 'templates')).map((name) => [name, read(chart, join('templates', name))] as const);

test.each(environmentNames)('the chart of %s is what the code says', (environment) => {
  const config = configOf(environment);
  const chart = makeChart(config, output);
  expect(read(chart, 'files/collector.yaml')).toBe(configurationOf(config));
  expect(read(chart, 'files/service.env')).toContain(`HARBOURLINE_ENVIRONMENT=${environment}\n`);
  expect(parse(read(chart, 'values.yaml'))).toMatchObject({
    environment,
    region: config.region,
    egressKilobits: config.agent.egressKilobits,
    memoryMiB: config.agent.memoryMiB,
    pseudonyms: config.redaction.pseudonymKeys.length > 0,
  });
});

test('templates name only values that there are', () => {
  const chart = makeChart(configOf('dev'), output);
  const values = parse(read(chart, 'values.yaml'));
  for (const [name, text] of templates(chart)) {
    for (const [, path] of text.matchAll(/\.Values\.([\w.]+)/g)) {
      const found = path!.split('.').reduce((at, key) => at?.[key], values);
      expect([name, path, found !== undefined]).toEqual([name, path, true]);
    }
  }
});

test('ports are those of the code, and no other is open', () => {
  const chart = makeChart(configOf('dev'), output);
  const daemonSet = read(chart, 'templates/daemonset.yaml');
  expect([...daemonSet.matchAll(/hostPort: (\d+)/g)].map(([, port]) => Number(port))).toEqual([
    ports.otlpGrpc,
    ports.otlpHttp,
  ]);
  const ingress = /ingress:([\s\S]*)egress:/.exec(read(chart, 'templates/networkpolicy.yaml'))![1]!;
  expect([...ingress.matchAll(/port: (\d+)/g)].map(([, port]) => Number(port))).toEqual([
    ports.otlpGrpc,
    ports.otlpHttp,
  ]);
});

describe('values', () => {
  const complete = {
    environment: 'dev',
    region: 'ap-east-1',
    gatewayEndpoint: 'gateway:4317',
    image: { reference: `registry/agent@sha256:${'0'.repeat(64)}` },
    certificate: { secretArn: 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:x', secretName: '' },
    network: { gatewayCidrs: ['10.10.0.0/16'] },
  };
  const valid = (values: object) => {
    const schema = JSON.parse(readFileSync('charts/harbourline-agent/values.schema.json', 'utf8'));
    return new Ajv({ strict: false }).validate(schema, values);
  };

  test('that are complete are taken', () => expect(valid(complete)).toBe(true));

  test.each([
    ['a chart that was not completed', { environment: '' }],
    ['an image by its tag', { image: { reference: 'registry/agent:latest' } }],
    ['no gateway', { gatewayEndpoint: '' }],
    ['two certificates', { certificate: { ...complete.certificate, secretName: 'tls' } }],
    ['no certificate', { certificate: { secretArn: '', secretName: '' } }],
    ['gateways anywhere', { network: { gatewayCidrs: [] } }],
    ['no bound', { egressKilobits: 0 }],
  ])('%s is refused', (_, wrong) => expect(valid({ ...complete, ...wrong })).toBe(false));
});
