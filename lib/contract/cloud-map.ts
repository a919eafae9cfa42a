/** Names in Cloud Map. Physical, because the collectors' static configurations name them. */
export const cloudMapNamespace = (environment: string): string => `harbourline-${environment}`;

export const cloudMapServices = { sampler: 'sampler', relay: 'relay' } as const;
