/** What AWS says of the paths of the link: of those that the environment made, by their own ids. An account may have others. */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { BoundPath } from '../contract/link-paths';
import { pathMetrics } from '../contract/metrics';

/** AWS measures paths every five minutes. */
export const statePeriod = Duration.minutes(5);

const ofPath = (
  path: BoundPath,
  tunnel: 'tunnelState' | 'tunnelOut',
  line: 'interfaceState' | 'interfaceOut',
  statistic: string,
  period: Duration,
): Metric => {
  const { namespace, name } = pathMetrics[path.kind === 'tunnel' ? tunnel : line];
  const dimensionsMap: Record<string, string> =
    path.kind === 'tunnel'
      ? { VpnId: path.vpnId, TunnelIpAddress: path.tunnelAddress }
      : { ConnectionId: path.connectionId, VirtualInterfaceId: path.virtualInterfaceId };
  return new Metric({ namespace, metricName: name, dimensionsMap, statistic, period, label: path.name });
};

/** State of a path: 1 where its BGP session is established. */
export const pathState = (path: BoundPath, statistic: string, period = statePeriod): Metric =>
  ofPath(path, 'tunnelState', 'interfaceState', statistic, period);

/** What left by a path: bytes of a tunnel in five minutes, bits a second of an interface. */
export const pathOut = (path: BoundPath): Metric =>
  ofPath(path, 'tunnelOut', 'interfaceOut', path.kind === 'tunnel' ? 'Sum' : 'Average', statePeriod);
