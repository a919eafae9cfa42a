/** What AWS says of the paths of the link, found by search: it names paths by ids that it gives itself. */
import { Duration } from 'aws-cdk-lib';
import type { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentConfig } from '../../../config/schema';
import { type EmittedMetric, pathMetrics } from '../../contract/metrics';
import { searched } from '../expressions';

/** AWS measures paths every five minutes. */
const fiveMinutes = Duration.minutes(5);

const ofPaths = (
  environment: string,
  metric: EmittedMetric,
  statistic: string,
  fixed: Readonly<Record<string, string>> = {},
): MathExpression => searched(environment, metric, metric.dimensions[0] ?? [], statistic, fixed, fiveMinutes);

/** Of every tunnel of the account: the link's stack, which comes later and needs this one, makes ours and learns their ids. */
export const ofTunnels = (environment: string, metric: 'tunnelState' | 'tunnelOut', statistic: string) =>
  ofPaths(environment, pathMetrics[metric], statistic);

/** Of the virtual interfaces on the environment's own leased lines, by what is known of them: an account may have others. */
export function ofInterfaces(
  { environment, link }: EnvironmentConfig,
  metric: 'interfaceState' | 'interfaceOut',
  statistic: string,
): MathExpression[] {
  if (!link?.directConnect || link.transports.every((transport) => transport === 'siteToSiteVpn')) return [];
  const { second, ...first } = link.directConnect;
  return [first, ...(second ? [second] : [])].map(({ hostedInterfaceId, connectionId }) =>
    ofPaths(
      environment,
      pathMetrics[metric],
      statistic,
      hostedInterfaceId ? { VirtualInterfaceId: hostedInterfaceId } : { ConnectionId: connectionId },
    ),
  );
}
