import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { Agent, configurationIn } from '../../../lib/collect/agent';
import { redactionOf } from '../../../lib/collector/blocks/redaction';
import { variablesIn } from '../../../lib/collector/blocks/render';
import { variablesOf } from '../../../lib/contract/instance';
import { describePackage } from '../../../tools/agent/nfpm';
import { configurationOf } from '../../../tools/agent/settings';
import { configOf, environmentNames } from '../../support/app';

interface Content {
  readonly src: string;
  readonly dst: string;
  readonly type?: string;
  readonly file_info: { readonly mode: number };
}

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'harbourline-package-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

const packageOf = (environment: string) =>
  parse(
    readFileSync(
      describePackage({
        config: configOf(environment),
        architecture: 'amd64',
        version: '1.2.3',
        madeAt: new Date(0),
        collector: '/collector',
        scratch,
      }),
      'utf8',
    ),
  );

describe.each(environmentNames)('the package of %s', (environment) => {
  let described: any;
  let files: Map<string, Content>;
  const text = (path: string) => readFileSync(files.get(path)!.src, 'utf8');
  beforeEach(() => {
    described = packageOf(environment);
    files = new Map(described.contents.map((content: Content) => [content.dst, content]));
  });

  test('holds the configuration that State Manager writes on instances, letter by letter', () => {
    const config = configOf(environment);
    const stack = new Stack(new App(), 'Collect');
    new Agent(stack, 'Agent', {
      environment,
      agent: config.agent,
      redaction: redactionOf(config),
      securityLevel: 'development',
      certificate: { secretArn: 'arn:certificate', keyArn: 'arn:key', statements: [] },
      gatewayEndpoint: 'gateway:4317',
    });
    const [document] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Document')) as any[];
    const commands = document.Properties.Content.mainSteps[0].inputs.runCommand.filter(
      (each: unknown) => typeof each === 'string',
    );
    expect(text('/etc/harbourline/collector.yaml')).toBe(configurationIn(commands));
  });

  test('everything that a unit runs or reads is in it, or is written when the server enrols', () => {
    const enrol = readFileSync(files.get('/usr/sbin/harbourline-agent')!.src, 'utf8');
    for (const [path] of [...files].filter(([path]) => path.endsWith('.service'))) {
      const unit = text(path);
      for (const [, program] of unit.matchAll(/^ExecStart=(\S+)/gm))
        expect([path, program, files.get(program!)?.file_info.mode]).toEqual([path, program, 0o755]);
      for (const [, file] of unit.matchAll(/^EnvironmentFile=(?!-)(.*)$/gm)) {
        const written = enrol.includes(`> "$etc/${file!.replace('/etc/harbourline/', '')}"`);
        expect([path, file, files.has(file!) || written]).toEqual([path, file, true]);
      }
    }
  });

  test('variables of the configuration are set by the environment file or at enrolment', () => {
    const given = new Set([
      ...Object.keys(variablesOf(text('/etc/harbourline/collector.env'))),
      ...['GATEWAY_ENDPOINT', 'PSEUDONYM_SECRET'],
    ]);
    expect(variablesIn(configurationOf(configOf(environment))).filter((name) => !given.has(name))).toEqual([]);
  });

  test('an upgrade keeps the settings of the owner, and nothing else', () => {
    expect([...files.values()].filter(({ type }) => type !== undefined).map(({ dst, type }) => [dst, type])).toEqual([
      ['/etc/harbourline/collector.env', 'config|noreplace'],
    ]);
  });

  test('the limits are those of the configuration', () => {
    const { agent, redaction } = configOf(environment);
    expect(text('/usr/lib/systemd/system/harbourline-collector.service.d/limits.conf')).toContain(
      `MemoryMax=${agent.memoryMiB}M\n`,
    );
    expect(variablesOf(text('/etc/harbourline/collector.env')).EGRESS_KILOBITS).toBe(`${agent.egressKilobits}`);
    expect(variablesOf(text('/opt/harbourline/package.env'))).toEqual({
      ENVIRONMENT: environment,
      PSEUDONYMS: redaction.pseudonymKeys.length > 0 ? 'yes' : 'no',
    });
    expect(readFileSync(described.scripts.preinstall, 'utf8')).toContain("wanted='x86_64'");
  });
});
