/**
 * What rules that compare sets understand of a template, strictly: a value that does not have its shape was not read, and is
 * unjudged. Loose reading is how a change passes in silence: an `Effect` that is neither `Allow` nor `Deny`, a reference with
 * something more in it.
 */
import { z } from 'zod';
import type { Resource } from './changes';
import { policyDocument, policyProperties } from './grants';

const reference = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.union([z.string(), z.tuple([z.string(), z.string()])]) }),
  z.strictObject({ 'Fn::ImportValue': z.string() }),
  z.strictObject({ 'Fn::Select': z.tuple([z.union([z.number(), z.string()]), z.unknown()]) }),
  z.strictObject({ 'Fn::Sub': z.string() }),
  z.strictObject({ 'Fn::If': z.tuple([z.string(), z.unknown(), z.unknown()]) }),
]);
const joined = z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.union([z.string(), reference]))]) });
/** Text, whole or of pieces. */
const text = z.union([z.string(), reference, joined]);
const texts = z.union([text, z.array(text)]);

const action = z.string().regex(/^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/);
const actions = z.union([action, z.array(action)]);
const principal = z.union([
  z.literal('*'),
  z.strictObject({
    AWS: texts.optional(),
    Service: texts.optional(),
    Federated: texts.optional(),
    CanonicalUser: texts.optional(),
  }),
]);
const operand = z.union([text, z.boolean(), z.number()]);
const condition = z.record(
  z.string().regex(/^(ForA(ll|ny)Values?:)?[A-Z]\w+$/),
  z.record(z.string(), z.union([operand, z.array(operand)])),
);

const one = (a: string, b: string) => (value: Record<string, unknown>) => !(a in value && b in value);
/** IAM refuses a statement of an identity's policy that names no resource. */
const ofSomething = (value: Record<string, unknown>) =>
  ['Resource', 'NotResource', 'Principal', 'NotPrincipal'].some((key) => key in value);
const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: actions.optional(),
    NotAction: actions.optional(),
    Resource: texts.optional(),
    NotResource: texts.optional(),
    Principal: principal.optional(),
    NotPrincipal: principal.optional(),
    Condition: condition.optional(),
  })
  .refine((value) => 'Action' in value !== 'NotAction' in value)
  .refine(one('Resource', 'NotResource'))
  .refine(ofSomething)
  .refine(one('Principal', 'NotPrincipal'));

/** A policy whose every statement is understood. */
const policy = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: text.optional(),
  Statement: z.union([statement, z.array(statement)]),
});

const inline = z.looseObject({
  AssumeRolePolicyDocument: policy.optional(),
  Policies: z.array(z.strictObject({ PolicyName: text, PolicyDocument: policy })).optional(),
  ManagedPolicyArns: z.array(text).optional(),
});

const attachments = z.looseObject({
  Roles: z.array(text).optional(),
  Users: z.array(text).optional(),
  Groups: z.array(text).optional(),
});

const permission = z.strictObject({
  Action: action,
  FunctionName: z.union([
    z.string(),
    z.strictObject({ Ref: z.string() }),
    z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
  ]),
  Principal: text,
  SourceArn: text.optional(),
  SourceAccount: text.optional(),
});

const fits = (shape: z.ZodType, value: unknown): boolean => shape.safeParse(value).success;

/** Are all policies of a resource understood, and whom they are given to? */
export function understandsPolicies({ Type, Properties = {} }: Resource): boolean {
  if (Type === 'AWS::Lambda::Permission') return fits(permission, Properties);
  if (/^AWS::IAM::(Role|User|Group)$/.test(Type)) return fits(inline, Properties);
  const documents = policyProperties.filter((name) => Properties[name] !== undefined);
  return (
    documents.every((name) => fits(policy, policyDocument(Properties[name]))) &&
    (!/^AWS::IAM::/.test(Type) || fits(attachments, Properties))
  );
}

const port = z.union([z.number().int(), z.string().regex(/^-?\d+$/)]);
const flag = z.union([z.boolean(), z.enum(['true', 'false'])]);
const prefix = z.string().regex(/^[\d.]+\/\d{1,2}$|^[\da-f:]+\/\d{1,3}$/i);
const cidr = z.union([prefix, reference]);

const peers = ['CidrIp', 'CidrIpv6', 'SourceSecurityGroupId', 'DestinationSecurityGroupId'];
const lists = ['SourcePrefixListId', 'DestinationPrefixListId'];
const exactlyOne = (names: readonly string[]) => (value: Record<string, unknown>) =>
  names.filter((name) => value[name] !== undefined).length === 1;
/** Only `-1` and ICMP may leave out ports; what an absent one means to others nobody has written down. */
const hasPorts = ({ IpProtocol, FromPort, ToPort }: Record<string, unknown>): boolean =>
  /^(-1|icmp|icmpv6|1|58)$/.test(`${IpProtocol}`) || (FromPort !== undefined && ToPort !== undefined);

const ruleShape = {
  IpProtocol: z.union([z.string().regex(/^(-1|tcp|udp|icmp|icmpv6|\d+)$/), z.number().int()]),
  FromPort: port.optional(),
  ToPort: port.optional(),
  CidrIp: cidr.optional(),
  CidrIpv6: cidr.optional(),
  SourceSecurityGroupId: text.optional(),
  SourceSecurityGroupOwnerId: text.optional(),
  SourcePrefixListId: text.optional(),
  DestinationSecurityGroupId: text.optional(),
  DestinationPrefixListId: text.optional(),
  Description: text.optional(),
};
const ruled = <T extends z.ZodRawShape>(shape: T) =>
  z
    .strictObject({ ...ruleShape, ...shape })
    .refine((value) => exactlyOne([...peers, ...lists])(value))
    .refine((value) => hasPorts(value));
const groupRule = ruled({});
const ownRule = ruled({ GroupId: text });

const targets = [
  ...['GatewayId', 'NatGatewayId', 'TransitGatewayId', 'VpcEndpointId', 'VpcPeeringConnectionId', 'InstanceId'],
  ...['NetworkInterfaceId', 'EgressOnlyInternetGatewayId', 'LocalGatewayId', 'CarrierGatewayId', 'CoreNetworkArn'],
];
const destinations = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'];
const optional = (names: readonly string[], shape: z.ZodType) =>
  Object.fromEntries(names.map((name) => [name, shape.optional()]));

/** What openings are made of, by type. */
const networks: Readonly<Record<string, z.ZodType>> = {
  'AWS::EC2::SecurityGroup': z.looseObject({
    SecurityGroupIngress: z.array(groupRule).optional(),
    SecurityGroupEgress: z.array(groupRule).optional(),
  }),
  'AWS::EC2::SecurityGroupIngress': ownRule,
  'AWS::EC2::SecurityGroupEgress': ownRule,
  'AWS::EC2::NetworkAclEntry': z
    .strictObject({
      NetworkAclId: text,
      RuleNumber: z.number().int(),
      Protocol: z.number().int(),
      RuleAction: z.enum(['allow', 'deny']),
      Egress: flag.optional(),
      CidrBlock: cidr.optional(),
      Ipv6CidrBlock: cidr.optional(),
      PortRange: z.strictObject({ From: port, To: port }).optional(),
    })
    .refine(exactlyOne(['CidrBlock', 'Ipv6CidrBlock'])),
  'AWS::EC2::PrefixList': z.looseObject({
    Entries: z.array(z.strictObject({ Cidr: cidr, Description: text.optional() })).optional(),
  }),
  'AWS::EC2::Route': z
    .strictObject({ RouteTableId: text, ...optional(destinations, text), ...optional(targets, text) })
    .refine(exactlyOne(destinations))
    .refine(exactlyOne(targets)),
  'AWS::EC2::TransitGatewayRoute': z
    .strictObject({
      TransitGatewayRouteTableId: text,
      DestinationCidrBlock: cidr,
      TransitGatewayAttachmentId: text.optional(),
      Blackhole: flag.optional(),
    })
    .refine(({ Blackhole, TransitGatewayAttachmentId: to }) => (to === undefined) === (`${Blackhole}` === 'true')),
  'AWS::EC2::VPNConnectionRoute': z.strictObject({ VpnConnectionId: text, DestinationCidrBlock: cidr }),
  'AWS::EC2::TransitGatewayRouteTablePropagation': z.strictObject({
    TransitGatewayRouteTableId: text,
    TransitGatewayAttachmentId: text,
  }),
  'AWS::EC2::VPCEndpointServicePermissions': z.strictObject({
    ServiceId: text,
    AllowedPrincipals: z.array(text).optional(),
  }),
  'AWS::DirectConnect::DirectConnectGatewayAssociation': z.looseObject({
    AllowedPrefixesToDirectConnectGateway: z.array(z.union([prefix, text])).optional(),
  }),
};

/** Is all that a resource lets through understood? Types that are nothing but a way out are. */
export function understandsOpenings({ Type, Properties = {} }: Resource): boolean {
  const shape = networks[Type];
  return shape === undefined || fits(shape, Properties);
}

const suppressions = z.union([
  z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  z.record(z.string(), z.strictObject({ id: z.string(), reason: z.string() })),
]);

/** Is all that the metadata of a resource says an acknowledgment, or of no account? */
export const understandsMetadata = ({ Metadata = {} }: Resource): boolean =>
  Object.entries(Metadata).every(
    ([key, value]) =>
      /^aws:(cdk:path|asset:)/.test(key) ||
      (key === 'cdk_nag' && fits(z.strictObject({ rules_to_suppress: suppressions }), value)),
  );
