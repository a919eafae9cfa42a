import type { DangerousCase, Draft } from '../support';

const vpn = (draft: Draft): void => {
  draft.add('Network', 'Peer', 'AWS::EC2::CustomerGateway', {
    BgpAsn: 65010,
    IpAddress: '203.0.113.10',
    Type: 'ipsec.1',
  });
  draft.add('Network', 'Tunnels', 'AWS::EC2::VPNConnection', {
    CustomerGatewayId: { Ref: 'Peer' },
    PreSharedKeyStorage: 'SecretsManager',
    Type: 'ipsec.1',
    VpnTunnelOptionsSpecifications: [
      { IKEVersions: [{ Value: 'ikev2' }], LogOptions: { CloudwatchLogOptions: { LogEnabled: true } } },
    ],
  });
};

const accessList = (draft: Draft): void => {
  draft.add('Network', 'Refusal', 'AWS::EC2::NetworkAclEntry', {
    NetworkAclId: { Ref: 'Acl' },
    RuleNumber: 10,
    RuleAction: 'deny',
    Protocol: -1,
    CidrBlock: '10.99.0.0/16',
  });
  draft.add('Network', 'Listed', 'AWS::EC2::PrefixList', {
    PrefixListName: 'mainland',
    AddressFamily: 'IPv4',
    MaxEntries: 4,
    Entries: [{ Cidr: '10.22.1.0/24' }],
  });
};

/** Tunnels, the leased line, and what opens a way. */
export const link: readonly DangerousCase[] = [
  {
    name: 'the gateway of the leased line is removed',
    given: (draft) => {
      draft.add('Network', 'Line', 'AWS::DirectConnect::DirectConnectGatewayAssociation', {
        AllowedPrefixesToDirectConnectGateway: ['10.12.1.0/28'],
      });
    },
    edit: (draft) => {
      draft.remove('Network', 'AWS::DirectConnect::DirectConnectGatewayAssociation');
    },
    finds: { 'link-goes': 'is removed', 'network-way-gone': '10.12.1.0/28' },
  },
  {
    name: 'a tunnel is set up otherwise',
    given: vpn,
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::VPNConnection').VpnTunnelOptionsSpecifications[0].DPDTimeoutSeconds = 30;
    },
    finds: { 'vpn-tunnel': 'by VpnTunnelOptionsSpecifications' },
  },
  {
    name: 'the peer has another address',
    given: vpn,
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::CustomerGateway').IpAddress = '203.0.113.11';
    },
    finds: { 'vpn-tunnel': 'CustomerGateway is replaced by IpAddress' },
  },
  {
    name: 'tunnel keys no longer in Secrets Manager',
    given: vpn,
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::VPNConnection').PreSharedKeyStorage = 'Standard';
    },
    finds: { 'vpn-tunnel': 'PreSharedKeyStorage', 'encryption-weakens': 'SecretsManager → Standard' },
  },
  {
    name: 'a tunnel no longer logs',
    given: vpn,
    edit: (draft) => {
      draft.properties(
        'Network',
        'AWS::EC2::VPNConnection',
      ).VpnTunnelOptionsSpecifications[0].LogOptions.CloudwatchLogOptions.LogEnabled = false;
    },
    finds: { 'vpn-tunnel': 'VpnTunnelOptionsSpecifications', 'logging-weakens': 'LogEnabled: true → false' },
  },
  {
    name: 'the gateways listen to more VPCs',
    edit: (draft) => {
      const [rule] = draft.properties(
        'Collect',
        'AWS::EC2::SecurityGroup',
        'GatewaysSecurityGroup',
      ).SecurityGroupIngress;
      draft
        .properties('Collect', 'AWS::EC2::SecurityGroup', 'GatewaysSecurityGroup')
        .SecurityGroupIngress.push({ ...rule, CidrIp: '10.40.0.0/16' });
    },
    finds: { 'network-opens': 'tcp 4317 to 10.40.0.0/16' },
  },
  {
    name: 'the gateways listen to the world',
    edit: (draft) => {
      draft.properties('Collect', 'AWS::EC2::SecurityGroup', 'GatewaysSecurityGroup').SecurityGroupIngress[0].CidrIp =
        '0.0.0.0/0';
    },
    finds: { 'network-open-to-all': 'to 0.0.0.0/0' },
  },
  {
    name: 'a way out of the VPC',
    edit: (draft) => {
      draft.add('Network', 'Internet', 'AWS::EC2::InternetGateway', {});
      draft.add('Network', 'Out', 'AWS::EC2::Route', {
        RouteTableId: { Ref: draft.id('Network', 'AWS::EC2::RouteTable') },
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: { Ref: 'Internet' },
      });
    },
    finds: { 'network-open-to-all': 'opens everything' },
  },
  {
    name: 'a network ACL no longer refuses',
    given: accessList,
    edit: (draft) => {
      draft.remove('Network', 'AWS::EC2::NetworkAclEntry');
    },
    finds: { 'network-refusal-gone': '10.99.0.0/16' },
  },
  {
    name: 'a prefix list gets wider',
    given: accessList,
    edit: (draft) => {
      draft.properties('Network', 'AWS::EC2::PrefixList').Entries[0].Cidr = '10.22.0.0/16';
    },
    finds: { 'network-opens': 'opens to 10.22.0.0/16 what rules that name the list allow' },
  },
  {
    name: 'a prefix list comes, as with a line of the allow-list that names a new port',
    edit: accessList,
    finds: { 'network-opens': '10.22.1.0/24' },
  },
];
