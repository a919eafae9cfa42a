import { Fn, Stack } from 'aws-cdk-lib';
import { CfnVPCEndpoint, Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ARecord, PrivateHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { EnvironmentConfig } from '../../config/schema';
import { gatewayPorts } from '../contract/ports';

export interface ClientEndpointProps {
  readonly vpc: EnvironmentConfig['clients'][number]['vpcs'][number];
  readonly environment: string;
  /** Endpoint service of the gateways. */
  readonly serviceName: string;
  /** Name in the gateways' certificate by which services know them. */
  readonly privateName: string;
  /** Decides which ports gateways listen on. */
  readonly legacyClients: EnvironmentConfig['collect']['legacyClients'];
}

/**
 * The gateways in a service's VPC: an interface endpoint that the VPC's own addresses may use, on the gateways' ports, and a
 * private hosted zone that holds one name and nothing beneath it (ADR 43).
 */
export class ClientEndpoint extends Construct {
  constructor(scope: Construct, id: string, props: ClientEndpointProps) {
    super(scope, id);
    const { vpc: given, environment } = props;
    // A zone must be named; nothing of ours is placed by it.
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: given.vpcId,
      availabilityZones: [`${Stack.of(this).region}a`],
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Endpoint of the gateways of ${environment}: OTLP from this VPC`,
      // It answers, and opens nothing.
      allowAllOutbound: false,
    });
    for (const prefix of given.prefixes) {
      for (const { name, port } of gatewayPorts(props.legacyClients)) {
        securityGroup.addIngressRule(Peer.ipv4(prefix), Port.tcp(port), `${name} from this VPC`);
      }
    }
    const endpoint = new CfnVPCEndpoint(this, 'Endpoint', {
      vpcEndpointType: 'Interface',
      vpcId: given.vpcId,
      serviceName: props.serviceName,
      subnetIds: [...given.subnetIds],
      securityGroupIds: [securityGroup.securityGroupId],
      // The name is answered by the zone below: AWS's own way needs a domain that is public, and verified by a TXT record.
      privateDnsEnabled: false,
    });
    // The first entry is the endpoint's regional name, with its hosted zone before it: Z…:vpce-….
    const [zoneId, dnsName] = [0, 1].map((part) =>
      Fn.select(part, Fn.split(':', Fn.select(0, endpoint.attrDnsEntries))),
    ) as [string, string];
    const zone = new PrivateHostedZone(this, 'Zone', {
      vpc,
      zoneName: props.privateName,
      comment: `The gateways of ${environment}, by the name in their certificate`,
    });
    new ARecord(this, 'Record', {
      zone,
      target: RecordTarget.fromAlias({ bind: () => ({ dnsName, hostedZoneId: zoneId }) }),
    });
  }
}
