/**
 * Redaction by the processor of our own, at the agent and again at the gateway. What it looks for is in the binary, made of
 * `config/redaction/list.yaml`: no configuration can take anything away.
 */
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
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The processors, in the order in which a pipeline must run them. */
export const redactionProcessors = ({ allowedKeys, pseudonymKeys = [] }: RedactionOptions = {}) => ({
  harbourline_redaction: {
    untouched_keys: untouchedKeys,
    ...(allowedKeys
      ? { allowed_keys: `^(?:${[knownNamespaces, ...allowedKeys.map(escapeRegExp)].join('|')})(?:\\.|$)` }
      : {}),
    ...(pseudonymKeys.length > 0
      ? { pseudonym_keys: pseudonymKeys, pseudonym_secret: env(variables.pseudonymSecret) }
      : {}),
  },
});
