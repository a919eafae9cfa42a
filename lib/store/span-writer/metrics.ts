/** Counters of the span writer in Prometheus' text format. */

/** Every metric: name → type and help. Names are what dashboards and tests look for. */
const writerMetrics = {
  harbourline_writer_spans_received_total: ['counter', 'Spans in requests that were decoded, retries included'],
  harbourline_writer_documents_stored_total: ['counter', 'Documents that the store acknowledged, by index'],
  harbourline_writer_requests_refused_total: ['counter', 'Requests not answered with 200, by status and reason'],
  harbourline_writer_documents_defused_total: [
    'counter',
    'Documents refused as they came and stored with their attributes in one text, by reason',
  ],
  harbourline_writer_dead_letters_total: ['counter', 'Documents refused for their content, by reason'],
  harbourline_writer_dead_letters_dropped_total: [
    'counter',
    'Dead letters that were not written, because their folder is full, by reason',
  ],
  harbourline_writer_attributes_aside_total: [
    'counter',
    'Attributes that are lines of a document and no fields, by reason: the budget of keys, keys that collide, odd names',
  ],
  harbourline_writer_redactions_total: ['counter', 'Values masked by the last net, by kind'],
  harbourline_writer_bulk_seconds: ['summary', 'Duration of bulk requests to the store'],
  harbourline_writer_requests_in_flight: ['gauge', 'Export requests being handled'],
} as const;

export type WriterMetric = keyof typeof writerMetrics;

/** Adds up numbers by metric and labels. */
export class Metrics {
  private readonly series = new Map<string, Map<string, number>>();

  /** Called with the duration of each bulk request in seconds. */
  onBulk: (seconds: number) => void = () => {};

  constructor() {
    this.add('harbourline_writer_spans_received_total', 0);
    this.add('harbourline_writer_requests_in_flight', 0);
    this.observe(0, 0);
  }

  /** Adds `amount` to a counter or gauge. Label values are cut down to what is safe in the format. */
  add(metric: WriterMetric, amount = 1, labels: Readonly<Record<string, string | number>> = {}): void {
    const text = Object.entries(labels).map(([name, value]) => `${name}="${`${value}`.replace(/[^\w.:-]/g, '_')}"`);
    this.increase(metric, text.length > 0 ? `{${text.join(',')}}` : '', amount);
  }

  /** Records a bulk request's duration. */
  observe(seconds: number, count = 1): void {
    this.increase('harbourline_writer_bulk_seconds', '_sum', seconds);
    this.increase('harbourline_writer_bulk_seconds', '_count', count);
    if (count > 0) this.onBulk(seconds);
  }

  /** Sum over the labels of a metric, or over those that match. */
  total(metric: WriterMetric, labels = /./): number {
    const series = [...(this.series.get(metric) ?? [])];
    return series.filter(([suffix]) => suffix === '' || labels.test(suffix)).reduce((sum, [, value]) => sum + value, 0);
  }

  /** The exposition text. */
  text(): string {
    const lines = Object.entries(writerMetrics).flatMap(([metric, [type, help]]) => [
      `# HELP ${metric} ${help}`,
      `# TYPE ${metric} ${type}`,
      ...[...(this.series.get(metric) ?? [])].map(([suffix, value]) => `${metric}${suffix} ${value}`),
    ]);
    return `${lines.join('\n')}\n`;
  }

  private increase(metric: WriterMetric, suffix: string, amount: number): void {
    const values = this.series.get(metric) ?? new Map<string, number>();
    values.set(suffix, (values.get(suffix) ?? 0) + amount);
    this.series.set(metric, values);
  }
}
