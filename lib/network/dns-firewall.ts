import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnMetricFilter, LogGroup, ResourcePolicy, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CfnFirewallDomainList,
  CfnFirewallRuleGroup,
  CfnFirewallRuleGroupAssociation,
  CfnResolverQueryLoggingConfig,
  CfnResolverQueryLoggingConfigAssociation,
} from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';
import { namesIn } from '../common/names';
import { stackInstance } from '../common/stack-instance';
import { dnsMetrics, metricNamespace } from '../contract/metrics';

export interface DnsFirewallProps {
  readonly environment: string;
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  /** Hosts beside AWS's that something in the VPC calls by name. */
  readonly hosts: readonly string[];
  /** Whether the association is kept from being taken off by hand. */
  readonly production: boolean;
}

/**
 * Names that the VPC may look up: AWS's of the region, the VPC's own, and hosts of the configuration. A name that somebody makes up
 * carries a few bytes out by the resolver, which no route and no security group sees; all others do not exist here. Each query is
 * logged, and those that were refused are counted.
 */
export class DnsFirewall extends Construct {
  constructor(scope: Construct, id: string, props: DnsFirewallProps) {
    super(scope, id);
    const { environment, vpc, hosts, production } = props;
    const { region, urlSuffix } = Stack.of(this);
    const list = (name: string, domains: readonly string[]) =>
      new CfnFirewallDomainList(this, name, { domains: [...domains] });
    const known = list('Known', [
      `${region}.${urlSuffix}`,
      `*.${region}.${urlSuffix}`,
      // Domains of OpenSearch have the region before the service.
      `*.${region}.es.${urlSuffix}`,
      `*.${region}.compute.internal`,
      '*.in-addr.arpa',
      ...[...hosts].sort(),
    ]);
    const all = list('All', ['*']);
    const rules = new CfnFirewallRuleGroup(this, 'Rules', {
      firewallRules: [
        {
          priority: 100,
          action: 'ALLOW',
          firewallDomainListId: known.attrId,
          // What AWS's own names lead to is AWS's affair.
          firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
        },
        { priority: 200, action: 'BLOCK', blockResponse: 'NXDOMAIN', firewallDomainListId: all.attrId },
      ],
    });
    new CfnFirewallRuleGroupAssociation(this, 'Association', {
      firewallRuleGroupId: rules.attrId,
      vpcId: vpc.vpcId,
      priority: 101, // AWS keeps 100 and below
      mutationProtection: production ? 'ENABLED' : 'DISABLED',
    });
    this.log(props, environment);
  }

  private log({ vpc, logsKey, logRetention }: DnsFirewallProps, environment: string): void {
    const stack = Stack.of(this);
    const group = new LogGroup(this, 'Queries', {
      logGroupName: `/aws/vendedlogs/${namesIn(this, environment).delivered}/dns-${stackInstance(stack)}`,
      encryptionKey: logsKey,
      retention: logRetention,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const delivery = new ResourcePolicy(this, 'LogDelivery', {
      policyStatements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [group.logGroupArn],
          conditions: {
            StringEquals: { 'aws:SourceAccount': stack.account },
            ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'logs', resource: '*' }) },
          },
        }),
      ],
    });
    const config = new CfnResolverQueryLoggingConfig(this, 'Log', { destinationArn: group.logGroupArn });
    config.node.addDependency(delivery);
    new CfnResolverQueryLoggingConfigAssociation(this, 'LogAssociation', {
      resolverQueryLogConfigId: config.attrId,
      resourceId: vpc.vpcId,
    });
    new CfnMetricFilter(this, 'Refused', {
      logGroupName: group.logGroupName,
      filterPattern: '{ $.firewall_rule_action = "BLOCK" }',
      metricTransformations: [
        {
          metricNamespace: metricNamespace(environment),
          metricName: dnsMetrics.refused.name,
          metricValue: '1',
          unit: dnsMetrics.refused.unit,
        },
      ],
    });
  }
}
