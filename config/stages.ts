/** What an environment is deployed as: its own stage, and one for each account that has the other half of something. */
import { clientStage } from './entrance';
import type { EnvironmentConfig } from './schema';

/** What is deployed together, with the credentials of one account. */
export interface DeployedStage {
  readonly kind: 'environment' | 'mainland' | 'operators' | 'client';
  /** As in `npx cdk deploy 'dev-mainland/*'`. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Of kind `client`. */
  readonly client?: EnvironmentConfig['clients'][number];
}

/** Stage of operators with an account of their own: `dev-operators`. */
export const operatorsStage = (environment: string): string => `${environment}-operators`;

/** The stages of an environment. A client's is in the app from the day on which `collect.entrance.handedOver` is there. */
export function stagesOf(config: EnvironmentConfig): DeployedStage[] {
  const { environment, account, region, clients, link, store } = config;
  const operators = store.access.endpoint?.account ?? account;
  return [
    { kind: 'environment', name: environment, account, region },
    ...(link?.analysis
      ? [
          {
            kind: 'mainland' as const,
            name: `${environment}-mainland`,
            account: link.analysis.account,
            region: link.analysis.region,
          },
        ]
      : []),
    ...(operators === account
      ? []
      : [{ kind: 'operators' as const, name: operatorsStage(environment), account: operators, region }]),
    ...clients.map((client) => ({
      kind: 'client' as const,
      name: clientStage(environment, client.name),
      account: client.account,
      region: client.region,
      client,
    })),
  ];
}
