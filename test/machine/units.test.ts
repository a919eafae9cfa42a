import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variables } from '../../lib/collector/blocks/render';
import { collectorName } from '../../lib/collector/distribution/build';
import { paths } from '../../lib/contract/instance';
import { ports } from '../../lib/contract/ports';
import { featureGates } from '../../lib/contract/sampling';

const folder = join(__dirname, '../../lib/machine/instance-files');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const units = readdirSync(folder).filter((name) => name.endsWith('.service'));

/** What the processes that see spans are denied. */
const hardening = [
  'User=harbourline',
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'CapabilityBoundingSet=',
  `ReadWritePaths=${paths.data}`,
];

test.each(['harbourline-collector.service', 'harbourline-span-writer.service', 'harbourline-registration.service'])(
  '%s runs as a user that may do little',
  (name) => {
    const lines = read(name).split('\n');
    for (const line of hardening) expect(lines).toContain(line);
  },
);

test.each(units)('%s takes no new privileges and names only files that boot writes', (name) => {
  const text = read(name);
  expect(text).toContain('NoNewPrivileges=yes');
  expect(text).toContain('ProtectSystem=strict');
  const known: string[] = [
    paths.environment,
    paths.instanceEnvironment,
    paths.scriptsEnvironment,
    paths.writerEnvironment,
    paths.pseudonymEnvironment,
    paths.probeEnvironment,
  ];
  for (const [, file] of text.matchAll(/^EnvironmentFile=-?(.*)$/gm)) expect(known).toContain(file);
});

// The files are static: what they share with the code is held together here.
test('programs, ports and variables are those of the code', () => {
  expect(read('harbourline-collector.service')).toContain(
    `ExecStart=${paths.program}/${collectorName} --config ${paths.configuration} --feature-gates=${featureGates.join(',')}\n`,
  );
  const all = readdirSync(folder).map(read).join('\n');
  expect(all).toContain(`:${ports.health}/`);
  expect(all).toContain(`:${ports.telemetry}/metrics`);
  for (const name of [
    variables.loopback,
    variables.bind,
    variables.instance,
    variables.dataDirectory,
    variables.tlsDirectory,
  ]) {
    expect(all).toMatch(new RegExp(`\\$\\{?${name}\\b`));
  }
});

test('whoever is registered leaves Cloud Map however the unit ends, and comes back', () => {
  const lines = read('harbourline-registration.service').split('\n');
  expect(lines).toContain('Restart=always');
  expect(lines).toContain('StartLimitIntervalSec=0');
  expect(lines.filter((line) => line.startsWith('ExecStopPost='))).toEqual([
    expect.stringContaining('servicediscovery deregister-instance'),
  ]);
});
