import { type Change, place, short } from '../changes';
import { type Hit, onChanges, type ReviewRule } from './rule';

/** Resources that are a way out, or a way in, by being there. */
const ways: readonly (readonly [RegExp, string])[] = [
  [/^AWS::EC2::(VPCPeeringConnection|TransitGatewayPeeringAttachment)$/, 'a network of somebody else is joined'],
  [/^AWS::EC2::(ClientVpn\w*|InstanceConnectEndpoint|VerifiedAccess\w*)$/, 'people reach the network from outside'],
  [/^AWS::EC2::TrafficMirror\w+$/, 'copies traffic'],
  [/^AWS::EC2::VPNGateway$/, 'another gateway to other networks'],
  [/^AWS::(RAM::ResourceShare|Oam::(Link|Sink))$/, 'is shared with other accounts'],
  [
    /^AWS::(Lambda::Url|ApiGateway(V2)?::\w+|CloudFront::\w+|AppSync::\w+|AppRunner::\w+|Transfer::Server)$/,
    'is reached from the internet',
  ],
  [
    /^AWS::(KinesisFirehose::DeliveryStream|CloudWatch::MetricStream|Logs::(Destination|Delivery\w*|SubscriptionFilter|AccountPolicy))$/,
    'sends data on',
  ],
  [/^AWS::Events::(ApiDestination|Connection|Endpoint|EventBusPolicy|Archive)$/, 'sends events on'],
  [
    /^AWS::Route53Resolver::(?!ResolverQueryLogging)\w+$/,
    'names are answered otherwise, or by others, who learn what is asked',
  ],
  [/^AWS::(KMS::ReplicaKey|Backup::\w+|DLM::LifecyclePolicy|DataSync::\w+|DMS::\w+)$/, 'copies data'],
  [
    /^AWS::(S3::(MultiRegion)?AccessPoint\w*|S3ObjectLambda::\w+|OpenSearchService::Application|OpenSearchServerless::\w+)$/,
    'is another way to the data',
  ],
];

/** What people read of it. */
const label = /^Properties\.(Tags|Name|Description)\b/;

const wayOf = (type: string): string | undefined => ways.find(([pattern]) => pattern.test(type))?.[1];

/** Properties that send, copy or open, wherever they stand: one that comes, or that changes. */
const sends =
  /\.(DestinationArn|Replication(Configuration|Config|Regions)|ReplicaRegions|CrossRegionCopy\w*|CopyActions|TargetArn|EventBusArn|DeliveryStreamArn|FirehoseArn|LogDestination|DestinationOptions|BucketName?Destination|OutputLocation|OutputS3BucketName|S3BucketName|WebsiteConfiguration|NotificationConfiguration|CorsConfiguration)\b/;

/** Switches that open when they are on. */
const opens =
  /\.(PubliclyAccessible|AssociatePublicIpAddress|AutoAcceptSharedAttachments|DefaultRouteTable(Association|Propagation)|AssignIpv6AddressOnCreation|AmazonProvidedIpv6CidrBlock|RemoteAccess|EnableExecuteCommand)$/;
const isOn = (value: unknown): boolean => /^(true|enable|enabled)$/i.test(`${value}`);

const serviceOf = ({ before, after }: Change, side: 'before' | 'after'): string =>
  short((side === 'before' ? before : after)?.Properties?.ServiceName ?? '');
const isForeign = (service: string): boolean =>
  /vpce-svc|^(?!com\.amazonaws\.|aws\.|cn\.com\.amazonaws\.)./.test(service);

const endpoints =
  (foreign: boolean) =>
  ({ changes }: { changes: readonly Change[] }): Hit[] =>
    changes
      .filter(({ type, after }) => type === 'AWS::EC2::VPCEndpoint' && after)
      .filter((change) => serviceOf(change, 'before') !== serviceOf(change, 'after'))
      .filter((change) => isForeign(serviceOf(change, 'after')) === foreign)
      .map((change) => ({
        at: place(change),
        what: `a way out of the VPC to ${serviceOf(change, 'after')}${foreign ? ', a service of strangers' : ''}`,
        of: ['Properties.ServiceName'],
      }));

/** What records by being there, and where each says to whom: one that writes into what is not of these templates. */
const recorders: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::FlowLog': ['LogDestination'],
  'AWS::CloudTrail::Trail': ['S3BucketName', 'SnsTopicName'],
  'AWS::Route53Resolver::ResolverQueryLoggingConfig': ['DestinationArn'],
};

const elsewhere = ({ changes }: { changes: readonly Change[] }): Hit[] =>
  changes
    .filter(({ before, after }) => after && !before)
    .flatMap((change) =>
      (recorders[change.type] ?? [])
        .map((name): unknown => change.after?.Properties?.[name])
        .filter((destination) => typeof destination === 'string')
        .map((destination) => ({
          at: place(change),
          what: `${change.type} is added, and writes to ${destination}`,
          of: [''],
        })),
    );

export const wayOutRules: readonly ReviewRule[] = [
  {
    id: 'endpoint-of-strangers',
    severity: 'danger',
    asks: 'leaves',
    effect:
      'PrivateLink to a service that AWS does not run: what is sent there leaves for an account of others, past every route and firewall.',
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-services.html',
    find: endpoints(true),
  },
  {
    id: 'endpoint-added',
    severity: 'caution',
    asks: 'leaves',
    effect: 'One more API of AWS is reached from the VPC. Its policy says by whom, and for which account.',
    source: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html',
    find: endpoints(false),
  },
  {
    id: 'way-out',
    severity: 'danger',
    asks: 'leaves',
    effect: 'Data, traffic or people get past what guarded the environment until now.',
    source:
      'https://docs.aws.amazon.com/whitepapers/latest/building-a-data-perimeter-on-aws/building-a-data-perimeter-on-aws.html',
    find: (comparison) => [
      ...comparison.changes
        .filter(({ type, after, parts }) => after && wayOf(type) && parts.some(({ path }) => !label.test(path)))
        .map((change) => ({
          at: place(change),
          what: `${change.type}, ${change.action}: ${wayOf(change.type)}${change.before ? '' : ` (${short(change.after?.Properties)})`}`,
          of: change.parts.map(({ path }) => path),
        })),
      ...elsewhere(comparison),
    ],
  },
  {
    id: 'parameter-changes',
    severity: 'danger',
    asks: 'leaves',
    effect:
      'Machines ask this parameter where to send, and with which certificate: they do so from their next look on.',
    source: 'docs/agent.md',
    find: onChanges(/^AWS::SSM::Parameter$/, ({ parts }) =>
      parts
        .filter(({ path }) => path === 'Properties.Value' || path === 'Properties.Name')
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
  {
    id: 'way-out-opened',
    severity: 'danger',
    asks: 'leaves',
    effect:
      'A setting that copies, sends or opens: what was inside is now elsewhere, too, or can be reached from there.',
    source:
      'https://docs.aws.amazon.com/whitepapers/latest/building-a-data-perimeter-on-aws/building-a-data-perimeter-on-aws.html',
    find: onChanges(/./, ({ parts }) =>
      parts
        .filter(
          ({ path, before, after }) =>
            (sends.test(path) && after !== undefined) ||
            (opens.test(path) && isOn(after) && !isOn(before)) ||
            (/\.AccessControl$/.test(path) && /Public|Authenticated/.test(`${after}`)) ||
            (/\.AcceptanceRequired$/.test(path) && isOn(before) && !isOn(after)),
        )
        .map(({ path, before, after }) => ({
          what: `${path.replace('Properties.', '')}: ${short(before)} → ${short(after)}`,
          of: [path],
        })),
    ),
  },
];
