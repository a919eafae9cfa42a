/** The synthesised link: what a network engineer would look for in it. */

import type { Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { EnvironmentConfig } from '../../config/schema';
import { subnetCidrs } from '../../lib/contract/addresses';
import { announcedByFarEnd, flows, linked, linkParameters } from '../../lib/contract/link-parameters';
import { configOf, environmentNames, freshApp, resourcesOf, templateOf } from '../support/app';

const resources = (environment: string, type: string): any[] =>
  Object.values(templateOf(environment, 'Link').findResources(type)).map(({ Properties }) => Properties);

const only = (environment: string, type: string): any => {
  const found = resources(environment, type);
  expect(found).toHaveLength(1);
  return found[0];
};

/** The link of dev with other transports. */
function linkOf(config: EnvironmentConfig): Template {
  const stage = freshApp([config]).node.findChild(config.environment) as Stage;
  return Template.fromStack(stage.node.findChild('Link') as Stack);
}

describe('siteToSiteVpn (dev)', () => {
  test('both tunnels are written out, hardened, logged, with keys that no template knows', () => {
    const vpn = only('dev', 'AWS::EC2::VPNConnection');
    expect(vpn).toMatchObject({ PreSharedKeyStorage: 'SecretsManager', StaticRoutesOnly: false, Type: 'ipsec.1' });
    expect(vpn.OutsideIpAddressType).toBeUndefined();
    expect(vpn.VpnTunnelOptionsSpecifications).toHaveLength(2);
    for (const [index, tunnel] of vpn.VpnTunnelOptionsSpecifications.entries()) {
      expect(tunnel).toEqual({
        TunnelInsideCidr: `169.254.1${index}.0/30`,
        IKEVersions: [{ Value: 'ikev2' }],
        Phase1EncryptionAlgorithms: [{ Value: 'AES256-GCM-16' }],
        Phase1IntegrityAlgorithms: [{ Value: 'SHA2-384' }],
        Phase1DHGroupNumbers: [{ Value: 20 }],
        Phase1LifetimeSeconds: 28_800,
        Phase2EncryptionAlgorithms: [{ Value: 'AES256-GCM-16' }],
        Phase2IntegrityAlgorithms: [{ Value: 'SHA2-384' }],
        Phase2DHGroupNumbers: [{ Value: 20 }],
        Phase2LifetimeSeconds: 3_600,
        DPDTimeoutSeconds: 30,
        DPDTimeoutAction: 'restart',
        StartupAction: 'start',
        EnableTunnelLifecycleControl: true,
        LogOptions: {
          CloudwatchLogOptions: expect.objectContaining({
            LogEnabled: true,
            BgpLogEnabled: true,
            LogOutputFormat: 'json',
          }),
        },
      });
    }
    expect(JSON.stringify(vpn)).not.toContain('PreSharedKey"');
  });

  test('the logs of tunnels are encrypted and kept', () => {
    const groups = resources('dev', 'AWS::Logs::LogGroup').filter(({ LogGroupName }) =>
      JSON.stringify(LogGroupName)?.includes('vpn-'),
    );
    expect(groups).toHaveLength(2);
    for (const group of groups) expect(group).toMatchObject({ KmsKeyId: expect.anything(), RetentionInDays: 90 });
  });
});

describe('directConnect, with a VPN that takes over (staging)', () => {
  test('an existing connection, its own gateway, announcements of the allow-list only, no key', () => {
    expect(only('staging', 'AWS::DirectConnect::TransitVirtualInterface')).toMatchObject({
      ConnectionId: 'dxcon-fg1staga',
      Vlan: 301,
      Mtu: 1500,
      BgpPeers: [
        {
          AddressFamily: 'ipv4',
          Asn: '65011',
          AmazonAddress: '169.254.30.1/30',
          CustomerAddress: '169.254.30.2/30',
        },
      ],
    });
    expect(only('staging', 'AWS::DirectConnect::DirectConnectGateway').AmazonSideAsn).toBe('64513');
    expect(
      only('staging', 'AWS::DirectConnect::DirectConnectGatewayAssociation').AllowedPrefixesToDirectConnectGateway,
    ).toEqual(['10.11.6.0/28', '10.11.6.16/28', '10.11.6.32/28', '10.31.4.0/28', '10.31.4.40/32']);
  });

  test('both are attached: what is announced moves between them', () => {
    expect(resources('staging', 'AWS::EC2::VPNConnection')).toHaveLength(1);
    expect(resources('staging', 'AWS::EC2::TransitGatewayRouteTablePropagation')).toHaveLength(2);
    expect(only('staging', 'AWS::EC2::TransitGateway').VpnEcmpSupport).toBe('disable');
  });

  test('a gateway that exists and interfaces that a carrier hosts are taken, not made', () => {
    const staging = configOf('staging');
    const template = linkOf({
      ...staging,
      link: {
        ...linked(staging).link,
        directConnect: {
          ...linked(staging).link.directConnect,
          gatewayId: '00000000-0000-4000-8000-000000000001',
          hostedInterfaceId: 'dxvif-fg1stag1',
        },
      },
    } as EnvironmentConfig);
    template.resourceCountIs('AWS::DirectConnect::DirectConnectGateway', 0);
    template.resourceCountIs('AWS::DirectConnect::TransitVirtualInterface', 0);
    template.hasResourceProperties('AWS::DirectConnect::DirectConnectGatewayAssociation', {
      DirectConnectGatewayId: '00000000-0000-4000-8000-000000000001',
    });
    const states = Object.values(template.findResources('AWS::CloudWatch::Alarm')).flatMap(({ Properties }) =>
      JSON.stringify(Properties).includes('dxvif-fg1stag1') ? [Properties.AlarmName] : [],
    );
    expect(states.length).toBeGreaterThan(0);
  });

  test('by itself it makes no VPN', () => {
    const staging = configOf('staging');
    const template = linkOf({ ...staging, link: { ...linked(staging).link, transports: ['directConnect'] } });
    template.resourceCountIs('AWS::EC2::VPNConnection', 0);
    template.resourceCountIs('AWS::DirectConnect::TransitVirtualInterface', 1);
  });
});

describe('vpnOverDirectConnect (prod)', () => {
  test('private addresses over the attachment of the line, which carries nothing else', () => {
    const vpn = only('prod', 'AWS::EC2::VPNConnection');
    expect(vpn.OutsideIpAddressType).toBe('PrivateIpv4');
    expect(JSON.stringify(vpn.TransportTransitGatewayAttachmentId)).toContain('AttachmentId');
    expect(vpn.VpnTunnelOptionsSpecifications[0].StartupAction).toBe('add');
    expect(
      only('prod', 'AWS::DirectConnect::DirectConnectGatewayAssociation').AllowedPrefixesToDirectConnectGateway,
    ).toEqual(['10.42.0.0/24']);
    // Two lines of one gateway: one that is cut leaves the other.
    const interfaces = resources('prod', 'AWS::DirectConnect::TransitVirtualInterface');
    expect(interfaces.map(({ ConnectionId, BgpPeers }) => [ConnectionId, BgpPeers[0].AmazonAddress])).toEqual([
      ['dxcon-fg1proda', '169.254.32.1/30'],
      ['dxcon-fg1prodb', '169.254.33.1/30'],
    ]);
    expect(only('prod', 'AWS::EC2::TransitGateway').TransitGatewayCidrBlocks).toEqual(['10.42.0.0/24']);
    // Tables of the link, of Hong Kong, of the firewall, and of the line beneath the tunnels.
    expect(resources('prod', 'AWS::EC2::TransitGatewayRouteTable')).toHaveLength(4);
  });
});

test.each([
  ['dev', 'Link down', ['AWS/VPN', 'AWS/VPN']],
  ['staging', 'Link down', ['AWS/DX', 'AWS/VPN', 'AWS/VPN']],
  // The line beneath the tunnels may be up when they are not.
  ['prod', 'Link down', ['AWS/VPN', 'AWS/VPN']],
  ['prod', 'Path of the link down', ['AWS/DX', 'AWS/DX', 'AWS/VPN', 'AWS/VPN']],
])('in %s "%s" looks at %j', (environment, heading, namespaces) => {
  const alarm = resources(environment, 'AWS::CloudWatch::Alarm').find(
    ({ AlarmName }) => AlarmName === `harbourline-${environment}: ${heading}, measured`,
  );
  expect(alarm.Metrics.flatMap(({ MetricStat }: any) => MetricStat?.Metric.Namespace ?? []).sort()).toEqual(namespaces);
});

describe.each(environmentNames)('the link of %s', (environment) => {
  const config = linked(configOf(environment));
  const { link } = config;

  test('knows relays and listed services, one by one, and has no table by default', () => {
    expect(only(environment, 'AWS::EC2::TransitGateway')).toMatchObject({
      DefaultRouteTableAssociation: 'disable',
      DefaultRouteTablePropagation: 'disable',
      AutoAcceptSharedAttachments: 'disable',
    });
    // Services get a route once the attachment of their VPC is named; until then the stack's output names them.
    const attached = new Set(link.serviceAttachments.flatMap(({ attachmentId }) => attachmentId ?? []));
    const services = flows(config).flatMap(({ side, from, to, fromRelay }) =>
      fromRelay ? [] : side === 'hong-kong' ? from : [to],
    );
    const routes = resources(environment, 'AWS::EC2::TransitGatewayRoute');
    const tables = new Set(routes.map(({ TransitGatewayRouteTableId }) => TransitGatewayRouteTableId.Ref as string));
    const destinations = (table: string) =>
      routes
        .filter(({ TransitGatewayRouteTableId }) => TransitGatewayRouteTableId.Ref === table)
        .map(({ DestinationCidrBlock }) => DestinationCidrBlock)
        .sort();
    const [home, firewall, ...ways] = ['Home', 'Firewall', 'SiteToSiteVpn', 'LeasedLine', 'VpnOverDirectConnect'].map(
      (name) => [...tables].find((id) => id.startsWith(`Transit${name}Table`)) ?? '',
    ) as [string, string, ...string[]];
    // One table for each way to the mainland, each with the same routes.
    for (const table of ways.filter((id) => id !== '')) {
      expect(destinations(table)).toEqual(
        [...subnetCidrs(config, 'link'), ...(attached.size > 0 ? new Set(services) : [])].sort(),
      );
    }
    // From Hong Kong: what the far end is to announce, and nothing that it announces besides.
    expect(destinations(home)).toEqual(announcedByFarEnd(config));
    expect(destinations(firewall)).toEqual(
      [
        ...subnetCidrs(config, 'link'),
        ...link.serviceAttachments.flatMap(({ attachmentId, prefix }) => (attachmentId ? [prefix] : [])),
      ].sort(),
    );
    // All but the firewall's own lead into it.
    for (const { TransitGatewayRouteTableId, TransitGatewayAttachmentId } of routes) {
      const leads = JSON.stringify(TransitGatewayAttachmentId).includes('TransitInspectionFirewall');
      expect([TransitGatewayRouteTableId.Ref, leads]).toEqual([
        TransitGatewayRouteTableId.Ref,
        TransitGatewayRouteTableId.Ref !== firewall,
      ]);
    }
    const { PendingRoutes: pending } = templateOf(environment, 'Link').findOutputs('*');
    expect(pending?.Value?.split(', ').sort() ?? []).toEqual(attached.size > 0 ? [] : [...new Set(services)].sort());
  });

  test('subnets lie where the far end expects them', () => {
    for (const group of ['link', 'transit', 'collect', 'store'] as const) {
      const found = Object.values(templateOf(environment, 'Network').findResources('AWS::EC2::Subnet'))
        .map(({ Properties }) => Properties)
        .filter(({ Tags }) => Tags.some(({ Value }: any) => Value === group))
        .map(({ CidrBlock }) => CidrBlock);
      expect(found).toEqual(subnetCidrs(config, group));
    }
  });

  test('network ACLs: the allow-list, its answers, then no more of the mainland, then AWS', () => {
    const entries = resources(environment, 'AWS::EC2::NetworkAclEntry').filter(({ NetworkAclId }) =>
      NetworkAclId.Ref.includes('LinkAcl'),
    );
    const text = (egress: boolean) =>
      entries
        .filter((entry) => Boolean(entry.Egress) === egress)
        .sort((a, b) => a.RuleNumber - b.RuleNumber)
        .map(
          ({ RuleAction, CidrBlock, PortRange, Icmp }) =>
            `${RuleAction} ${CidrBlock} ${PortRange ? `${PortRange.From}-${PortRange.To}` : Icmp ? `icmp ${Icmp.Type}.${Icmp.Code}` : 'all'}`,
        );
    // Before what is refused: whoever forwards says by an address of its own that a packet is too large.
    const tooLarge = 'allow 0.0.0.0/0 icmp 3.4';
    const fromRelay = flows(config).filter((flow) => flow.fromRelay);
    const collect = subnetCidrs(config, 'collect');
    const egress = text(true);
    const ingress = text(false);
    const requests = [...fromRelay.map(({ to, port }) => `allow ${to} ${port}-${port}`), tooLarge].sort();
    expect(egress.slice(0, requests.length).sort()).toEqual(requests);
    const refused = config.mainland.prefixes.map((prefix) => `deny ${prefix} all`).sort();
    const after = requests.length + refused.length;
    expect(egress.slice(requests.length, after).sort()).toEqual(refused);
    expect(egress.slice(after).sort()).toEqual(
      ['allow 0.0.0.0/0 443-443', ...collect.map((prefix) => `allow ${prefix} 32768-60999`)].sort(),
    );
    const targets = [...new Set(fromRelay.map(({ to }) => `allow ${to} 32768-60999`)), tooLarge].sort();
    const open = targets.length + refused.length;
    expect(ingress.slice(0, targets.length).sort()).toEqual(targets);
    expect(ingress.slice(targets.length, open).sort()).toEqual(refused);
    expect(ingress.slice(open).sort()).toEqual(
      ['allow 0.0.0.0/0 32768-60999', ...collect.map((prefix) => `allow ${prefix} 4317-4317`)].sort(),
    );
  });

  test('"fragmentation needed" passes the ACLs of the attachment, both ways, and no other ICMP does', () => {
    const entries = resources(environment, 'AWS::EC2::NetworkAclEntry').filter(({ Protocol }) => Protocol === 1);
    const links = subnetCidrs(config, 'link');
    expect(entries.map(({ Egress, CidrBlock, Icmp }) => [Boolean(Egress), CidrBlock, Icmp.Type, Icmp.Code])).toEqual(
      expect.arrayContaining([true, false].flatMap((egress) => links.map((cidr) => [egress, cidr, 3, 4]))),
    );
    expect(entries).toHaveLength(2 * links.length + 2);
    for (const { Icmp } of entries) expect(Icmp).toEqual({ Type: 3, Code: 4 });
  });

  test('only the link subnets have a route across, and only relays are in them', () => {
    const routes = [...resourcesOf(environment)].filter(([, { Type }]) => Type === 'AWS::EC2::Route');
    expect(routes).toHaveLength(config.network.availabilityZones.length);
    for (const [, { Properties }] of routes) expect(JSON.stringify(Properties.RouteTableId)).toMatch(/linkSubnet/);
    const inThem = [...resourcesOf(environment)]
      .filter(([, { Properties }]) => /link[Ss]ubnet\d/.test(JSON.stringify(Properties?.VPCZoneIdentifier ?? '')))
      .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(inThem).toEqual(['Link/RelaysFleetGroupASG']);
  });

  test('relays may send to listed addresses at listed ports, and to AWS', () => {
    const rules = resources(environment, 'AWS::EC2::SecurityGroupEgress').filter(
      (rule) => rule.DestinationPrefixListId,
    );
    const ports = [...new Set(flows(config).flatMap(({ fromRelay, port }) => (fromRelay ? [port] : [])))];
    expect(rules.map(({ FromPort, ToPort }) => [FromPort, ToPort]).sort()).toEqual(
      ports.map((port) => [port, port]).sort(),
    );
    const open = resources(environment, 'AWS::EC2::SecurityGroup').flatMap((group) =>
      (group.SecurityGroupEgress ?? []).filter(({ CidrIp }: any) => CidrIp === '0.0.0.0/0'),
    );
    expect(open.map(({ FromPort }) => FromPort)).toEqual([443]);
  });

  test('prefix lists hold what the lines name, with room for one, in steps that the quota of a security group bears', () => {
    const lists = resources(environment, 'AWS::EC2::PrefixList');
    for (const { Entries, MaxEntries } of lists) {
      expect(MaxEntries).toBeGreaterThan(Entries.length);
      expect([5, 10, 20, 40]).toContain(MaxEntries);
    }
    const inRules = lists.filter(({ PrefixListName }) => !PrefixListName.endsWith('-all'));
    expect(inRules.reduce((sum, { MaxEntries }) => sum + MaxEntries, 0)).toBeLessThan(60);
  });

  test('rejected flows are counted by side, and by side and port for listed ports', () => {
    const filters = resources(environment, 'AWS::Logs::MetricFilter').filter(
      ({ LogGroupName }) => !JSON.stringify(LogGroupName).includes('Firewall'),
    );
    expect(filters.every(({ FilterPattern }) => FilterPattern.includes('action=REJECT'))).toBe(true);
    const ports = new Set(flows(config).flatMap(({ fromRelay, port }) => (fromRelay ? [port] : [])));
    expect(filters).toHaveLength(1 + ports.size);
  });

  test('without what AWS answers there are no parameters', () => {
    const attempt = () => linkParameters(config, {});
    expect(attempt).toThrow('DescribeVpnConnections has nothing');
  });
});
