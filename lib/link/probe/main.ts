/** The probe: runs beside each relay, measures every path, checks that `traceparent` crosses, reports once a minute. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { measureRoundTrip } from './connect';
import { type ContinuityTls, checkContinuity } from './continuity';
import { Findings } from './report';
import { probeSettings } from './settings';

const log = (level: 'info' | 'error', message: string): void => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message })}\n`);
};

/** Milliseconds between two reports, and between two continuity checks: CloudWatch's period. */
const minute = Number(process.env.PROBE_REPORT_SECONDS ?? 60) * 1_000;

function main(): void {
  const { paths, everySeconds, checks, reportUrl, certificateFile } = probeSettings(process.env);
  const findings = new Findings();
  for (const { name, address, port } of paths) {
    setInterval(async () => findings.connect(name, await measureRoundTrip(address, port)), everySeconds * 1_000);
  }
  setInterval(async () => {
    try {
      // Anew each time: certificates are renewed.
      const tls = checks.some(({ url }) => url.startsWith('https:')) ? tlsOf(certificateFile) : undefined;
      await Promise.all(
        checks.map(async (check) => findings.continuity(check.name, await checkContinuity(check, tls))),
      );
      findings.certificate(daysLeft(readFileSync(certificateFile)));
      await report(reportUrl, findings.take());
    } catch (error) {
      log('error', (error as Error).message);
    }
  }, minute);
  log('info', `measuring ${paths.map(({ name }) => name).join(', ')}`);
}

/** The link's certificate, with what stands beside it. */
const tlsOf = (certificateFile: string): ContinuityTls => {
  const read = (name: string) => readFileSync(join(dirname(certificateFile), name));
  return { ca: read('authority.pem'), cert: readFileSync(certificateFile), key: read('key.pem') };
};

/** Days until a certificate ends. */
const daysLeft = (pem: Buffer): number =>
  Math.floor((Date.parse(new X509Certificate(pem).validTo) - Date.now()) / 86_400_000);

async function report(url: string, request: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  if (!response.ok) throw new Error(`The collector answered ${response.status} to a report.`);
}

try {
  main();
} catch (error) {
  log('error', (error as Error).message);
  process.exitCode = 1;
}
