/**
 * Redaction by the processor of our own, at the agent and again at the gateway. What it looks for is in the binary, made of
 * `config/redaction/list.yaml`: no configuration can take anything away.
 */
import { edges, rangeOf } from '../../../config/cidr';
import { hongKongPrefixes } from '../../../config/rules/network';
import type { EnvironmentConfig } from '../../../config/schema';
import { env, variables } from './render';

/** Resource attributes that tiers and dashboards read: never masked, or a service name like a phone number would vanish. */
const untouchedKeys = [
  'service.name',
  'service.namespace',
  'service.version',
  'deployment.environment.name',
  'telemetry.sdk.name',
  'telemetry.sdk.language',
  'telemetry.sdk.version',
];

/**
 * Namespaces of OpenTelemetry's semantic conventions, and of the Python instrumentations: what they hold is known. `user` and
 * `enduser` are left out on purpose.
 */
export const knownNamespaces =
  'asgi|aws|client|cloud|code|container|db|deployment|destination|error|event|exception|faas|flask|graphql|host|http|k8s|messaging|net|network|os|otel|peer|process|rpc|server|service|source|telemetry|thread|tls|url|user_agent|wsgi';

/** What a pipeline masks beyond values with a known shape. */
export interface RedactionOptions {
  /**
   * Attribute keys that are let through, beside those of semantic conventions: a key, or a namespace of keys. The value of any
   * other is masked. @default every key is let through
   */
  readonly allowedKeys?: readonly string[];
  /** Attribute keys whose value becomes a pseudonym. @default none */
  readonly pseudonymKeys?: readonly string[];
  /** Addresses of machines on both sides of the border that are not of RFC 1918: they are no client's, and the border is told by them. */
  readonly ownPrefixes: readonly string[];
}

/** What an environment masks. */
export const redactionOf = (
  config: Pick<EnvironmentConfig, 'redaction' | 'network' | 'mainland'>,
): RedactionOptions => ({
  ...config.redaction,
  ownPrefixes: [...hongKongPrefixes(config.network), ...config.mainland.prefixes].filter(
    (prefix) => rangeOf(edges(prefix).first) !== 'private',
  ),
});

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The processors, in the order in which a pipeline must run them. */
export const redactionProcessors = (
  { allowedKeys, pseudonymKeys = [], ownPrefixes }: RedactionOptions = { ownPrefixes: [] },
) => ({
  harbourline_redaction: {
    untouched_keys: untouchedKeys,
    // Crossings are judged after redaction: an address that is masked is on neither side.
    ...(ownPrefixes.length > 0 ? { own_prefixes: ownPrefixes } : {}),
    ...(allowedKeys
      ? { allowed_keys: `^(?:${[knownNamespaces, ...allowedKeys.map(escapeRegExp)].join('|')})(?:\\.|$)` }
      : {}),
    ...(pseudonymKeys.length > 0
      ? { pseudonym_keys: pseudonymKeys, pseudonym_secret: env(variables.pseudonymSecret) }
      : {}),
  },
});
