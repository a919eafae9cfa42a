/** What `npm run reach` writes into documents. */
import type { EnvironmentConfig } from '../../config/schema';
import { exitKinds } from '../../judges/reach/exits';
import { portTable } from '../../judges/reach/port-table';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The table of open ports. Its text is the same for every environment. */
export const portTableText = (config: EnvironmentConfig): string =>
  [
    row(['where', 'port', 'from whom', 'for what']),
    row(['---', '---', '---', '---']),
    ...portTable(config).map(({ where, port, from, what }) => row([where, port, from, what])),
  ].join('\n');

/** Kinds of ways out, and what each can carry. */
export const exitTableText = (): string =>
  [
    row(['way out', 'what can travel on it']),
    row(['---', '---']),
    ...Object.entries(exitKinds).map(([kind, what]) => row([kind, what])),
  ].join('\n');
