import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnMetricFilter, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnFirewall, CfnFirewallPolicy, CfnLoggingConfiguration, CfnRuleGroup } from 'aws-cdk-lib/aws-networkfirewall';
import { Construct, type IConstruct } from 'constructs';
import { stackInstance } from '../common/stack-instance';
import type { LinkedConfig } from '../contract/link-parameters';
import { firewallMetrics, metricNamespace, sideDimension } from '../contract/metrics';
import { namesOf } from '../contract/names';
import { EndLines } from './end-lines';
import { addressSets, capacity, statefulRules } from './firewall-rules';

export interface InspectionProps {
  readonly config: LinkedConfig;
  readonly logsKey: IKey;
  readonly logRetention: RetentionDays;
  readonly transitGatewayId: string;
}

/** Log group of what the firewall dropped, which AWS's log delivery must be allowed to write to before there is a firewall. */
export const alertLog = (
  scope: Construct,
  { config, logsKey, logRetention }: Pick<InspectionProps, 'config' | 'logsKey' | 'logRetention'>,
): LogGroup =>
  new LogGroup(scope, 'FirewallLog', {
    logGroupName: `/aws/vendedlogs/${namesOf(config).delivered}/firewall-${stackInstance(Stack.of(scope))}`,
    encryptionKey: logsKey,
    retention: logRetention,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });

/**
 * The firewall of the link: attached to the transit gateway, which sends through it whatever comes from the mainland or goes there
 * (ADR 39). It holds the allow-list by address and port, both ways, drops the rest, and says so. Each hour a function takes out of
 * force what has ended.
 */
export class Inspection extends Construct {
  /** Of the transit gateway: appliance mode is on, so both directions of a connection take the same zone. */
  readonly attachmentId: string;
  /** Name of the function that ends lines. */
  readonly endsLines: string;

  constructor(
    scope: Construct,
    id: string,
    props: InspectionProps & { readonly log: LogGroup; readonly delivery: IConstruct },
  ) {
    super(scope, id);
    const { config, log } = props;
    const { environment, link, network, production } = config;
    const { system: name } = namesOf(config); // AWS requires names of all three
    const rules = new CfnRuleGroup(this, 'AllowList', {
      ruleGroupName: `${name}-allowlist`,
      description: link.allowlist.file,
      type: 'STATEFUL',
      capacity,
      ruleGroup: {
        statefulRuleOptions: { ruleOrder: 'STRICT_ORDER' },
        ruleVariables: {
          ipSets: Object.fromEntries(
            Object.entries(addressSets(config)).map(([set, definition]) => [set, { definition }]),
          ),
        },
        rulesSource: { statefulRules: statefulRules(config) },
      },
    });
    const policy = new CfnFirewallPolicy(this, 'Policy', {
      firewallPolicyName: name,
      firewallPolicy: {
        statelessDefaultActions: ['aws:forward_to_sfe'],
        statelessFragmentDefaultActions: ['aws:forward_to_sfe'],
        statefulDefaultActions: ['aws:drop_strict', 'aws:alert_strict'],
        // A connection that the firewall did not see begin is refused aloud: whoever holds it opens another at once.
        statefulEngineOptions: { ruleOrder: 'STRICT_ORDER', streamExceptionPolicy: 'REJECT' },
        statefulRuleGroupReferences: [{ resourceArn: rules.attrRuleGroupArn, priority: 1 }],
      },
    });
    const zones = network.availabilityZones.slice(0, link.inspection.zones);
    const firewall = new CfnFirewall(this, 'Firewall', {
      firewallName: name,
      firewallPolicyArn: policy.attrFirewallPolicyArn,
      transitGatewayId: props.transitGatewayId,
      availabilityZoneMappings: zones.map((availabilityZone) => ({ availabilityZone })),
      deleteProtection: production,
      firewallPolicyChangeProtection: production,
    });
    this.attachmentId = firewall.attrTransitGatewayAttachmentId;
    const logging = new CfnLoggingConfiguration(this, 'Logging', {
      firewallArn: firewall.attrFirewallArn,
      loggingConfiguration: {
        logDestinationConfigs: [
          { logType: 'ALERT', logDestinationType: 'CloudWatchLogs', logDestination: { logGroup: log.logGroupName } },
        ],
      },
    });
    logging.node.addDependency(props.delivery);
    new CfnMetricFilter(this, 'Dropped', {
      logGroupName: log.logGroupName,
      filterPattern: '{ $.event.alert.action = "blocked" }',
      metricTransformations: [
        {
          metricNamespace: metricNamespace(environment),
          metricName: firewallMetrics.dropped.name,
          metricValue: '1',
          unit: firewallMetrics.dropped.unit,
          dimensions: [{ key: sideDimension, value: '$.event.alert.signature' }],
        },
      ],
    });
    this.endsLines = new EndLines(this, 'EndLines', {
      ...props,
      event: {
        environment,
        ruleGroupArn: rules.attrRuleGroupArn,
        firewallArn: firewall.attrFirewallArn,
        zones,
      },
    }).functionName;
  }
}
