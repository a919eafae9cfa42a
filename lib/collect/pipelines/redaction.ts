/**
 * Redaction with stock processors, at the agent and again at the gateway.
 *
 * The redaction processor sees attributes of resources, spans and events only. So names and status messages are staged
 * through temporary attributes, trace state is cleared, and URLs lose their query, fragment and user-info first. What
 * stock processors cannot reach at all (link attributes, keys nested in maps) is closed where documents are made: the
 * span writer.
 */
import { sensitiveKeys, sensitiveValues } from '../redaction';

/** Resource attributes that tiers and dashboards read: never masked, or a service name like a phone number would vanish. */
const neverMasked = [
  'service.name',
  'service.namespace',
  'service.version',
  'deployment.environment.name',
  'telemetry.sdk.name',
  'telemetry.sdk.language',
  'telemetry.sdk.version',
];

const url = '(https?://[^\\s?#"\']+)[?#][^\\s"\']*';
const userInfo = '(https?://)[^/@\\s]+@';
const keysThatTell = '@|[0-9]{8,}';

/** Statements that strip URLs in all attributes of `context` and drop keys that are data themselves. */
const strip = (context: 'span' | 'spanevent' | 'resource'): string[] => [
  `delete_matching_keys(${context}.attributes, "${keysThatTell}")`,
  `replace_all_patterns(${context}.attributes, "value", ${JSON.stringify(userInfo)}, "$1")`,
  `replace_all_patterns(${context}.attributes, "value", ${JSON.stringify(url)}, "$1")`,
];

const stage = (context: 'span' | 'spanevent' | 'scope', attribute: string, field: string) => ({
  into: `set(${context}.attributes["${attribute}"], ${field}) where ${field} != ""`,
  out: [
    `set(${field}, ${context}.attributes["${attribute}"]) where ${context}.attributes["${attribute}"] != nil`,
    `delete_key(${context}.attributes, "${attribute}")`,
  ],
});

const spanName = stage('span', '_redact.name', 'span.name');
const statusMessage = stage('span', '_redact.status', 'span.status.message');
const eventName = stage('spanevent', '_redact.name', 'spanevent.name');
const scopeName = stage('scope', '_redact.name', 'scope.name');

/** The processors, in the order in which a pipeline must run them. */
export const redactionProcessors = {
  'transform/strip': {
    error_mode: 'ignore',
    trace_statements: [
      { statements: strip('resource') },
      { statements: [scopeName.into] },
      {
        statements: [
          spanName.into,
          statusMessage.into,
          'set(span.trace_state, "") where span.trace_state != ""',
          'delete_key(span.attributes, "url.query")',
          'delete_key(span.attributes, "url.fragment")',
          'replace_pattern(span.attributes["http.target"], "[?#].*", "") where span.attributes["http.target"] != nil',
          ...strip('span'),
        ],
      },
      { statements: [eventName.into, ...strip('spanevent')] },
    ],
  },
  redaction: {
    allow_all_keys: true,
    redact_all_types: true,
    ignored_keys: neverMasked,
    blocked_key_patterns: [`(?i)${sensitiveKeys}`],
    blocked_values: sensitiveValues.map(({ pattern }) => pattern),
    summary: 'silent',
  },
  'transform/unstage': {
    error_mode: 'ignore',
    trace_statements: [
      { statements: scopeName.out },
      { statements: [...spanName.out, ...statusMessage.out] },
      { statements: eventName.out },
    ],
  },
};
