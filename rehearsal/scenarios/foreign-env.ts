import { holds } from '../../harness/wait';
import { type CollectorTier, collectorMetrics } from '../../lib/contract/metrics';
import { ports } from '../../lib/contract/ports';
import { count } from '../judge/report';
import { addresses } from '../stage/addresses';
import { freshIds, otlpJson, sendToAgent, spanJson } from '../stage/clients/otlp-json';
import { post } from '../stage/clients/zipkin-and-jaeger';
import { seeded } from '../stage/driver/random';
import type { Stage } from '../stage/stage';
import { publishedTotal } from '../stage/telemetry';
import { nothing, type Scenario } from './scenario';

/** Spans with each wrong environment. */
const each = 200;
const stranger = 'stranger';

/** Services of another environment, or of none, point at this one's agent and gateways: none of their spans comes through. */
export const foreignEnv: Scenario = {
  name: 'foreign-env',
  summary: 'a service of another environment sends here: none of its spans is counted or stored, and it is named',
  alarms: { notify: [] },
  seconds: 30,
  async during(stage, { at, signal }) {
    await at(0.2);
    const random = seeded(stage.props.seed);
    const body = (environment: string | undefined) => {
      const now = BigInt(Date.now()) * 1_000_000n;
      const spans = Array.from({ length: each }, () =>
        spanJson({ ...freshIds(random), name: stranger, startNs: now - 1_000_000n, endNs: now, failed: true }),
      );
      return otlpJson(stranger, environment, spans);
    };
    const toGateway = (sent: Buffer) => {
      const target = { ...stage.gatewayTrust, address: addresses.balancer, port: ports.otlpHttp };
      return post(target, '/v1/traces', 'application/json', sent);
    };
    const statuses: number[] = [];
    for (const environment of ['another', undefined]) {
      for (const send of [sendToAgent, toGateway]) statuses.push(await send(body(environment)));
    }
    // Collectors read themselves once a minute.
    const refused = () => (['agent', 'gateway'] as const).map((tier) => refusedBy(stage, tier));
    await holds(() => refused().every((spans) => spans > 0), 90, signal, 500);
    const [agent, gateway] = refused();
    return {
      ...nothing,
      rows: [
        {
          what: 'spans of a foreign environment',
          seen: `${count(4 * each)} sent (HTTP ${statuses.join(', ')}); of "${stranger}" refused: ${count(agent ?? 0)} at the agent, ${count(gateway ?? 0)} at the gateways`,
          expected: 'all refused, counted by service in CloudWatch, none of them above',
          ok: agent === 2 * each && gateway === 2 * each,
        },
      ],
    };
  },
};

/** What CloudWatch has of the stranger. */
const refusedBy = (stage: Stage, tier: CollectorTier): number =>
  publishedTotal(stage, collectorMetrics.foreign, tier, stranger);
