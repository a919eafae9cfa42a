/** What AWS services say of the resources that this project makes. */
import type { EmittedMetric } from './metric';

const ofDomain = (name: string, unit: EmittedMetric['unit']) =>
  ({
    namespace: 'AWS/ES',
    name,
    unit,
    dimensions: [['DomainName', 'ClientId']],
    emitter: 'AWS: OpenSearch Service',
  }) as const;

/** The domain. Source: OpenSearch Service developer guide, "Monitoring with CloudWatch". */
export const domainMetrics = {
  /** 1 while a primary shard is not assigned. */
  red: ofDomain('ClusterStatus.red', 'Count'),
  /** 1 while a copy of a shard is not assigned. */
  yellow: ofDomain('ClusterStatus.yellow', 'Count'),
  /** 1 while the domain refuses writes, because disk or memory is short. */
  writesBlocked: ofDomain('ClusterIndexWritesBlocked', 'Count'),
  /** Room on the fullest node (Minimum), in MiB. */
  freeStorage: ofDomain('FreeStorageSpace', 'Megabytes'),
  /** Heap in use on the fullest node (Maximum), in per cent. */
  heap: ofDomain('JVMMemoryPressure', 'Percent'),
  /** Processor of the busiest node (Maximum), in per cent. */
  processor: ofDomain('CPUUtilization', 'Percent'),
  /** Processor of the busiest manager (Maximum), in per cent. */
  managerProcessor: ofDomain('MasterCPUUtilization', 'Percent'),
  /** Bulk requests that a full queue turned away, since a node's start. */
  writesRejected: ofDomain('ThreadpoolWriteRejected', 'Count'),
  /** 1 where the last automated snapshot failed. */
  snapshotFailed: ofDomain('AutomatedSnapshotFailure', 'Count'),
  /** 1 where the domain's key is disabled, or deleted. */
  keyError: ofDomain('KMSKeyError', 'Count'),
  keyInaccessible: ofDomain('KMSKeyInaccessible', 'Count'),
  /** Nodes that answer, managers too. */
  nodes: ofDomain('Nodes', 'Count'),
  /** Requests that ended with a fault of the domain's. */
  faults: ofDomain('5xx', 'Count'),
  /** All requests. */
  requests: ofDomain('OpenSearchRequests', 'Count'),
  /** Documents that can be searched. */
  documents: ofDomain('SearchableDocuments', 'Count'),
  /** Mean time of a search on a shard, in ms. */
  searchLatency: ofDomain('SearchLatency', 'Milliseconds'),
  /** Mean time of an indexing operation on a shard, in ms. */
  indexingLatency: ofDomain('IndexingLatency', 'Milliseconds'),
} as const satisfies Record<string, EmittedMetric>;

/** What Auto Scaling says of the fleets. Source: Amazon EC2 Auto Scaling user guide, "CloudWatch metrics". */
const ofFleet = (name: string) =>
  ({
    namespace: 'AWS/AutoScaling',
    name,
    unit: 'Count',
    dimensions: [['AutoScalingGroupName']],
    emitter: 'AWS: Auto Scaling',
  }) as const;

export const fleetMetrics = {
  /** Instances that work. */
  inService: ofFleet('GroupInServiceInstances'),
  /** Instances that there should be. */
  desired: ofFleet('GroupDesiredCapacity'),
} as const satisfies Record<string, EmittedMetric>;

/** What the load balancer of the gateways says. Source: user guide of Network Load Balancers, "CloudWatch metrics". */
export const balancerMetrics = {
  /** Gateways that answer its health checks. */
  healthy: {
    namespace: 'AWS/NetworkELB',
    name: 'HealthyHostCount',
    unit: 'Count',
    dimensions: [['LoadBalancer', 'TargetGroup']],
    emitter: 'AWS: Elastic Load Balancing',
  },
} as const satisfies Record<string, EmittedMetric>;

/** What SNS says of a topic. */
export const topicMetrics = {
  /** Messages that could not be delivered. */
  failed: {
    namespace: 'AWS/SNS',
    name: 'NumberOfNotificationsFailed',
    unit: 'Count',
    dimensions: [['TopicName']],
    emitter: 'AWS: SNS',
  },
} as const satisfies Record<string, EmittedMetric>;

/** What CloudWatch Logs says of a log group of embedded metrics. Source: CloudWatch Logs user guide, "CloudWatch metrics". */
const ofLogGroup = (name: string) =>
  ({
    namespace: 'AWS/Logs',
    name,
    unit: 'Count',
    dimensions: [['LogGroupName']],
    emitter: 'AWS: CloudWatch Logs',
  }) as const;

export const logMetrics = {
  /** Events that look like embedded metrics and are no JSON of that kind. */
  parsingErrors: ofLogGroup('EMFParsingErrors'),
  /** Events whose metrics are not as CloudWatch takes them. */
  validationErrors: ofLogGroup('EMFValidationErrors'),
  /** Events that came in. */
  incoming: ofLogGroup('IncomingLogEvents'),
} as const satisfies Record<string, EmittedMetric>;

/** Lambda functions. */
export const functionMetrics = {
  /** Invocations that failed. */
  errors: {
    namespace: 'AWS/Lambda',
    name: 'Errors',
    unit: 'Count',
    dimensions: [['FunctionName']],
    emitter: 'AWS: Lambda',
  },
} as const satisfies Record<string, EmittedMetric>;
