/** Settings of the probe, from environment variables only. */
import { isIPv4 } from 'node:net';
import type { ContinuityCheck } from './continuity';

export interface ProbeSettings {
  readonly paths: readonly { readonly name: string; readonly address: string; readonly port: number }[];
  readonly everySeconds: number;
  /** Who is asked for `traceparent` at the far end. */
  readonly checks: readonly ContinuityCheck[];
  /** Where metrics go: the collector's own receiver, on loopback. */
  readonly reportUrl: string;
  /** PEM of the link's certificate, whose end is watched. */
  readonly certificateFile: string;
}

/**
 * Reads `PROBE_PATHS` (`vpn-1=10.20.255.1:7,vpn-2=…`), `PROBE_EVERY_SECONDS`, `CONTINUITY_CHECKS` (`NAME=URL|PROXY|SERVERNAME,…`, the
 * last two may be empty), `REPORT_URL` and `LINK_CERTIFICATE`.
 *
 * @throws Error that lists every problem
 */
export function probeSettings(env: Readonly<Record<string, string | undefined>>): ProbeSettings {
  const problems: string[] = [];
  const paths = (env.PROBE_PATHS ?? '').split(',').map((entry) => {
    const [, name = '', address = '', port = ''] = /^([\w-]+)=([\d.]+):(\d+)$/.exec(entry) ?? [];
    if (!isIPv4(address)) problems.push(`PROBE_PATHS holds "${entry}": write name=address:port`);
    return { name, address, port: Number(port) };
  });
  const everySeconds = Number(env.PROBE_EVERY_SECONDS);
  if (!(everySeconds > 0)) problems.push(`PROBE_EVERY_SECONDS is ${env.PROBE_EVERY_SECONDS}: write seconds`);
  const url = (name: string): string => {
    if (!/^http:\/\//.test(env[name] ?? '')) problems.push(`${name} is ${env[name]}: write a URL with http://`);
    return env[name] ?? '';
  };
  const checks = (env.CONTINUITY_CHECKS ?? '').split(',').map((entry): ContinuityCheck => {
    const [, name = '', target = '', proxy = '', serverName = ''] =
      /^([\w-]+)=(https?:\/\/[^|]+)\|((?:http:\/\/[^|]+)?)\|([\w.-]*)$/.exec(entry) ?? [];
    if (!target) problems.push(`CONTINUITY_CHECKS holds "${entry}": write name=URL|PROXY|SERVERNAME`);
    return { name, url: target, ...(proxy ? { proxy } : {}), ...(serverName ? { serverName } : {}) };
  });
  const settings: ProbeSettings = {
    paths,
    everySeconds,
    checks,
    reportUrl: url('REPORT_URL'),
    certificateFile: env.LINK_CERTIFICATE ?? '',
  };
  if (!settings.certificateFile) problems.push('LINK_CERTIFICATE is missing: name the file');
  if (problems.length > 0) throw new Error(`The probe cannot start:\n- ${problems.join('\n- ')}`);
  return settings;
}

/** The variables for {@link probeSettings}. */
export const probeVariables = (settings: ProbeSettings): Record<string, string> => ({
  PROBE_PATHS: settings.paths.map(({ name, address, port }) => `${name}=${address}:${port}`).join(','),
  PROBE_EVERY_SECONDS: `${settings.everySeconds}`,
  CONTINUITY_CHECKS: settings.checks
    .map(({ name, url, proxy = '', serverName = '' }) => `${name}=${url}|${proxy}|${serverName}`)
    .join(','),
  REPORT_URL: settings.reportUrl,
  LINK_CERTIFICATE: settings.certificateFile,
});
