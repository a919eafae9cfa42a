/** The `collect.entrance` section and `clients`: how services get to the gateways, and whose they are. */
import { z } from 'zod';
import { account, dnsName, keyArn, list, prefix, resourceId, roleArn, section, text } from './fields';
import { homeNames } from './regions';

const secret = section({
  /** The secret's whole ARN, with the six characters behind its name. */
  secretArn: text(
    'HL-ENTRANCE-001',
    /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-\w{6}$/,
    'This is not the whole ARN of a secret.',
    'Write the ARN with the six characters that Secrets Manager put behind the name: other accounts find it by nothing else.',
  ),
  keyArn,
});

export const entrance = section({
  /**
   * `privateLink`: an endpoint service on the gateways' load balancer; services reach an endpoint in their own VPC, and no
   * route joins the two. `routed`: over a transit gateway or a peering that exists. @default privateLink
   */
  via: z.enum(['privateLink', 'routed']).default('privateLink'),
  /**
   * DNS names that the gateways' certificate carries beside its own, `gateway.<environment>.harbourline.internal`: for clients
   * that verify the name they dial. A name that is added to an environment that exists counts from the second renewal on:
   * docs/operations.md, "Certificates and keys". @default none
   */
  certificateNames: list(dnsName).default([]),
  privateLink: section({
    /** Accounts that may make an endpoint, beside those of `clients`. @default none */
    principals: list(account).default([]),
    /** Whether each endpoint waits until somebody here accepts it. @default true */
    acceptanceRequired: z.boolean().default(true),
    /**
     * Name by which services know the endpoint: a private hosted zone in their VPC answers to it, and the certificate must carry
     * it. @default gateway.<environment>.harbourline.internal
     */
    privateName: dnsName.optional(),
  }).prefault({}),
  /** Needed where `via` is `routed`. */
  routed: section({
    /** A transit gateway that exists, of this account or shared with it: the VPC is attached to it. One of the two. */
    transitGatewayId: resourceId('transit gateway', 'tgw').optional(),
    /** A VPC peering that exists and is accepted. One of the two. */
    peeringId: resourceId('VPC peering', 'pcx').optional(),
    /** Where services are, within `network.serviceVpcPrefixes`: what gets a route, and what ACLs let through. */
    prefixes: list(prefix({ widest: 12, narrowest: 28, onlyPrivate: true })).min(1),
    /** Route tables of services' VPCs in this account: they get routes to the gateways. @default none */
    routeTableIds: list(resourceId('route table', 'rtb')).default([]),
  }).optional(),
  /**
   * What the first deployment of `Collect` made and clients must know: its outputs, copied. Until it is there no client's
   * stage is, and an output says so. @default pending
   */
  handedOver: section({
    /** Output `EntranceService`. Needed for `privateLink`. */
    serviceName: text(
      'HL-ENTRANCE-002',
      /^com\.amazonaws\.vpce\.[a-z0-9-]+\.vpce-svc-([0-9a-f]{8}|[0-9a-f]{17})$/,
      'This is not the name of an endpoint service.',
      'Copy the output EntranceService: com.amazonaws.vpce., the region, .vpce-svc- and 17 hexadecimal digits.',
    ).optional(),
    /** Output `GatewayAddress`. Needed for `routed`. */
    gatewayAddress: text(
      'HL-ENTRANCE-003',
      /^[A-Za-z0-9-]+\.elb\.[a-z0-9-]+\.amazonaws\.com$/,
      'This is not the name of a network load balancer.',
      'Copy the output GatewayAddress.',
    ).optional(),
    /** Outputs `AgentCertificate` and `AgentCertificateKey`. */
    certificate: secret,
    /** Outputs `AgentPseudonyms` and `AgentPseudonymsKey`. Needed where `redaction.pseudonymKeys` has any. */
    pseudonyms: secret.optional(),
  }).optional(),
});

const vpc = section({
  vpcId: resourceId('VPC', 'vpc'),
  /** Its addresses, within `network.serviceVpcPrefixes`: who may use the endpoint. */
  prefixes: list(prefix({ widest: 12, narrowest: 28, onlyPrivate: true })).min(1),
  /** Subnets that get an interface of the endpoint, one for each zone. Needed for `privateLink`. @default none */
  subnetIds: list(resourceId('subnet', 'subnet')).default([]),
  /** Route tables that get routes to the gateways. Needed for `routed`. @default none */
  routeTableIds: list(resourceId('route table', 'rtb')).default([]),
});

export const clients = z.array(
  section({
    /** Names the stage. */
    name: text(
      'HL-ENTRANCE-004',
      /^[a-z][a-z0-9-]{0,19}$/,
      'This cannot be part of the names of stacks.',
      'Use up to 20 lower-case letters, digits and hyphens, a letter first.',
    ),
    /** Whose services they are: each account once, with all of its VPCs. */
    account,
    /** Raw traces stay in the home region: that of the environment. @default the environment's */
    region: z
      .enum(homeNames, {
        error: 'Raw traces stay in the home region of their environment, and services send them from there.',
      })
      .optional(),
    vpcs: z.array(vpc).min(1),
    /**
     * Roles of its nodes that have an agent: these alone may read the agents' certificate from there. Needed for another
     * account; attach the output `AgentNodePolicy` of the client's stack to them. @default none
     */
    nodeRoleArns: list(roleArn).default([]),
    /** Key of that account's bootstrap bucket, as `assetsKeyArn` of the environment. @default none */
    assetsKeyArn: keyArn.optional(),
  }),
);
