import { CfnOutput } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IHttpNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import { pinnedImage } from '../../config/regions';
import { EnvironmentStack, type EnvironmentStackProps } from '../common/environment-stack';
import { subnetCidrs } from '../contract/addresses';
import { runbookUrl } from '../contract/alarms';
import {
  announcedByFarEnd,
  flows,
  linked,
  pendingPrefixes,
  probedPaths,
  routedPrefixes,
  serviceAttachmentIds,
} from '../contract/link-parameters';
import type { HandoverBucket } from '../machine/handover-bucket';
import type { InstanceSecret } from '../machine/instance-secret';
import { Alarms, type Topics } from '../observe/alarms';
import { linkAlarms } from '../observe/alarms/link';
import { linkDashboard } from '../observe/dashboards/link';
import { LinkSubnets } from './link-subnets';
import { OwnerLists } from './owner-lists';
import { Relays } from './relays';
import { Transit } from './transit';

export interface LinkStackProps extends EnvironmentStackProps {
  readonly vpc: IVpc;
  readonly logsKey: IKey;
  readonly volumesKey: IKey;
  readonly handoverBucket: HandoverBucket;
  readonly relayCertificate: InstanceSecret;
  readonly metricLogGroup: LogGroup;
  readonly namespace: IHttpNamespace;
  readonly samplers: ISecurityGroup;
  /** Whom alarms notify. */
  readonly topics: Topics;
  /** The incident of calls to the mainland: while it lasts, the link's own pages nobody. */
  readonly border?: IAlarm;
}

/** The link to the mainland: transit gateway and transports, what may cross, and the relays that aggregates leave by. */
export class LinkStack extends EnvironmentStack {
  constructor(scope: Construct, id: string, props: LinkStackProps) {
    super(scope, id, props);
    const config = linked(this.config);
    const { environment, link, collect } = config;
    const common = {
      environment,
      vpc: props.vpc,
      logsKey: props.logsKey,
      logRetention: config.observe.logRetentionDays,
      allowlistFile: link.allowlist.file,
    };
    const transit = new Transit(this, 'Transit', {
      ...common,
      link,
      config,
      mainlandPrefixes: announcedByFarEnd(config),
      routedPrefixes: routedPrefixes(config),
      serviceAttachmentIds: serviceAttachmentIds(config),
    });
    const { targets } = new LinkSubnets(this, 'Subnets', {
      ...common,
      transit,
      flows: flows(config),
      mainlandPrefixes: config.mainland.prefixes,
      collectCidrs: subnetCidrs(config, 'collect'),
      existingCidrs: config.network.existing?.cidrs ?? [],
      linkCidrs: subnetCidrs(config, 'link'),
    });
    new OwnerLists(this, 'Owners', { ...common, config });
    new Relays(this, 'Relays', {
      ...props,
      ...common,
      relay: link.relay,
      receiver: link.receiver,
      services: link.services,
      probe: link.probe,
      continuityChecks: link.continuityChecks,
      probedPaths: probedPaths(config),
      imageId: pinnedImage(collect, link.relay.instanceType),
      rollbackDisabled: collect.rollbackDisabled,
      assetsKeyArn: config.assetsKeyArn,
      targets,
      certificate: props.relayCertificate,
    });

    linkDashboard(this, config, transit.paths);
    new Alarms(this, 'Alarms', {
      ...props,
      environment,
      runbook: runbookUrl(config),
      alarms: linkAlarms(config, transit.paths, transit.inspection?.endsLines),
    });

    // For `npm run link:far-end`, and for owners of service VPCs, who attach them.
    new CfnOutput(this, 'TransitGatewayId', { value: transit.gateway.ref });
    const pending = pendingPrefixes(config);
    if (pending.length > 0) {
      new CfnOutput(this, 'PendingRoutes', {
        value: pending.join(', '),
        description:
          'No route yet: attach the VPCs to the transit gateway, name them in link.serviceAttachments, deploy again',
      });
    }
  }
}
