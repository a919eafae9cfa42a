/** Both sides of the link with what stands on them, as far as it is the link's. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanUp } from '../clean-up';
import type { LineProps } from '../line/line';
import { addresses } from '../places';
import { type Kernel, probeKernel } from './kernel';
import { type LinkNetwork, openLinkNetwork } from './network';
import type { Distance } from './path';
import { type LinkPlaces, placesOf } from './places';
import type { SynthesisedLink } from './synthesised';

export interface LinkSiteProps {
  readonly synthesised: SynthesisedLink;
  readonly distance: Distance;
  readonly seed: number;
  /** Existing folder for everything that is written. */
  readonly folder: string;
  readonly cleanUp: CleanUp;
}

export class LinkSite {
  readonly places: LinkPlaces;

  private constructor(
    readonly props: LinkSiteProps,
    readonly kernel: Kernel,
    readonly network: LinkNetwork,
  ) {
    this.places = placesOf(props.synthesised.parameters);
  }

  /** Lays the link. Tunnels and sessions come up behind. */
  static async open(props: LinkSiteProps): Promise<LinkSite> {
    const { synthesised, distance, seed, cleanUp } = props;
    const kernel = await probeKernel();
    const directory = join(props.folder, 'link');
    mkdirSync(directory);
    const network = await openLinkNetwork({ ...synthesised, distance, seed, kernel, directory, cleanUp });
    return new LinkSite(props, kernel, network);
  }

  get parameters() {
    return this.props.synthesised.parameters;
  }

  /** A line that leaves the crossing to the link. */
  line(): LineProps {
    const { payment, settlement, notifier, notified } = this.places;
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
    const { settlement, notified } = this.places;
    return {
      mainland: this.network.mainland,
      addresses: { payment: addresses.payment, settlement: settlement.host },
      ports: { payment: notified.port, settlement: settlement.port },
      mainlandAddress: settlement.host,
      hongKongAddress: notified.host,
    };
  }
}
