/** Names that the VPC may look up, as the resolver would match them. */
import type { Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { interfaceEndpoints } from '../../lib/contract/endpoints';
import { configOf, environmentNames, freshApp, templateOf } from '../support/app';

const only = (template: Template, type: string): any => {
  const found = Object.values(template.findResources(type)).map(({ Properties }) => Properties);
  expect(found).toHaveLength(1);
  return found[0];
};

/** A domain of a list matches itself, and with `*.` whatever is below it (Route 53 Resolver guide, domain lists). */
const matches = (domain: string, name: string): boolean =>
  domain === '*' || (domain.startsWith('*.') ? name.endsWith(domain.slice(1)) : name === domain);

/** What the first rule that matches does. */
function answer(template: Template, name: string): string {
  const lists = template.findResources('AWS::Route53Resolver::FirewallDomainList');
  const rules: any[] = [...only(template, 'AWS::Route53Resolver::FirewallRuleGroup').FirewallRules];
  rules.sort((one, other) => one.Priority - other.Priority);
  const rule = rules.find(({ FirewallDomainListId }) =>
    lists[FirewallDomainListId['Fn::GetAtt'][0]]?.Properties.Domains.some((domain: unknown) =>
      matches(JSON.stringify(domain).includes('URLSuffix') ? resolved(domain) : String(domain), name),
    ),
  );
  return rule?.Action ?? 'ALLOW by default';
}

/** `Fn::Join` with the suffix of AWS's names. */
const resolved = (value: any): string =>
  value['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'amazonaws.com')).join('');

describe.each(environmentNames)('names in %s', (environment) => {
  const template = templateOf(environment, 'Network');

  test.each([
    ...Object.values(interfaceEndpoints).map(({ service }) => `${service.shortName}.ap-east-1.amazonaws.com`),
    'al2023-repos-ap-east-1-de612dc2.s3.dualstack.ap-east-1.amazonaws.com',
    'vpc-traces-abc.ap-east-1.es.amazonaws.com',
    'gateways-0123.elb.ap-east-1.amazonaws.com',
    'ip-10-10-0-5.ap-east-1.compute.internal',
    '5.0.10.10.in-addr.arpa',
  ])('%s is found', (name) => {
    expect(answer(template, name)).toBe('ALLOW');
  });

  test.each([
    'cGF5bWVudCAxMjM0.exfil.example',
    'ap-east-1.amazonaws.com.exfil.example',
    'evilap-east-1.amazonaws.com',
    's3.us-east-1.amazonaws.com',
    'com',
  ])('%s does not exist', (name) => {
    expect(answer(template, name)).toBe('BLOCK');
  });

  test('the VPC is under it, each query is logged, and what was refused is counted', () => {
    const vpc = Object.keys(template.findResources('AWS::EC2::VPC'))[0];
    expect(only(template, 'AWS::Route53Resolver::FirewallRuleGroupAssociation').VpcId).toEqual({ Ref: vpc });
    expect(only(template, 'AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation').ResourceId).toEqual({
      Ref: vpc,
    });
    const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(
      ({ Properties }) => Properties,
    );
    expect(filters.map(({ FilterPattern }) => FilterPattern)).toEqual(['{ $.firewall_rule_action = "BLOCK" }']);
  });
});

test('a backend that traces are forwarded to is found by its name', () => {
  const dev = configOf('dev');
  const forward = { otlp: { endpoint: 'https://jaeger.example.internal:4318', prefix: '10.50.0.0/24' } };
  const stage = freshApp([{ ...dev, collect: { ...dev.collect, forward } } as typeof dev]).node.findChild(
    'dev',
  ) as Stage;
  const template = Template.fromStack(stage.node.findChild('Network') as Stack);
  expect(answer(template, 'jaeger.example.internal')).toBe('ALLOW');
  expect(answer(template, 'other.example.internal')).toBe('BLOCK');
});
