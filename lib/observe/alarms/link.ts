/**
 * The link to the mainland. Its alarms stand in its own stack: they name tunnels whose ids and addresses can change, and
 * CloudFormation refuses to change what another stack imports.
 */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { outageGiB } from '../../../config/rules/link';
import { warningDays } from '../../contract/alarms';
import { type LinkedConfig, probedPaths } from '../../contract/link-parameters';
import type { BoundPath } from '../../contract/link-paths';
import {
  type ContinuityOutcome,
  checkDimension,
  firewallMetrics,
  flowMetrics,
  functionMetrics,
  lineMetrics,
  metricNamespace,
  outcomeDimension,
  pathDimension,
  probeMetrics,
  receiverCheck,
  relayMetrics,
  sideDimension,
  tierDimension,
} from '../../contract/metrics';
import { figureOf, lambda, period } from '../expressions';
import { pathState, statePeriod } from '../paths';
import type { AlarmDefinition, GateDefinition } from './alarm';
import { hour, hoursOfWeek } from './flow';

/** Part of the incident of the link. */
export const linkDown = 'Link down';

/**
 * Loss is a share of many connects: at the default of 30 a minute, one that is lost is 3 % of its minute, and a path that loses
 * one of 400 would notify sixty times a day. Over 900 of them, ten lost at least, it does not in weeks; a cut path is seen in a minute.
 */
const lossPeriod = Duration.minutes(30);
const lostProbes = 10;

/** Share of a relay's queue at which somebody should look: what is left is most of `outageHours`. */
const queueShare = 0.1;

/** Rejected flows a minute that are no scan and no mistyped address, but a service that cannot work. */
const rejectedFlows = 5;

/** Days before the end of the link's certificate: an organisation's own authority takes weeks. */
const certificateDays = 30;

/** `MIN([p1, p2])` or `MAX(…)` of one figure of every path. */
function over(what: 'MIN' | 'MAX', figures: readonly (Metric | MathExpression)[], length: Duration): MathExpression {
  const names = figures.map((_figure, index) => `p${index + 1}`);
  return new MathExpression({
    expression: `${what}([${names.join(', ')}])`,
    usingMetrics: Object.fromEntries(figures.map((figure, index) => [`p${index + 1}`, figure])),
    period: length,
  });
}

/**
 * Alarms of an environment's link.
 *
 * @param endsLines name of the function that ends lines of the allow-list; none where no firewall holds them
 */
export function linkAlarms(
  config: LinkedConfig,
  linkPaths: readonly BoundPath[],
  endsLines?: string,
): AlarmDefinition[] {
  const { environment, link } = config;
  const own = (name: string, dimensionsMap: Record<string, string>, statistic: string) =>
    new Metric({ namespace: metricNamespace(environment), metricName: name, dimensionsMap, statistic, period });
  const probed = probedPaths(config).map(({ name }) => ({ [pathDimension]: name }));
  const outcome = (name: ContinuityOutcome) => own(probeMetrics.continuity.name, { [outcomeDimension]: name }, 'Sum');
  const checks = [receiverCheck, ...link.continuityChecks.map(({ name }) => name)];
  /** One metric for each check and outcome: an alarm takes ten, and there are four checks at most. */
  const ofChecks = (name: ContinuityOutcome) =>
    Object.fromEntries(
      checks.map((check, index) => [
        `${name}${index}`,
        own(probeMetrics.continuity.name, { [checkDimension]: check, [outcomeDimension]: name }, 'Sum'),
      ]),
    );
  const queueGiB = outageGiB(link.relay);
  const refusals = [flowMetrics.rejected, ...(endsLines ? [firewallMetrics.dropped] : [])].flatMap(({ name }) =>
    ['egress', 'ingress'].map((side) => own(name, { [sideDimension]: side }, 'Sum')),
  );
  /** Before its first day a link is being built: nobody is notified that what was never up is down. */
  const everUp: GateDefinition = {
    heading: 'Link in use',
    metric: over(
      'MAX',
      linkPaths.map((path) => pathState(path, 'Maximum', hour)),
      hour,
    ),
    threshold: 1,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // The hour before this one, too: what alarms look back on was there.
    minutes: 2,
    of: hoursOfWeek,
    missing: TreatMissingData.NOT_BREACHING, // never up, not in use
  };
  // A leased line that only carries tunnels is up when they are not, and brings nobody across.
  const bearing = linkPaths.filter((path) => path.kind === 'tunnel' || !path.onlyTunnels);
  const alarms: AlarmDefinition[] = [
    {
      heading: linkDown,
      notifies: 'link',
      metric: over(
        'MAX',
        // What was down at any moment of five minutes: a tunnel that comes and goes is one incident.
        bearing.map((path) => pathState(path, 'Minimum')),
        statePeriod,
      ),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 1,
      of: 3,
      missing: TreatMissingData.BREACHING, // AWS reports states always: silence is a deleted path
      text: 'No path to the mainland is up: calls across the border fail. Aggregates wait on the relays and nothing is lost.',
    },
    {
      heading: 'Path of the link down',
      metric: over(
        'MIN',
        linkPaths.map((path) => pathState(path, 'Minimum')),
        statePeriod,
      ),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 1,
      missing: TreatMissingData.BREACHING, // AWS reports states always: silence is a deleted path
      text: 'A tunnel or virtual interface is down: calls use another, and there is one fewer to lose.',
    },
    {
      heading: 'Link round trip',
      metric: over(
        'MAX',
        probed.map((path) => own(probeMetrics.rtt.name, path, 'p95')),
        period,
      ),
      threshold: link.probe.rttMs,
      missing: TreatMissingData.NOT_BREACHING, // nothing answered: "Link loss" sees it
      text: `A path to the mainland takes more than ${link.probe.rttMs} ms for a round trip: every call across the border waits for it, once at least.`,
    },
    {
      heading: 'Link loss',
      metric: over(
        'MAX',
        probed.map(
          (path, index) =>
            new MathExpression({
              expression: `IF(FILL(lost${index}, 0) >= ${lostProbes}, 100, 0) * FILL(lost${index}, 0) / sent${index}`,
              usingMetrics: {
                [`lost${index}`]: own(probeMetrics.lost.name, path, 'Sum').with({ period: lossPeriod }),
                [`sent${index}`]: own(probeMetrics.sent.name, path, 'Sum').with({ period: lossPeriod }),
              },
              period: lossPeriod,
            }),
        ),
        lossPeriod,
      ),
      threshold: link.probe.lossPercent,
      minutes: 1,
      of: 1,
      missing: TreatMissingData.BREACHING, // a probe that says nothing leaves us blind
      text: `Of the connects on a path more than ${link.probe.lossPercent} % were lost in ${lossPeriod.toMinutes()} minutes, or no probe reports: calls across the border stall for seconds.`,
    },
    {
      heading: 'Traceparent across the link',
      metric: new MathExpression({
        expression: 'FILL(lost, 0) + FILL(changed, 0)',
        usingMetrics: { lost: outcome('lost'), changed: outcome('changed') },
        period,
      }),
      threshold: 0,
      missing: TreatMissingData.NOT_BREACHING, // the link is away: other alarms say so
      text: 'A call across the link lost its traceparent on the way: traces break at the border and diagnosis is blind there.',
    },
    {
      heading: 'Traceparent check unanswered',
      metric: new MathExpression({
        // Of each check by itself: one that is answered says nothing of another.
        expression: checks
          .map((_check, index) => `IF(FILL(unreachable${index}, 0) > 0 AND FILL(unchanged${index}, 0) == 0, 1, 0)`)
          .join(' + '),
        usingMetrics: { ...ofChecks('unreachable'), ...ofChecks('unchanged') },
        period,
      }),
      threshold: 0,
      // Longer than a fail-over, and than a receiver takes to come back.
      minutes: 15,
      of: 20,
      missing: TreatMissingData.NOT_BREACHING, // the expression fills what is missing
      text: 'Nobody in the mainland has answered a continuity check for a quarter of an hour: whether traceparent crosses on that way is not known.',
    },
    {
      heading: 'Flows rejected on the link',
      metric: new MathExpression({
        expression: refusals.map((_metric, index) => `FILL(r${index}, 0)`).join(' + '),
        usingMetrics: Object.fromEntries(refusals.map((metric, index) => [`r${index}`, metric])),
        period,
      }),
      threshold: rejectedFlows,
      missing: TreatMissingData.NOT_BREACHING, // none rejected
      text: 'The firewall of the link drops flows, or network ACLs or security groups of the link subnets reject them: something calls what the allow-list does not admit, or a line is missing or has ended.',
    },
    {
      heading: 'Aggregates wait at the relays',
      metric: own(relayMetrics.queued.name, { [tierDimension]: 'relay' }, 'Maximum'),
      threshold: Math.floor(queueShare * queueGiB * 2 ** 30),
      missing: TreatMissingData.BREACHING, // relays report always
      text: `A tenth of a relay's queue of ${queueGiB.toFixed(1)} GiB is full, or no relay reports: the mainland's dashboard lags. Nothing is lost before ${link.relay.outageHours} hours.`,
    },
    {
      heading: 'Certificate of the link ends',
      metric: own(probeMetrics.certificateDays.name, { [tierDimension]: 'relay' }, 'Minimum'),
      threshold: certificateDays,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      minutes: 1,
      missing: TreatMissingData.IGNORE, // a probe that is away changes no date
      text: `The certificate of the link is good for less than ${certificateDays} days: without it no aggregate reaches the mainland.`,
    },
  ];
  return [...alarms, ...(endsLines ? lineAlarms(environment, endsLines) : [])].map((alarm) => ({
    dashboard: 'link',
    ...alarm,
    ...(alarm.missing === TreatMissingData.BREACHING ? { onlyWhile: everUp } : {}),
  }));
}

/** Alarms of lines of the allow-list that end, and of the function that ends them. */
const lineAlarms = (environment: string, endsLines: string): AlarmDefinition[] => [
  {
    heading: 'Lines of the allow-list end',
    metric: figureOf(environment, lineMetrics.daysLeft, {}, 'Minimum', 'days', hour),
    threshold: warningDays,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    minutes: 1,
    of: 1,
    missing: TreatMissingData.IGNORE, // an hour without an answer ends no line sooner
    text: `A line of the allow-list ends in less than ${warningDays} days. The firewall drops what it admits from the day after: its owner renews it, or has it taken out.`,
  },
  {
    heading: 'Lines of the allow-list outlast their day',
    metric: lambda(endsLines, functionMetrics.errors),
    threshold: 1,
    comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    minutes: 2,
    of: 180,
    missing: TreatMissingData.NOT_BREACHING, // it runs once an hour
    text: 'The function that takes ended lines out of the firewall failed twice in three hours: what should have ended may still cross.',
  },
];
