import type { DangerousCase } from '../support';
import { inDocument, one } from './edits';

/** Firewalls, of flows and of names; and what the audit log must not hold. */
export const firewall: readonly DangerousCase[] = [
  one('no firewall of names', { 'guard-gone': 'FirewallRuleGroupAssociation is removed' }, (draft) => {
    draft.remove('Network', 'AWS::Route53Resolver::FirewallRuleGroupAssociation');
  }),
  one('subnets leave their network ACL', { 'guard-gone': 'SubnetNetworkAclAssociation is removed' }, (draft) => {
    draft.remove('Link', 'AWS::EC2::SubnetNetworkAclAssociation');
  }),
  one(
    'a subnet of the link gets another network ACL',
    { 'guard-gone': 'leaves its network ACL, NetworkAclId', replaced: 'NetworkAclId' },
    (draft) => {
      draft.properties('Link', 'AWS::EC2::SubnetNetworkAclAssociation').NetworkAclId = 'acl-0123456789abcdef0';
    },
  ),
  one(
    'a network ACL is for another subnet',
    { 'guard-gone': 'leaves its network ACL, SubnetId', replaced: 'SubnetId' },
    (draft) => {
      draft.properties('Link', 'AWS::EC2::SubnetNetworkAclAssociation').SubnetId = 'subnet-0123456789abcdef0';
    },
  ),
  one('the firewall lets everything through', { 'guard-gone': 'no longer: DROP' }, (draft) => {
    const { StatefulRules } = draft.properties('Link', 'AWS::NetworkFirewall::RuleGroup').RuleGroup.RulesSource;
    StatefulRules.at(-1).Action = 'PASS';
  }),
  one('what no rule names passes', { 'guard-gone': 'StatefulDefaultActions' }, (draft) => {
    draft.properties('Link', 'AWS::NetworkFirewall::FirewallPolicy').FirewallPolicy.StatefulDefaultActions = [
      'aws:alert_strict',
    ];
  }),
  one('the firewall judges a flow by another port', { 'firewall-otherwise': '4318 → 4319' }, (draft) => {
    const { StatefulRules } = draft.properties('Link', 'AWS::NetworkFirewall::RuleGroup').RuleGroup.RulesSource;
    StatefulRules.find(({ Header }: any) => Header.DestinationPort === '4318').Header.DestinationPort = '4319';
  }),
  one('the firewall writes no log', { 'watch-removed': 'LoggingConfiguration is removed' }, (draft) => {
    draft.remove('Link', 'AWS::NetworkFirewall::LoggingConfiguration');
  }),
  one(
    'another type under the same id',
    {
      'type-otherwise': '→ AWS::CloudFormation::WaitConditionHandle',
      'watch-removed': 'FlowLog',
    },
    (draft) => {
      draft.stacks.Network!.resources[draft.id('Network', 'AWS::EC2::FlowLog')] = {
        Type: 'AWS::CloudFormation::WaitConditionHandle',
        Properties: {},
      };
    },
  ),
  one('nobody logs what names are asked', { 'watch-removed': 'QueryLoggingConfigAssociation is removed' }, (draft) => {
    draft.remove('Network', 'AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation');
  }),
  one(
    'the audit log quotes requests and headers',
    { 'store-audit-reveals': 'log_request_body: false → true' },
    (draft) => {
      inDocument(draft, '"log_request_body":false', '"log_request_body":true');
      inDocument(draft, '"exclude_sensitive_headers":true', '"exclude_sensitive_headers":false');
    },
  ),
  one('volumes outlive their instances', { 'lives-longer': 'DeleteOnTermination: true → false' }, (draft) => {
    const { BlockDeviceMappings } = draft.properties('Collect', 'AWS::EC2::LaunchTemplate').LaunchTemplateData;
    BlockDeviceMappings[0].Ebs.DeleteOnTermination = false;
  }),
  one(
    'both tunnels no longer log, and nothing else of them changes',
    { 'vpn-tunnel': 'VPNConnection', 'logging-weakens': 'LogEnabled: true → false' },
    (draft) => {
      for (const tunnel of draft.properties('Link', 'AWS::EC2::VPNConnection').VpnTunnelOptionsSpecifications)
        tunnel.LogOptions.CloudwatchLogOptions.LogEnabled = false;
    },
  ),
];
