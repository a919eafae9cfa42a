/** What somebody may change in an environment's file: each list and switch of config/schema.ts, one change at a time. */

import type { EnvironmentConfigInput } from '../../config/schema';
import { dev } from '../../harness/environments/dev';
import { edited } from '../../harness/environments/edited';

/** A change of the file of `dev`. */
export interface DayTwoChange {
  /** Where in the schema. */
  readonly path: string;
  /** `add`, `remove`, `reorder`, `change`, or what else is done. */
  readonly what: string;
  readonly before: EnvironmentConfigInput;
  readonly after: EnvironmentConfigInput;
}

type Tree = Record<string, unknown>;

const valueAt = (config: EnvironmentConfigInput, path: string): unknown =>
  path.split('.').reduce<unknown>((tree, key) => (tree as Tree | undefined)?.[key], config);

/** A list: with one more, one fewer, in another order, with another instead of one. */
function list(path: string, items: readonly unknown[], base = dev, with_: Readonly<Record<string, unknown>> = {}) {
  const [first, second, other] = items;
  const change = (what: string, before: readonly unknown[], after: readonly unknown[]): DayTwoChange => ({
    path,
    what,
    before: edited(base, { ...with_, [path]: before }),
    after: edited(base, { ...with_, [path]: after }),
  });
  return [
    change('add', [first], [first, second]),
    change('remove the first', [first, second], [second]),
    change('reorder', [first, second], [second, first]),
    change('change one', [first, second], [other, second]),
    change('empty', [first], []),
  ];
}

/** A value: another one, and where it may be left out, none and one again. */
function value(path: string, other: unknown, more: Readonly<Record<string, unknown>> = {}, base = dev): DayTwoChange[] {
  const before = valueAt(base, path);
  return [
    {
      path,
      what: before === undefined ? 'add' : 'change',
      before: base,
      after: edited(base, { [path]: other, ...more }),
    },
  ];
}

const vpn = dev.link?.siteToSiteVpn;
const leasedLine = {
  connectionId: 'dxcon-fg1deva1',
  vlan: 300,
  peerCidr: '169.254.32.0/30',
  probeAddress: '10.20.255.3',
};
const overLine = {
  customerGatewayAddress: '10.20.254.1',
  insideCidrs: ['169.254.30.0/30', '169.254.31.0/30'],
  probeAddresses: ['10.20.255.4', '10.20.255.5'],
  transitGatewayCidr: '10.40.0.0/24',
};
const attachment = (digit: string) => `tgw-attach-0123456789abcdef${digit}`;
const lines = (dev.link?.allowlist.text ?? '').split('\n').filter((line) => /^\S/.test(line) && !line.startsWith('#'));
const text = (of: readonly string[]) => ({ 'link.allowlist.text': `${of.join('\n')}\n` });
const probeLine = (address: string): string => `relay ${address}/32 7 trace-platform NET-1207 2027-06-30`;
/** Dev with everything that both kinds of line need, so that transports alone change. */
const lined = edited(dev, { 'link.directConnect': leasedLine, 'link.vpnOverDirectConnect': overLine });
const probes: Readonly<Record<string, readonly string[]>> = {
  siteToSiteVpn: vpn?.probeAddresses ?? [],
  directConnect: [leasedLine.probeAddress],
  vpnOverDirectConnect: overLine.probeAddresses,
};
/** Each way to the mainland brings the lines of its probes, and takes them with it. */
const over = (base: EnvironmentConfigInput, used: readonly string[]): EnvironmentConfigInput =>
  edited(base, {
    'link.transports': used,
    ...text([
      ...lines.filter((line) => !/ 7 /.test(line)),
      ...used.flatMap((name) => (probes[name] ?? []).map(probeLine)),
    ]),
  });
const transports = (what: string, before: readonly string[], after: readonly string[]): DayTwoChange => ({
  path: 'link.transports',
  what,
  before: over(lined, before),
  after: over(lined, after),
});
const entries = (what: string, before: readonly string[], after: readonly string[]): DayTwoChange => ({
  path: 'link.allowlist.text',
  what,
  before: edited(dev, text(before)),
  after: edited(dev, text(after)),
});
const another = 'relay 10.20.8.12/32 4318 trace-platform NET-1206 2027-06-30';
const relays = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `relay 10.20.8.${20 + index}/32 4318 trace-platform NET-1208 2027-06-30`);
const backend = { endpoint: 'https://jaeger.example.internal:4318', prefix: '10.50.0.0/24' };
const managers = { instanceType: 'm7g.large.search', count: 3 };
const saml = { entityId: 'https://idp.example/entity', metadata: '<EntityDescriptor xmlns="urn:x"/>' };
const role = (name: string) => `arn:aws:iam::111111111111:role/${name}`;
const grant = (name: string) => ({
  role: 'investigator',
  roleArn: role(name),
  until: '2026-12-31',
  reason: 'NET-1210 audit',
});
const noFirewall = 'Trial with services of nobody until the firewall is ordered, approved in NET-1211 to June 2027';
const key = (digit: string) => `arn:aws:kms:ap-east-1:111111111111:key/00000000-0000-4000-8000-11111111111${digit}`;

const secretOf = (account: string) => ({
  secretArn: `arn:aws:secretsmanager:ap-east-1:${account}:secret:of-clients-z1B2c3`,
  keyArn: key('9'),
});
const client = (account: string, digit: string) => ({
  name: `client${digit}`,
  account,
  vpcs: [
    {
      vpcId: `vpc-0123456789abcde0${digit}`,
      prefixes: ['10.30.4.0/24'],
      subnetIds: [`subnet-0123456789abcde0${digit}`],
    },
  ],
  nodeRoleArns: [`arn:aws:iam::${account}:role/node`],
});
const existing = { vpcId: 'vpc-0123456789abcdef0', cidrs: [dev.network.cidr] };
const operators = {
  via: 'endpoint',
  endpoint: { vpcId: 'vpc-0123456789abcdef0', subnetIds: ['subnet-0123456789abcdef0'], prefixes: ['10.60.0.0/24'] },
};
/** Dev where services come by a transit gateway. */
const routed = edited(dev, {
  'collect.entrance': {
    via: 'routed',
    routed: { transitGatewayId: 'tgw-0123456789abcdef0', prefixes: ['10.30.0.0/16'] },
    handedOver: {
      gatewayAddress: 'gateways-0123.elb.ap-east-1.amazonaws.com',
      certificate: dev.collect.entrance?.handedOver?.certificate,
    },
  },
  clients: [],
});

/** Settings that name the environment, or say something to people and tools only: another value is another environment, or nothing. */
export const notTried: Readonly<Record<string, string>> = {
  'store.access.via': 'tried with the whole section',
  'collect.entrance.via': 'tried with the whole section',
  'collect.entrance.handedOver.gatewayAddress': 'a value of a parameter',
  'collect.entrance.handedOver.pseudonyms': 'part of a document and a policy, as the certificate',
  environment: 'another name is another environment',
  region: 'another region is another environment: nothing moves a store',
  'observe.metricsRegion': 'another region is refused',
  'link.allowlist.file': 'names a file in messages',
  'collect.forward.authority': 'part of user data, as the endpoint',
  'collect.gateway.tradingHours.opens': 'tried with the whole section',
  'collect.gateway.tradingHours.closes': 'tried with the whole section',
  'collect.gateway.tradingHours.timeZone': 'tried with the whole section',
  'collect.gateway.tradingHours.minInstances': 'tried with the whole section',
  'store.load': 'judged by the configuration, and in no template',
  repositoryUrl: 'part of texts',
  'observe.metricsBudget.services': 'a value in user data, as those of sampling: samplers and gateways roll',
  'observe.metricsBudget.destinations': 'as for services: samplers roll',
  'observe.metricsBudget.operations': 'as for services: samplers roll',
  'collect.rollbackDisabled': 'a switch of the instance refresh alone, which CloudFormation changes in place',
  'store.holds': 'read by a command, and in no template',
  'store.erasures': 'read by a command, and in no template',
  'observe.notify.page.targets':
    'settings of a function and its subscription; the whole section is tried by tests of the function',
  'observe.notify.inform.targets': 'as for page',
  'observe.notify.repeatMinutes': 'a setting of a function',
  'observe.notify.escalation.afterMinutes': 'a setting of a function',
  'observe.notify.escalation.targets': 'as for page',
  'observe.notify.heartbeat.secretArn': 'a setting and a grant of a function',
  'observe.notify.heartbeat.keyArn': 'a grant of a function',
  'link.directConnect.second.vlan': 'tried with the whole section',
  'link.directConnect.second.peerCidr': 'tried with the whole section',
  'link.directConnect.second.probeAddress': 'tried with the whole section',
  'link.directConnect.second.connectionId': 'tried with the whole section',
  'link.directConnect.second.hostedInterfaceId': 'as that of the first line',
  'link.directConnect.oneLineAcknowledged': 'a reason, and in no template',
  'link.siteToSiteVpn.weakerAcknowledged': 'a reason, and in no property of a template',
  'link.vpnOverDirectConnect.weakerAcknowledged': 'a reason, and in no property of a template',
  'link.siteToSiteVpn.behindNat': 'in files of the far end alone',
  'link.vpnOverDirectConnect.behindNat': 'in files of the far end alone',
  'link.vpnOverDirectConnect.profile': 'as of siteToSiteVpn',
  'link.directConnect.unencryptedAcknowledged': 'a reason, and in no template',
  'link.inspection.noneAcknowledged': 'a reason, and in no template',
  'link.services': 'part of user data, as the number of calls',
  'link.allowlistDays': 'judged by the configuration, and in no template',
  'store.saml.entityId': 'tried with the whole section',
  'store.saml.groupsKey': 'tried with the whole section',
  'store.saml.metadata': 'tried with the whole section',
};

export const dayTwoChanges: readonly DayTwoChange[] = [
  ...value('production', true),
  ...value('account', '111111111119', { 'collect.entrance.handedOver': undefined }),
  ...value('assetsKeyArn', key('7')),
  ...value('organisation.permissionsBoundary', 'boundary-${AWS::AccountId}'),
  ...value('organisation.bootstrapQualifier', 'bank01'),
  ...value('organisation.tags', { 'cost-centre': '4711' }),
  ...value('organisation.flowLogArchiveArn', 'arn:aws:s3:::log-archive/harbourline'),
  ...value('organisation.namePrefix', 'bank-'),
  ...['logs', 'volumes', 'secrets', 'topics'].flatMap((of) => value(`organisation.keyArns.${of}`, key('6'))),
  ...value(
    'organisation.certificateAuthorityArn',
    'arn:aws:acm-pca:ap-east-1:111111111111:certificate-authority/00000000-0000-4000-8000-111111111116',
  ),
  ...value('link.transitGatewayId', 'tgw-0123456789abcdef0'),
  ...value('link.analysis.permissionsBoundary', 'boundary'),
  ...value('link.analysis.bootstrapQualifier', 'bank02'),
  ...value('network.cidr', '10.11.0.0/16'),
  ...value('network.existing', existing),
  ...value('network.existing.vpcId', 'vpc-0123456789abcdef1', {}, edited(dev, { 'network.existing': existing })),
  ...value(
    'network.existing.cidrs',
    [dev.network.cidr, '10.77.0.0/20'],
    {},
    edited(dev, { 'network.existing': existing }),
  ),
  ...list('network.availabilityZones', ['ap-east-1a', 'ap-east-1b', 'ap-east-1c'], dev, { 'store.dataNodes.count': 2 }),
  ...value('network.availabilityZones', ['ap-east-1c', 'ap-east-1a', 'ap-east-1b']),
  ...value('network.availabilityZones', ['ap-east-1a', 'ap-east-1b'], { 'store.dataNodes.count': 2 }),
  ...list('network.serviceVpcPrefixes', ['10.30.0.0/16', '10.33.0.0/16', '10.34.0.0/16'], dev, { clients: [] }),
  ...list('mainland.prefixes', ['10.20.0.0/16', '10.28.0.0/16', '10.29.0.0/16']),
  ...list('mainland.hostSuffixes', ['.cn.example.internal', '.sz.example.internal', '.sh.example.internal']),
  ...value('collect.imageId', 'ami-0123456789abcdef1'),
  ...value(
    'collect.x86ImageId',
    'ami-0123456789abcdef1',
    {},
    edited(dev, { 'collect.gateway.instanceType': 't3.medium' }),
  ),
  { path: 'collect.entrance', what: 'routed', before: dev, after: routed },
  { path: 'collect.entrance', what: 'by PrivateLink again', before: routed, after: dev },
  ...value('collect.entrance.routed.prefixes', ['10.30.0.0/16', '10.30.4.0/24'], {}, routed),
  ...value('collect.entrance.routed.routeTableIds', ['rtb-0123456789abcdef1'], {}, routed),
  ...value('collect.entrance.routed.transitGatewayId', 'tgw-0123456789abcdef1', {}, routed),
  ...value('collect.entrance.routed', { peeringId: 'pcx-0123456789abcdef0', prefixes: ['10.30.0.0/16'] }, {}, routed),
  ...list('collect.entrance.certificateNames', ['a.example.internal', 'b.example.internal', 'c.example.internal']),
  ...value('collect.entrance.privateLink.privateName', 'a.example.internal', {
    'collect.entrance.certificateNames': ['a.example.internal'],
  }),
  ...list('collect.entrance.privateLink.principals', ['111111111115', '111111111116', '111111111117']),
  ...value('collect.entrance.privateLink.acceptanceRequired', true),
  ...value('collect.entrance.handedOver.serviceName', 'com.amazonaws.vpce.ap-east-1.vpce-svc-00123456789abcdee'),
  ...value('collect.entrance.handedOver.certificate', secretOf('111111111111')),
  ...value('collect.entrance.handedOver', undefined),
  ...list('clients', [client('111111111115', '0'), client('111111111116', '1'), client('111111111117', '2')]),
  {
    path: 'clients',
    what: 'rename one',
    before: dev,
    after: edited(dev, { clients: dev.clients?.map((each) => ({ ...each, name: 'pay' })) }),
  },
  ...list('collect.legacyClients', ['zipkin', 'jaeger', 'jaeger']),
  ...value('collect.forward.otlp', backend),
  ...value('collect.forward.zipkin', { ...backend, endpoint: 'https://zipkin.example.internal:9411' }),
  ...value('collect.gateway.instanceType', 'm7g.large'),
  ...value('collect.gateway.instanceType', 'm7i.large'),
  ...value('collect.gateway.minInstances', 3),
  ...value('collect.gateway.maxInstances', 6),
  ...value('collect.gateway.tradingHours', { opens: '09:00', closes: '17:00', minInstances: 3 }),
  ...value('collect.gateway.volumeGiB', 40),
  ...value('collect.sampler.instanceType', 'm7g.large'),
  ...value('collect.sampler.minInstances', 3, { 'collect.sampler.maxInstances': 3 }),
  ...value('collect.sampler.maxInstances', 4),
  ...value('collect.sampler.volumeGiB', 40),
  ...list('redaction.allowedKeys', ['payment', 'order', 'trade']),
  ...list('redaction.pseudonymKeys', ['enduser.id', 'user.id', 'client.id'], dev, {
    'collect.entrance.handedOver.pseudonyms': secretOf('111111111111'),
  }),
  ...value('agent.servers', false),
  ...value('agent.tagKey', 'tracing'),
  ...value('agent.tagValue', 'on'),
  ...value('agent.everyHours', 2),
  ...value('agent.concurrencyPercent', 20),
  ...value('agent.errorPercent', 10),
  ...value('agent.memoryMiB', 512),
  ...value('agent.cpuPercent', 100),
  ...value('agent.egressKilobits', 2_000),
  ...value('sampling.floorPercent', 12),
  ...value('sampling.ceilingPercent', 25),
  ...value('sampling.bytesPerSecond', 30_000),
  ...value('sampling.errorBytesPerSecond', 300_000),
  ...value('sampling.slowThresholdMs', 3_000),
  ...value('sampling.decisionWaitSeconds', 20),
  ...value('store.engineVersion', 'OpenSearch_3.5'),
  ...value('store.keyArn', 'arn:aws:kms:ap-east-1:111111111111:key/00000000-0000-4000-8000-111111111119'),
  ...value('store.dataNodes.instanceType', 'r8g.large.search'),
  ...value('store.dataNodes.count', 6),
  ...value('store.dataNodes.volumeGiB', 100),
  ...value('store.managerNodes', managers),
  ...value('store.standby', true, { 'store.managerNodes': managers, 'store.replicas': 2 }),
  ...value('store.access.session.instanceType', 't4g.micro'),
  ...value('store.access', { via: 'none' }),
  ...value('store.access', operators),
  ...value('store.access', { via: 'endpoint', endpoint: { ...operators.endpoint, account: '111111111114' } }),
  ...value('store.access.endpoint.vpcId', 'vpc-0123456789abcdef1', {}, edited(dev, { 'store.access': operators })),
  ...value('store.replicas', 2),
  ...value('store.shards', 3),
  ...value('store.codec', 'default'),
  ...value('store.refreshIntervalSeconds', 30),
  ...value('store.retentionDays', 30),
  ...list('store.readerRoleArns', [role('trace-readers'), role('auditors'), role('others')]),
  ...list('store.readerGroups', ['readers', 'auditors', 'others'], dev, { 'store.saml': saml }),
  ...list('store.grants', [grant('one'), grant('two'), grant('three')]),
  ...value('store.saml', saml),
  ...value('store.saml.sessionMinutes', 30, {}, edited(dev, { 'store.saml': saml })),
  ...value('observe.logRetentionDays', 180),
  ...value('observe.notify.page.email', 'on-call@example.com'),
  ...value('observe.notify.page.topicArn', 'arn:aws:sns:ap-east-1:111111111111:page'),
  ...value('observe.notify.inform.email', 'platform@example.com'),
  ...value('observe.notify.inform.topicArn', 'arn:aws:sns:ap-east-1:111111111111:inform'),
  ...value('observe.language', 'zh'),
  ...value('observe.runbook', 'https://wiki.example/runbook'),
  ...value('observe.objectives.p99Ms.hk-cn', 600),
  ...value('observe.objectives.p99Ms.cn-hk', 400),
  ...value('observe.objectives.p99Ms.none', 900),
  ...value('observe.objectives.errorPercent', 2),
  ...value('observe.objectives.minimumSamples', 40),
  ...value('observe.metricsBudget.services', 60),
  ...value('observe.metricsBudget.destinations', 30),
  ...value('observe.metricsBudget.operations', 80),
  { path: 'link', what: 'add', before: edited(dev, { link: undefined }), after: dev },
  { path: 'link', what: 'remove', before: dev, after: edited(dev, { link: undefined }) },
  transports('to the leased line', ['siteToSiteVpn'], ['vpnOverDirectConnect', 'siteToSiteVpn']),
  transports('the internet away', ['vpnOverDirectConnect', 'siteToSiteVpn'], ['vpnOverDirectConnect']),
  transports('at once', ['siteToSiteVpn'], ['vpnOverDirectConnect']),
  transports('reorder', ['directConnect', 'siteToSiteVpn'], ['siteToSiteVpn', 'directConnect']),
  transports('encrypt the line', ['directConnect'], ['vpnOverDirectConnect']),
  transports('a second line', ['siteToSiteVpn'], ['directConnect', 'siteToSiteVpn']),
  ...value('link.siteToSiteVpn.customerGatewayAddress', '203.0.113.11'),
  ...value('link.siteToSiteVpn.insideCidrs', ['169.254.12.0/30', '169.254.13.0/30']),
  ...value('link.siteToSiteVpn.insideCidrs', [...(vpn?.insideCidrs ?? [])].reverse()),
  ...value(
    'link.siteToSiteVpn.probeAddresses',
    ['10.20.255.4', '10.20.255.5'],
    text(
      [...lines.filter((line) => !/ 7 /.test(line)), '10.20.255.4', '10.20.255.5'].map((line) =>
        /^\d/.test(line) ? probeLine(line) : line,
      ),
    ),
  ),
  ...value('link.siteToSiteVpn.probeAddresses', [...(vpn?.probeAddresses ?? [])].reverse()),
  ...value(
    'link.siteToSiteVpn.internetAcknowledged',
    'Trial without production data until the leased line is ordered, approved in NET-1299 to June 2027',
  ),
  ...[
    ['connectionId', 'dxcon-fg1devb2'],
    ['vlan', 301],
    ['gatewayAsn', 64_520],
    ['peerCidr', '169.254.33.0/30'],
    ['mtu', 8500],
    ['probeAddress', '10.20.255.4'],
    ['hostedInterfaceId', 'dxvif-fg1deva1'],
    ['gatewayId', '00000000-0000-4000-8000-000000000001'],
    ['second', { connectionId: 'dxcon-fg1devb2', vlan: 300, peerCidr: '169.254.33.0/30', probeAddress: '10.20.255.6' }],
  ].flatMap(([name, other]) => value(`link.directConnect.${name}`, other, {}, over(lined, ['directConnect']))),
  ...[
    ['customerGatewayAddress', '10.20.254.2'],
    ['insideCidrs', ['169.254.34.0/30', '169.254.35.0/30']],
    ['probeAddresses', [...overLine.probeAddresses].reverse()],
    ['transitGatewayCidr', '10.41.0.0/24'],
  ].flatMap(([name, other]) =>
    value(`link.vpnOverDirectConnect.${name}`, other, {}, over(lined, ['vpnOverDirectConnect'])),
  ),
  ...value('link.siteToSiteVpn.profile', 'dh14', {
    'link.siteToSiteVpn.weakerAcknowledged':
      'The gateway of the cloud at the far end has no elliptic groups, approved in NET-1212 to June 2027',
  }),
  ...value('link.amazonAsn', 64_530),
  ...value('link.farEnd.asn', 65_020),
  ...value('link.farEnd.prefixes', [...(dev.link?.farEnd.prefixes ?? []), '10.20.9.0/24']),
  ...value('link.farEnd.prefixes', [...(dev.link?.farEnd.prefixes ?? [])].reverse()),
  ...value('link.bgp.keepaliveSeconds', 5),
  ...value('link.bgp.holdSeconds', 60),
  entries('one more relay line', lines, [...lines, another]),
  entries('one fewer', [...lines, another], lines),
  entries('reorder', lines, [...lines].reverse()),
  entries('change an address', [...lines, another], [...lines, another.replace('8.12', '8.13')]),
  entries('change a port', [...lines, another], [...lines, another.replace('4318', '4317')]),
  entries(
    'swap two ports',
    [...lines, another, another.replace('8.12/32 4318', '8.13/32 4319')],
    [...lines, another.replace('4318', '4319'), another.replace('8.12', '8.13')],
  ),
  entries('a list outgrows its step', [...lines, ...relays(3)], [...lines, ...relays(5)]),
  entries(
    'as many as an ACL takes, all others',
    [...lines.slice(0, 4), ...relays(11)],
    [...lines.slice(0, 4), ...relays(11).map((line) => line.replace('10.20.8.', '10.20.2.'))],
  ),
  entries('one more service line', lines, [...lines, '10.30.4.48/28 10.20.1.30/32 8443 cards NET-1209 2027-03-31']),
  // With lines of relays alone: a line of a service needs the attachment that holds it.
  ...list(
    'link.serviceAttachments',
    [
      { attachmentId: attachment('0'), prefix: '10.30.4.0/24' },
      { attachmentId: attachment('1'), prefix: '10.30.5.0/24' },
      { attachmentId: attachment('2'), prefix: '10.30.6.0/24' },
    ],
    dev,
    { 'link.allowlist.text': lines.filter((line) => line.startsWith('relay')).join('\n') },
  ),
  ...value('link.serviceAttachments', [{ attachmentId: attachment('0'), prefix: '10.30.4.0/24' }]),
  {
    path: 'link.serviceAttachments',
    what: 'the VPC is attached again',
    before: edited(dev, { 'link.serviceAttachments': [{ attachmentId: attachment('0'), prefix: '10.30.4.0/24' }] }),
    after: edited(dev, { 'link.serviceAttachments': [{ attachmentId: attachment('9'), prefix: '10.30.4.0/24' }] }),
  },
  ...value('link.serviceAttachments', [
    { attachmentId: attachment('0'), prefix: '10.30.4.0/24', account: '111111111117' },
  ]),
  ...value('link.inspection.by', 'none', { 'link.inspection.noneAcknowledged': noFirewall }),
  ...value('link.inspection.zones', 3),
  ...list(
    'link.continuityChecks',
    [
      { name: 'settlement', url: 'https://10.20.1.20:8443/traceparent', serverName: 'settlement.example.internal' },
      { name: 'cards', url: 'http://10.20.1.30:8080/traceparent', proxy: 'http://10.20.1.5:3128' },
      { name: 'accounts', url: 'https://10.20.1.20:8443/accounts/traceparent' },
    ],
    dev,
    text([
      ...lines,
      'relay 10.20.1.20/32 8443 payments NET-1212 2027-03-31',
      'relay 10.20.1.5/32 3128 cards NET-1212 2027-03-31',
    ]),
  ),
  ...value('link.relay.instanceType', 'm7g.medium'),
  ...value('link.relay.volumeGiB', 60),
  ...value('link.relay.outageHours', 30),
  ...value('link.relay.bitsPerSecond', 800_000),
  ...value('link.relay.minimumCalls', 20),
  ...value(
    'link.relay.certificate.secretArn',
    'arn:aws:secretsmanager:ap-east-1:111111111111:secret:link-relay-z1B2c3',
  ),
  ...value('link.relay.certificate.keyArn', key('8')),
  ...value('link.receiver.address', '10.20.8.11', text(lines.map((line) => line.replace('10.20.8.10', '10.20.8.11')))),
  ...value('link.receiver.port', 4320, text(lines.map((line) => line.replace(' 4318 ', ' 4320 ')))),
  ...value('link.receiver.continuityPort', 8089, text(lines.map((line) => line.replace(' 8088 ', ' 8089 ')))),
  {
    path: 'link.receiver.port',
    what: 'changes places with continuityPort',
    before: dev,
    after: edited(dev, { 'link.receiver.port': 8088, 'link.receiver.continuityPort': 4318 }),
  },
  ...value('link.receiver.name', 'receiver2.dev.cn.example.internal'),
  ...value('link.probe.everySeconds', 5),
  ...value('link.probe.port', 9, text(lines.map((line) => line.replace(/ 7 /, ' 9 ')))),
  ...value('link.probe.rttMs', 90),
  ...value('link.probe.lossPercent', 3),
  { path: 'link.analysis', what: 'remove', before: dev, after: edited(dev, { 'link.analysis': undefined }) },
  { path: 'link.analysis', what: 'add', before: edited(dev, { 'link.analysis': undefined }), after: dev },
  ...value('link.analysis.subnetId', 'subnet-00123456789abcde0'),
  ...value('link.analysis.vpcId', 'vpc-00123456789abcde0'),
  ...value('link.analysis.vpcCidr', '10.20.8.0/23'),
  ...value('link.analysis.availabilityZone', 'cn-north-1b'),
  ...value('link.analysis.imageId', 'ami-0123456789abcdef1'),
  ...value('link.analysis.instanceType', 'm7g.large'),
  ...value('link.analysis.ownNamespace', 'Mainland/Services'),
  ...value(
    'link.analysis.assetsKeyArn',
    'arn:aws-cn:kms:cn-north-1:111111111112:key/00000000-0000-4000-8000-111111111117',
  ),
  ...value(
    'link.analysis.certificate.keyArn',
    'arn:aws-cn:kms:cn-north-1:111111111112:key/00000000-0000-4000-8000-111111111118',
  ),
  ...value(
    'link.analysis.certificate.secretArn',
    'arn:aws-cn:secretsmanager:cn-north-1:111111111112:secret:link-receiver-z1B2c3',
  ),
  ...value('link.analysis.region', 'cn-northwest-1', {
    'link.analysis.availabilityZone': 'cn-northwest-1a',
    'link.analysis.certificate.secretArn':
      'arn:aws-cn:secretsmanager:cn-northwest-1:111111111112:secret:link-receiver-a1B2c3',
  }),
  ...value('link.analysis.account', '111111111118', {
    'link.analysis.certificate.secretArn':
      'arn:aws-cn:secretsmanager:cn-north-1:111111111118:secret:link-receiver-a1B2c3',
  }),
];
