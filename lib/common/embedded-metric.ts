import type { EmittedMetric } from '../contract/metrics/metric';

/** What a line of CloudWatch's embedded metric format holds. */
export interface EmbeddedMetric {
  readonly namespace: string;
  /** When it was, in ms since 1970. */
  readonly at: number;
  /** Whose values stand in `fields`, under their names. */
  readonly metrics: readonly Pick<EmittedMetric, 'name' | 'unit'>[];
  /** Names of dimensions, whose values stand there too. @default none */
  readonly dimensions?: readonly string[];
  /** And what else a reader of the log wants to know. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One line of the format: CloudWatch Logs makes metrics of it, with no call of an API. */
export const embeddedMetric = ({ namespace, at, metrics, dimensions = [], fields }: EmbeddedMetric): string =>
  JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [dimensions],
          Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...fields,
  });
