import type { CfnTransitGateway } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { LinkedConfig } from '../../contract/link-parameters';
import type { BoundPath } from '../../contract/link-paths';
import type { ReadBack } from '../read-back';

/** What a transport is attached to. */
export interface LinkAttachment {
  readonly config: LinkedConfig;
  readonly transitGateway: CfnTransitGateway;
  /** Asks AWS what CloudFormation does not tell. */
  readonly readBack: ReadBack;
  /** Log groups of the tunnels. */
  readonly logs: { readonly activityArn: string; readonly bgpArn: string };
  /** Prefixes of Hong Kong that the far end may learn. */
  readonly announcedPrefixes: readonly string[];
}

/** A transport that exists. */
export interface BoundTransport {
  /** Attachment of the transit gateway that carries traffic of the link. */
  readonly attachmentId: string;
  /** Attachment beneath it that carries only its tunnels. */
  readonly carrierAttachmentId?: string;
  readonly paths: readonly BoundPath[];
}

/** A way to the mainland. Which one is a line of the configuration; what it takes is its own affair. */
export abstract class LinkTransport {
  /** Creates it in `scope`. */
  abstract bind(scope: Construct, attachment: LinkAttachment): BoundTransport;
}
