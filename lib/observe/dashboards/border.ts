/** The border as a map: Hong Kong, the mainland, and what runs between them, each edge with its figures of now. */
import { linked, probedPaths } from '../../contract/link-parameters';
import type { Crossing } from '../../contract/metrics';
import type { Watched } from '../alarms/alarm';
import { errorRate, percentile, volume } from '../calls';
import { linkLoss, roundTrip } from '../expressions';
import type { Row } from './widgets';

/** An edge. */
const edge = (environment: string, crossing: Crossing, title: string): Row['graphs'][number] => ({
  title,
  metrics: [
    percentile(environment, crossing, 'p50').with({ label: 'p50 ms' }),
    percentile(environment, crossing, 'p99').with({ label: 'p99 ms' }),
    // Before the error rate, which counts them too: within a widget a metric has the label that it had first.
    volume(environment, crossing).with({ label: 'calls a minute' }),
    errorRate(environment, crossing).with({ label: 'errors %' }),
  ],
  width: 8,
  now: true,
});

/** The row: it stands first. */
export function borderRow({ config }: Watched): Row {
  const { environment } = config;
  const paths = config.link ? probedPaths(linked(config)).map(({ name }) => name) : [];
  return {
    title: 'The border, now',
    read: {
      en: 'A map: arrows are calls across the border, the double line is the link by path, without services. An arrow slow and the double line as ever: services. Both: the link.',
      zh: '一张地图：箭头为跨境调用，双线为链路（按路径，不含业务）。箭头变慢而双线如常：业务问题；两者都慢：链路问题。',
    },
    links: {
      runbook: ['Calls to the mainland', 'The link'],
      traces: '--crossing hk-cn --since 1h',
      logs: { where: 'ispresent(crossing)' },
    },
    graphs: [
      edge(environment, 'hk-cn', 'Hong Kong → mainland'),
      edge(environment, 'cn-hk', 'Hong Kong ← mainland'),
      paths.length > 0
        ? {
            title: 'Hong Kong ═ mainland: the link',
            metrics: paths.flatMap((path) => [
              roundTrip(environment, path, 'p50').with({ label: `${path} ms` }),
              linkLoss(environment, path).with({ label: `${path} loss %` }),
            ]),
            width: 8,
            now: true,
          }
        : edge(environment, 'none', 'Within Hong Kong'),
    ],
  };
}
