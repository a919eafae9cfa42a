import { ports } from '../../lib/collect/ports';
import { seeded, text } from '../driver/random';
import { addresses } from '../places';
import { count } from '../report';
import { nothing, type Scenario } from './scenario';
import { telemetry } from './telemetry';

/** Spans with each wrong environment. */
const each = 200;

/** Services of another environment, or of none, point at this one's agent: none of their spans comes through. */
export const foreignEnv: Scenario = {
  name: 'foreign-env',
  summary: 'a service of another environment sends here: none of its spans is counted or stored',
  seconds: 30,
  async during(site, { at }) {
    await at(0.2);
    const random = seeded(site.props.seed);
    const statuses = await Promise.all(
      ['another', undefined].map(async (environment) => {
        const attributes = [
          { key: 'service.name', value: { stringValue: 'stranger' } },
          ...(environment ? [{ key: 'deployment.environment.name', value: { stringValue: environment } }] : []),
        ];
        const now = BigInt(Date.now()) * 1_000_000n;
        const spans = Array.from({ length: each }, () => ({
          traceId: text(random, 32, '123456789abcdef'),
          spanId: text(random, 16, '123456789abcdef'),
          name: 'stranger',
          kind: 2,
          startTimeUnixNano: `${now - 1_000_000n}`,
          endTimeUnixNano: `${now}`,
          status: { code: 2 },
        }));
        const { status } = await fetch(`http://${addresses.agent}:${ports.otlpHttp}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }),
        });
        return status;
      }),
    );
    const filtered = (await telemetry(addresses.agent)).get('otelcol_processor_filter_spans_filtered') ?? 0;
    return {
      ...nothing,
      lines: [
        {
          what: 'spans of a foreign environment',
          seen: `${count(2 * each)} sent (HTTP ${statuses.join(', ')}), ${count(filtered)} filtered at the agent`,
          expected: 'all filtered, none of them above',
          ok: filtered === 2 * each,
        },
      ],
    };
  },
};
