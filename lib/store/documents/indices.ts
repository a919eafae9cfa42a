/** Index templates and first indices, with the mapping types that the requests of Trace Analytics need. */

import {
  firstSpanIndex,
  holdIndices,
  recordsIndex,
  serviceMapIndex,
  spanAlias,
  spanIndices,
} from '../../contract/indices';
import { knownFields, quotingKeys } from './attributes';
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

/**
 * Of a number or time that nobody searches a period by, the column alone: it is sorted and added up by that, and a search for
 * it reads the column. A tree beside it takes as much again.
 */
const column = <T extends object>(type: T) => ({ ...type, index: false });

/** An object of which fields beside the named ones are kept, but neither indexed nor counted against the limit. */
const closed = (properties: object) => ({ type: 'object', dynamic: 'false', properties });

/**
 * A number that is compared as one. A text under the same key is no reason to refuse the span: it is not indexed here, and
 * where a key was first seen as a number, its text is beside it. A double holds integers up to 2^53.
 */
const number = { type: 'double', ignore_malformed: true };

const ofTemplate = (owner: 'span' | 'resource') =>
  Object.fromEntries(
    [...knownFields]
      .filter(([field]) => field.startsWith(`${owner}.`))
      .map(([field, type]) => [
        field.split('.')[2] as string,
        type === 'number'
          ? number
          : quotingKeys.includes((field.split('.')[2] as string).replaceAll('@', '.'))
            ? { ...keyword(), index: false, doc_values: false, ...exceptionCopy(field.split('.')[2] as string) }
            : { ...keyword(), ...exceptionCopy(field.split('.')[2] as string) },
      ]),
  );

/** Exceptions are events of a span: one field for each of their parts, wherever they stand. */
const exceptionCopy = (name: string) =>
  name === 'exception@type'
    ? { copy_to: 'exception.type' }
    : name === 'exception@message'
      ? { copy_to: 'exception.message' }
      : {};

/** Attributes by any key, as far as the writers' budget goes: numbers where the first was one, else keywords. */
const attributes = (owner: 'span' | 'resource') => ({
  type: 'object',
  dynamic: 'true',
  properties: ofTemplate(owner),
});

const attributeTemplates = ['span.attributes.*', 'resource.attributes.*'].flatMap((path) => {
  const name = path.split('.')[0];
  return [
    // The writer sends none. What others send is kept whole: as a keyword it would be refused, and field by field it could explode.
    {
      [`${name}_objects`]: {
        path_match: path,
        match_mapping_type: 'object',
        mapping: { type: 'object', enabled: false },
      },
    },
    ...['long', 'double'].map((type) => ({
      [`${name}_${type}`]: {
        path_match: path,
        match_mapping_type: type,
        mapping: { ...number, fields: { text: keyword() } },
      },
    })),
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
    endTime: column(nanoseconds),
    durationInNanos: long,
    traceGroup: keyword(),
    traceGroupFields: closed({ endTime: column(nanoseconds), durationInNanos: long, statusCode: integer }),
    // Documents say `status.code`, flattened, because the page reads that key from them; the field is this one.
    status: closed({ code: integer, message: keyword() }),
    events: closed({
      name: keyword(),
      time: nanoseconds,
      attributes: closed({
        'exception@type': { ...keyword(), copy_to: 'exception.type' },
        'exception@message': { type: 'keyword', index: false, doc_values: false, copy_to: 'exception.message' },
      }),
    }),
    // What is searched for; `exception.type: TimeoutError`. Messages quote, so readers do not have them.
    exception: closed({ type: keyword(), message: { type: 'text', norms: false } }),
    links: closed({ traceId: id, spanId: id }),
    instrumentationScope: closed({ name: keyword(), version: keyword() }),
    droppedAttributesCount: column(integer),
    droppedEventsCount: column(integer),
    droppedLinksCount: column(integer),
    span: closed({ attributes: attributes('span') }),
    resource: closed({ attributes: attributes('resource') }),
    // Of a document that was refused as it came: why, and what was moved out of the fields' way.
    harbourline: closed({
      defused: keyword(),
      original: { type: 'text', norms: false },
      // Attributes without a field, `span.attributes.key=value` each; those about a person apart, under a mask.
      aside: keyword(),
      personal: keyword(),
      // The far end of a call over the border, as the caller saw it: no span of its own.
      inferred: keyword(64),
    }),
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
    crossing: keyword(64),
    // The hour in which a writer last wrote it. What is older than spans may be is deleted.
    lastSeen: nanoseconds,
  },
};

/** Who had what held or erased, and who approved it. Ids of people are hashes. */
const recordMappings = {
  dynamic: 'strict',
  properties: {
    time: { type: 'date' },
    what: id,
    ticket: id,
    reason: keyword(),
    requestedBy: keyword(),
    approvedBy: keyword(),
    doneBy: keyword(),
    until: { type: 'date' },
    digest: keyword(128),
    spans: long,
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
          // Without it the policy's rollover fails, once, silently and indefinitely.
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
    [`index/${recordsIndex}`]: {
      settings: { index: { number_of_shards: '1', number_of_replicas: `${replicas}` } },
      mappings: recordMappings,
    },
    'index-template/harbourline-hold': {
      index_patterns: [holdIndices],
      priority,
      composed_of: [common],
      template: {
        ...index({ number_of_shards: '1', mapping: { total_fields: { limit: `${maximumFields}` } } }),
        mappings: spanMappings,
      },
    },
  };
}
