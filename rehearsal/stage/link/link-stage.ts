/** Both sides of the link with what stands on them, as far as it is the link's. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanUp } from '../../../harness/clean-up';
import { startCollector, writeCertificate } from '../../../harness/collectors';
import { mortal, systemPath } from '../../../harness/namespace';
import { type Service, startService } from '../../../harness/process';
import { run } from '../../../harness/run';
import { variables } from '../../../lib/collector/blocks/render';
import { ports } from '../../../lib/contract/ports';
import { issueCertificates, type TierCertificate } from '../../../lib/machine/certificates.issue';
import { addresses } from '../addresses';
import type { AwsDoubles } from '../aws/doubles';
import type { LeasedLineProps } from '../leased-line/leased-line';
import { type Kernel, probeKernel } from './kernel';
import { type LinkAddresses, linkAddresses } from './link-addresses';
import { Mainland } from './mainland';
import { type LinkNetwork, openLinkNetwork } from './network';
import type { Distance } from './path';
import type { SynthesisedLink } from './synthesised-link';

export interface LinkStageProps {
  readonly synthesised: SynthesisedLink;
  /** Folder of the instances' own scripts. */
  readonly scripts: string;
  readonly binary: string;
  /** Certificate of the relays within Hong Kong. */
  readonly relayCertificate: TierCertificate;
  /** Name in it. */
  readonly relayName: string;
  readonly aws: AwsDoubles;
  readonly distance: Distance;
  readonly seed: number;
  /** Existing folder for everything that is written. */
  readonly folder: string;
  readonly cleanUp: CleanUp;
}

/** Relays that a deployment has. */
const relayCount = 2;

export class LinkStage {
  /** Addresses of the relays that run. */
  readonly relays: string[] = [];
  /** Of the relays, for the way into the mainland. */
  linkCertificate!: TierCertificate;
  mainland!: Mainland;

  private constructor(
    readonly props: LinkStageProps,
    readonly kernel: Kernel,
    readonly network: LinkNetwork,
    readonly addresses: LinkAddresses,
    private readonly directory: string,
  ) {}

  /** Lays the link and starts what stands at its ends. Tunnels and sessions come up behind. */
  static async open(props: LinkStageProps): Promise<LinkStage> {
    const { synthesised, distance, seed, cleanUp } = props;
    const kernel = await probeKernel();
    const directory = join(props.folder, 'link');
    mkdirSync(directory);
    const network = await openLinkNetwork({ ...synthesised, distance, seed, kernel, directory, cleanUp });
    const stage = new LinkStage(props, kernel, network, linkAddresses(synthesised.parameters), directory);
    // The organisation's own authority signs both ends of the link.
    const { relay, receiver } = await issueCertificates({
      tiers: { relay: ['relay'], receiver: [synthesised.parameters.receiver.name] },
      now: new Date(),
    });
    stage.linkCertificate = relay!;
    stage.mainland = await Mainland.open({ ...props, directory, network: network.mainland, certificate: receiver! });
    await stage.shapeRate();
    for (const [index, address] of stage.addresses.relays.slice(0, relayCount).entries())
      await stage.startRelay(`relay-${index + 1}`, address);
    return stage;
  }

  get parameters() {
    return this.props.synthesised.parameters;
  }

  /** A line that leaves the crossing to the link. */
  line(): LeasedLineProps {
    const { payment, settlement, notifier, notified } = this.addresses;
    const key = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;
    return {
      host: addresses.line,
      oneWayMs: 0,
      ownNetwork: true,
      frontDoor: notified,
      routes: {
        [key(settlement)]: { direction: 'hk-cn', target: settlement, from: payment, callerAddress: payment },
        [key(notified)]: {
          direction: 'cn-hk',
          target: { host: addresses.payment, port: notified.port },
          callerAddress: notifier,
        },
      },
    };
  }

  /** What the sample services must know. */
  services() {
    const { settlement, notified } = this.addresses;
    return {
      mainland: this.network.mainland,
      addresses: { payment: addresses.payment, settlement: settlement.host },
      ports: { payment: notified.port, settlement: settlement.port },
      mainlandAddress: settlement.host,
      hongKongAddress: notified.host,
    };
  }

  /** The relays' own token bucket. They share this network, so they share one bucket that holds what all may send. */
  private async shapeRate(): Promise<void> {
    const { scripts, synthesised } = this.props;
    const given = { ...synthesised.relay.drain, RATE_BITS: `${synthesised.bitsPerSecond}` };
    await run('env', [...Object.entries(given).map((pair) => pair.join('=')), 'bash', join(scripts, 'rate.sh')]);
  }

  private async startRelay(name: string, address: string): Promise<void> {
    const { synthesised, binary, relayCertificate, aws, cleanUp } = this.props;
    const { directory } = this;
    const linkTls = join(directory, name, 'link-tls');
    writeCertificate(linkTls, this.linkCertificate);
    cleanUp.add(
      await startCollector({
        name,
        binary,
        directory,
        address,
        tier: synthesised.relay,
        certificate: relayCertificate,
        environment: {
          ...aws.environment,
          // Its own receiver is on loopback in AWS, where no proxy is asked.
          NO_PROXY: address,
          [variables.linkTlsDirectory]: linkTls,
        },
      }),
    );
    cleanUp.add(await this.startProbe(name, address, join(linkTls, 'certificate.pem')));
    this.relays.push(address);
  }

  private startProbe(relay: string, address: string, certificate: string): Promise<Service> {
    const { program, environment } = this.props.synthesised.probe;
    return startService({
      name: `probe of ${relay}`,
      ...mortal(process.execPath, [program]),
      directory: this.directory,
      logFile: join(this.directory, `${relay}-probe.log`),
      healthUrl: 'none: it serves nobody',
      isReady: async () => true,
      environment: {
        PATH: systemPath,
        ...environment,
        // In the time of a rehearsal each minute shall have some.
        PROBE_REPORT_SECONDS: '15',
        REPORT_URL: `http://${address}:${ports.ownMetrics}/v1/metrics`,
        LINK_CERTIFICATE: certificate,
      },
    });
  }
}
