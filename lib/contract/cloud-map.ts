import type { Names } from './names';

/** Names in Cloud Map. Physical, because the collectors' static configurations name them. */
export const cloudMapNamespace = ({ system }: Names): string => system;

export const cloudMapServices = { sampler: 'sampler', relay: 'relay' } as const;
