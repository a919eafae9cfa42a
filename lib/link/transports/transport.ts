import type { Construct, IConstruct } from 'constructs';
import type { LinkConfig } from '../../contract/link-parameters';
import type { BoundPath } from '../../contract/link-paths';
import type { ReadBack } from '../read-back';

/** What a transport is attached to. */
export interface LinkAttachment {
  readonly environment: string;
  readonly link: LinkConfig;
  readonly transitGateway: { readonly ref: string };
  /** Asks AWS what CloudFormation does not tell. */
  readonly readBack: ReadBack;
  /** Log groups of the tunnels, and what lets AWS write to them: a tunnel is refused before that. */
  readonly logs: { readonly activityArn: string; readonly bgpArn: string; readonly delivery: IConstruct };
  /** Prefixes of Hong Kong that the far end may learn. */
  readonly announcedPrefixes: readonly string[];
}

/** An attachment of the transit gateway, made by a transport. */
export interface BoundAttachment {
  /** What is attached, in one word: logical ids are made of it. */
  readonly name: 'SiteToSiteVpn' | 'LeasedLine' | 'VpnOverDirectConnect';
  readonly attachmentId: string;
  /** What it carries: traffic of the link, or only the tunnels of another attachment. */
  readonly carries: 'traffic' | 'tunnels';
}

/** A transport that exists. */
export interface BoundTransport {
  readonly attachments: readonly BoundAttachment[];
  readonly paths: readonly BoundPath[];
}

/** A way to the mainland. Which one is a line of the configuration; what it takes is its own affair. */
export abstract class LinkTransport {
  /** Creates it in `scope`. */
  abstract bind(scope: Construct, attachment: LinkAttachment): BoundTransport;
}
