/** The Helm chart of an environment: the chart of this repository, completed with what the configuration says. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { EnvironmentConfig } from '../../config/schema';
import { goMemoryMiB } from '../../lib/contract/sizing';
import { root } from '../shell/scripts';
import { configurationOf, serviceEnvironmentOf } from './settings';

/** The values that come from the environment. */
const valuesOf = ({ environment, region, agent, redaction }: EnvironmentConfig) => ({
  environment,
  region,
  egressKilobits: agent.egressKilobits,
  memoryMiB: agent.memoryMiB,
  goMemoryMiB: goMemoryMiB(agent.memoryMiB),
  cpuPercent: agent.cpuPercent,
  pseudonyms: redaction.pseudonymKeys.length > 0,
});

/** Writes the chart. @returns its folder */
export function makeChart(config: EnvironmentConfig, output: string): string {
  const chart = join(output, `harbourline-agent-${config.environment}`);
  rmSync(chart, { recursive: true, force: true });
  cpSync(join(root, 'charts/harbourline-agent'), chart, { recursive: true });
  const values = parseDocument(readFileSync(join(chart, 'values.yaml'), 'utf8'));
  for (const [name, value] of Object.entries(valuesOf(config))) values.set(name, value);
  writeFileSync(join(chart, 'values.yaml'), values.toString({ lineWidth: 0 }));
  mkdirSync(join(chart, 'files'));
  writeFileSync(join(chart, 'files/collector.yaml'), configurationOf(config));
  writeFileSync(join(chart, 'files/service.env'), serviceEnvironmentOf(config));
  return chart;
}
