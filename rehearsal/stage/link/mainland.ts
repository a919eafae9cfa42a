/** The mainland's side of the aggregates: receiver, responder and CloudWatch, all in a network that only the link reaches. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refused } from '../../../config/refused';
import type { CleanUp } from '../../../harness/clean-up';
import { startCollector } from '../../../harness/collectors';
import { inNetwork, type Namespace, systemPath } from '../../../harness/namespace';
import { type Service, startService } from '../../../harness/process';
import { ownProgram } from '../../../harness/program';
import { variables } from '../../../lib/collector/blocks/render';
import type { TierCertificate } from '../../../lib/machine/certificates.issue';
import { dataPoints } from '../../judge/cloudwatch/embedded-metrics';
import { MetricStore } from '../../judge/cloudwatch/metric-store';
import { addresses } from '../addresses';
import type { MainlandCloudWatch } from './mainland-cloudwatch';
import type { SynthesisedLink } from './synthesised-link';

export interface MainlandProps {
  readonly synthesised: SynthesisedLink;
  readonly network: Namespace;
  readonly binary: string;
  /** Signed by whom the relays trust. */
  readonly certificate: TierCertificate;
  /** Existing folder for everything that is written. */
  readonly directory: string;
  readonly cleanUp: CleanUp;
}

/** On loopback of the mainland's network, which nobody else has. */
const loopback = addresses.aws;

export class Mainland {
  private proxy!: Service;

  private constructor(
    private readonly props: MainlandProps,
    private readonly eventsFile: string,
  ) {}

  /** @throws Error where the environment's mainland side is not on AWS: what it would run is its own affair */
  static async open(props: MainlandProps): Promise<Mainland> {
    const { synthesised, network, binary, certificate, directory, cleanUp } = props;
    const { mainland, parameters } = synthesised;
    if (!mainland)
      throw refused(
        'HL-REHEARSE-008',
        'The environment has no link.analysis, so there is no receiver to rehearse: add it, or use another scenario or --env.',
      );
    const eventsFile = join(directory, 'mainland-events.jsonl');
    const { receiver } = parameters;
    cleanUp.add(
      await startCollector({
        name: 'receiver',
        binary,
        directory,
        network,
        address: receiver.address,
        tier: mainland.receiver,
        certificate,
        environment: {
          ...(await startCloudWatch(props, eventsFile)),
          [variables.linkTlsDirectory]: join(directory, 'receiver', 'tls'),
        },
      }),
    );
    const stage = new Mainland(props, eventsFile);
    await stage.startResponder();
    return stage;
  }

  /** Every event that the receiver handed to CloudWatch, as text. */
  events(): string[] {
    return readFileSync(this.eventsFile, 'utf8').split('\n').filter(Boolean);
  }

  /** What CloudWatch of the mainland would hold now. */
  metrics(): MetricStore {
    const store = new MetricStore();
    for (const event of this.events()) store.add(dataPoints(event));
    return store;
  }

  /** Whether the proxy before the responder takes `traceparent` out of what it passes on. */
  set careless(careless: boolean) {
    process.kill(this.proxy.pid, careless ? 'SIGUSR1' : 'SIGUSR2');
  }

  private async startResponder(): Promise<void> {
    const { address, continuityPort } = this.props.synthesised.parameters.receiver;
    const program = this.props.synthesised.mainland?.responder ?? '';
    await this.startHttp('responder', [program], {
      [variables.bind]: loopback,
      RESPONDER_PORT: `${continuityPort}`,
    });
    const proxy = ownProgram(join(__dirname, 'careless-proxy'));
    this.proxy = await this.startHttp('proxy', proxy, {
      FROM: `${address}:${continuityPort}`,
      TO: `${loopback}:${continuityPort}`,
    });
  }

  private async startHttp(name: string, program: readonly string[], environment: Record<string, string>) {
    const { network, directory, cleanUp } = this.props;
    const logFile = join(directory, `${name}.log`);
    const service = await startService({
      name,
      ...inNetwork(network, process.execPath, program),
      directory,
      logFile,
      healthUrl: 'its word in the log',
      isReady: async () => readFileSync(logFile, 'utf8').includes('listening'),
      environment: { ...environment, PATH: systemPath },
    });
    cleanUp.add(service);
    return service;
  }
}

/** @returns variables by which the receiver finds it */
async function startCloudWatch(
  { synthesised, network, directory, cleanUp }: MainlandProps,
  eventsFile: string,
): Promise<Record<string, string>> {
  const environmentFile = join(directory, 'mainland-cloudwatch.json');
  const { region = '', logGroup = '' } = synthesised.mainland ?? {};
  const given: MainlandCloudWatch = {
    address: loopback,
    region,
    logGroup,
    credentials: { accessKeyId: 'MAINLAND', secretAccessKey: 'of-this-rehearsal-only' },
    environmentFile,
    eventsFile,
  };
  const program = ownProgram(join(__dirname, 'mainland-cloudwatch'));
  cleanUp.add(
    await startService({
      name: 'CloudWatch of the mainland',
      ...inNetwork(network, process.execPath, [...program, JSON.stringify(given)]),
      directory,
      logFile: join(directory, 'mainland-cloudwatch.log'),
      healthUrl: 'the file that it writes',
      isReady: async () => existsSync(environmentFile),
      environment: { PATH: systemPath },
    }),
  );
  return JSON.parse(readFileSync(environmentFile, 'utf8')) as Record<string, string>;
}
