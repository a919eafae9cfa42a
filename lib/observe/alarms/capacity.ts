/** Instances that are missing, not reached or not enough, before anything that they do fails. */
import { ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { balancerMetrics, collectorMetrics, fleetMetrics } from '../../contract/metrics';
import { collector, period } from '../expressions';
import { type AlarmDefinition, pageMinutes, type Watched } from './alarm';
import { everUsed } from './flow';

const atLeast = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;

/** An instance that is replaced is away for some minutes: a quarter of an hour is no replacement. */
const lasting = { minutes: 12, of: 15 } as const;

/** What Auto Scaling says of a group. */
const ofGroup = (
  group: string,
  { namespace, name }: (typeof fleetMetrics)[keyof typeof fleetMetrics],
  statistic: string,
) => new Metric({ namespace, metricName: name, dimensionsMap: { AutoScalingGroupName: group }, statistic, period });

/** Alarms of gateways' and samplers' instances. */
export function capacityAlarms({ config, capacity }: Watched): AlarmDefinition[] {
  const { environment, collect } = config;
  const { groups, loadBalancer, targetGroup } = capacity;
  const running = ofGroup(groups.sampler, fleetMetrics.inService, 'Minimum');
  const alarms: AlarmDefinition[] = [
    {
      heading: 'No healthy gateway',
      metric: new Metric({
        namespace: balancerMetrics.healthy.namespace,
        metricName: balancerMetrics.healthy.name,
        dimensionsMap: { LoadBalancer: loadBalancer, TargetGroup: targetGroup },
        // Each zone's node of the load balancer counts all targets, since it balances across zones.
        statistic: 'Maximum',
        period,
      }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      of: pageMinutes,
      missing: TreatMissingData.BREACHING, // a load balancer counts always
      text: 'No gateway answers the health checks: agents hold all spans on their disks, and nothing new is counted, stored or alarmed on.',
      notifies: 'tracing',
    },
    ...(['gateway', 'sampler'] as const).flatMap((tier): AlarmDefinition[] => [
      {
        heading: `Instances of ${tier}s missing`,
        metric: new MathExpression({
          expression: 'desired - running',
          usingMetrics: {
            desired: ofGroup(groups[tier], fleetMetrics.desired, 'Minimum'),
            running: ofGroup(groups[tier], fleetMetrics.inService, 'Maximum'),
          },
          period,
        }),
        threshold: 1,
        comparison: atLeast,
        ...lasting,
        missing: TreatMissingData.BREACHING, // Auto Scaling counts always: silence is a group that is gone
        text: `For a quarter of an hour fewer ${tier}s work than there should be: new ones do not start, or are stopped again. The others do their work until one more fails.`,
      },
      {
        heading: `No more ${tier}s to add`,
        metric: ofGroup(groups[tier], fleetMetrics.desired, 'Minimum'),
        threshold: collect[tier].maxInstances,
        comparison: atLeast,
        minutes: 30,
        of: 30,
        // A fleet of one size has always as many as it may have.
        ...(collect[tier].minInstances === collect[tier].maxInstances
          ? { threshold: collect[tier].maxInstances + 1 }
          : {}),
        missing: TreatMissingData.NOT_BREACHING, // the alarm above notifies
        text: `For half an hour there have been as many ${tier}s as the configuration allows: more load is not met by more of them, and queues grow.`,
      },
    ]),
    {
      heading: 'Samplers not registered',
      metric: new MathExpression({
        expression: 'running - registered',
        usingMetrics: { running, registered: collector(environment, collectorMetrics.backends, 'gateway', 'Minimum') },
        period,
      }),
      threshold: 1,
      comparison: atLeast,
      ...lasting,
      missing: TreatMissingData.NOT_BREACHING, // no gateway reports: "No healthy gateway" tells
      text: 'A sampler runs and gateways do not send to it: the others take its share of traces, and one more that stays away may be too many.',
    },
  ];
  return alarms.map((alarm) =>
    alarm.missing === TreatMissingData.BREACHING ? { ...alarm, onlyWhile: everUsed(environment) } : alarm,
  );
}
