/** The chart: linted, rendered, each manifest decoded strictly into its type of the Kubernetes API. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import type { EnvironmentConfig } from '../../../config/schema';
import { run } from '../../../harness/run';
import { goTool } from '../go';
import { makeChart } from '../make-chart';
import { configurationOf } from '../settings';

/** The API version that helm takes charts to be for: a helm that is built from its module knows none. */
const kubernetes = '1.34';

const base = {
  gatewayEndpoint: 'gateway.example.internal:4317',
  image: { reference: `registry.example/harbourline-agent@sha256:${'0'.repeat(64)}` },
  network: { gatewayCidrs: ['10.10.0.0/16'], awsCidrs: ['10.10.9.0/24'] },
};
const secret = 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:agent-a1B2c3';

/** Both ways to a certificate. */
const complete = {
  'Secrets Manager': { ...base, certificate: { secretArn: secret, pseudonymSecret: secret } },
  "a cluster's secret": { ...base, certificate: { secretName: 'agent-tls', pseudonymSecret: 'agent-pseudonyms' } },
};

export async function tryChart(config: EnvironmentConfig, folder: string): Promise<void> {
  const helm = goTool('helm');
  const chart = makeChart(config, folder);
  const values = join(folder, 'values.yaml');
  const template = (text: object) => {
    writeFileSync(values, stringify(text));
    return run(helm, ['template', 'agent', chart, '--values', values, '--kube-version', kubernetes], {
      timeoutMs: 60_000,
    });
  };
  for (const [name, given] of Object.entries(complete)) {
    const manifests = await template(given);
    await run(helm, ['lint', '--strict', '--values', values, '--kube-version', kubernetes, chart], {
      timeoutMs: 60_000,
    });
    const kinds = decode(manifests);
    if (kinds.join() !== 'NetworkPolicy,ServiceAccount,ConfigMap,DaemonSet')
      throw new Error(`With ${name} the chart makes ${kinds.join(', ')}.`);
    const [configuration] = parseAllDocuments(manifests)
      .map((document) => document.toJS() as { kind: string; data?: { 'collector.yaml': string } })
      .filter(({ kind }) => kind === 'ConfigMap');
    if (configuration?.data?.['collector.yaml'] !== configurationOf(config))
      throw new Error(`With ${name} the ConfigMap is not the configuration of the code.`);
  }
  const refused = await template({}).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  for (const place of ['/image/reference', '/gatewayEndpoint', '/certificate', '/network/gatewayCidrs'])
    if (!refused.includes(place)) throw new Error(`A chart without ${place} said: ${refused}`);
}

/** @throws Error with every field that the API does not have */
const decode = (manifests: string): string[] =>
  execFileSync('go', ['run', './kubernetes'], {
    cwd: join(__dirname, '..'),
    encoding: 'utf8',
    input: manifests,
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
  })
    .trim()
    .split('\n');
