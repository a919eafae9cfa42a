/** Zipkin and Jaeger clients at the gateway: for services that cannot be changed yet. */
import { ports } from '../../contract/ports';
import { openServerTls } from './components';
import { env, variables } from './render';

export type LegacyClient = 'zipkin' | 'jaeger';

/** Receivers of the clients that are admitted, and what their spans need before they are like others. */
export function legacyReceivers(clients: readonly LegacyClient[], environment: string) {
  const at = (port: number) => ({ endpoint: `${env(variables.bind)}:${port}`, tls: openServerTls });
  const receivers = {
    ...(clients.includes('zipkin') ? { zipkin: at(ports.zipkin) } : {}),
    ...(clients.includes('jaeger')
      ? { jaeger: { protocols: { grpc: at(ports.jaegerGrpc), thrift_http: at(ports.jaegerThrift) } } }
      : {}),
  };
  const processors =
    clients.length === 0
      ? {}
      : {
          // Zipkin has no place for it, and a Jaeger process need not say it: who says another stays another's.
          'resource/legacy': {
            attributes: [{ key: 'deployment.environment.name', value: environment, action: 'insert' }],
          },
        };
  return {
    receivers,
    processors,
    /** A pipeline of their own, which ends as all others do. Memory is guarded before anything else. */
    pipelines: ([guard = '', ...rest]: readonly string[], exporters: readonly string[]) =>
      clients.length === 0
        ? {}
        : {
            'traces/legacy': {
              receivers: Object.keys(receivers),
              processors: [guard, ...Object.keys(processors), ...rest],
              exporters,
            },
          },
  };
}
