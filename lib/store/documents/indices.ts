/** Index templates and first indices, with the mapping types that the requests of Trace Analytics need. */

import { firstSpanIndex, serviceMapIndex, spanAlias, spanIndices } from '../../contract/indices';
import type { Documents, DomainDocumentOptions } from './document';

/**
 * Keywords have a length up to which they are indexed. Longer values stay in the document and cannot be searched for;
 * without it, a value over 32,766 bytes (Lucene's limit for a term) costs the whole document. 1,024 characters are at
 * most 4,096 bytes.
 */
const keyword = (ignoreAbove = 1024) => ({ type: 'keyword', ignore_above: ignoreAbove });
const id = keyword(64);
const long = { type: 'long' };
const integer = { type: 'integer' };
const nanoseconds = { type: 'date_nanos' };

/** An object of which fields beside the named ones are kept, but neither indexed nor counted against the limit. */
const closed = (properties: object) => ({ type: 'object', dynamic: 'false', properties });

/** Attributes by any key: keywords, all of them, whatever the first value looked like. */
const attributes = { type: 'object', dynamic: 'true' };

const attributeTemplates = ['span.attributes.*', 'resource.attributes.*'].flatMap((path) => {
  const name = path.split('.')[0];
  return [
    // A key-value list: kept whole. As a keyword it would be refused, and field by field it could explode.
    {
      [`${name}_objects`]: {
        path_match: path,
        match_mapping_type: 'object',
        mapping: { type: 'object', enabled: false },
      },
    },
    { [`${name}_attributes`]: { path_match: path, mapping: keyword() } },
  ];
});

const spanMappings = {
  dynamic: 'false',
  // A string that looks like a date is a string.
  date_detection: false,
  dynamic_templates: attributeTemplates,
  properties: {
    // The list is a terms aggregation on it: its ordinals are built at refresh, not when somebody waits for the page.
    traceId: { ...id, eager_global_ordinals: true },
    spanId: id,
    parentSpanId: id,
    traceState: { type: 'keyword', index: false, doc_values: false },
    name: keyword(),
    kind: keyword(128),
    serviceName: keyword(),
    startTime: nanoseconds,
    endTime: nanoseconds,
    durationInNanos: long,
    traceGroup: keyword(),
    traceGroupFields: closed({ endTime: nanoseconds, durationInNanos: long, statusCode: integer }),
    // Documents say `status.code`, flattened, because the page reads that key from them; the field is this one.
    status: closed({ code: integer, message: keyword() }),
    events: closed({ name: keyword(), time: nanoseconds }),
    links: closed({ traceId: id, spanId: id }),
    instrumentationScope: closed({ name: keyword(), version: keyword() }),
    droppedAttributesCount: integer,
    droppedEventsCount: integer,
    droppedLinksCount: integer,
    span: closed({ attributes }),
    resource: closed({ attributes }),
    // Of a document that was refused as it came: why, and what was moved out of the fields' way.
    harbourline: closed({ defused: keyword(), original: { type: 'text', norms: false } }),
  },
};

const serviceMapMappings = {
  dynamic: 'false',
  date_detection: false,
  properties: {
    hashId: id,
    serviceName: keyword(),
    kind: keyword(128),
    destination: closed({ domain: keyword(), resource: keyword() }),
    target: closed({ domain: keyword(), resource: keyword() }),
    traceGroupName: keyword(),
  },
};

/** Over the templates that a domain brings. */
const priority = 200;
const common = 'harbourline-traces';

/** Templates first, then the indices that are made by them. Settings stand as OpenSearch gives them back: strings. */
export function indexDocuments(options: DomainDocumentOptions): Documents {
  const { shards, replicas, codec, refreshIntervalSeconds, maximumFields = 1000 } = options;
  const index = (settings: object) => ({ settings: { index: settings } });
  return {
    [`component-template/${common}`]: {
      template: index({ codec, number_of_replicas: `${replicas}`, refresh_interval: `${refreshIntervalSeconds}s` }),
    },
    'index-template/harbourline-spans': {
      index_patterns: [spanIndices],
      priority,
      composed_of: [common],
      template: {
        ...index({
          number_of_shards: `${shards}`,
          mapping: { total_fields: { limit: `${maximumFields}` } },
          // Without it the policy's rollover fails, once, silently and for ever.
          plugins: { index_state_management: { rollover_alias: spanAlias } },
        }),
        mappings: spanMappings,
      },
    },
    'index-template/harbourline-service-map': {
      index_patterns: [`${serviceMapIndex}*`],
      priority,
      composed_of: [common],
      // Edges are few: one for each pair of services, operation and trace group.
      template: { ...index({ number_of_shards: '1' }), mappings: serviceMapMappings },
    },
    [`index/${firstSpanIndex}`]: { aliases: { [spanAlias]: { is_write_index: true } } },
    [`index/${serviceMapIndex}`]: {},
  };
}
