/** How a command of a person reaches the store of an environment: through Session Manager, or an endpoint where they are. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeDomainCommand,
  DescribeVpcEndpointsCommand,
  ListVpcEndpointsForDomainCommand,
  OpenSearchClient,
} from '@aws-sdk/client-opensearch';
import { refused } from '../config/refused';
import { freePort } from '../harness/ports';
import { waitFor } from '../harness/wait';
import { accessTier, domainName, sessionDocument } from '../lib/contract/access';
import { names } from '../lib/contract/names';
import type { StoreSettings } from '../lib/store/client';

/** Ways that `--via` takes. */
const ways = ['session', 'endpoint'] as const;
export type Way = (typeof ways)[number];

/** @throws Refusal that names the ways */
export function wayOf(via: string): Way {
  const way = ways.find((each) => each === via);
  if (way) return way;
  throw refused('HL-DOMAIN-002', `--via ${via}: there is no such way to a domain. Use ${ways.join(' or ')}.`);
}

/** AWS, as far as it is asked. */
export interface SessionAws {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly openSearch: Pick<OpenSearchClient, 'send'>;
}

/** A store that can be reached until it is closed. */
export interface Reached {
  readonly settings: StoreSettings;
  close(): void;
}

export interface ReachOptions {
  readonly via: Way;
  readonly environment: string;
  /** `organisation.namePrefix`. */
  readonly namePrefix?: string | undefined;
  readonly region: string;
  /** @default with the caller's credentials */
  readonly aws?: SessionAws;
  /** Opens the session. @default the CLI of AWS, with its Session Manager plugin */
  readonly open?: (parameters: readonly string[]) => ChildProcess;
}

const cli = (parameters: readonly string[]): ChildProcess =>
  spawn('aws', [...parameters], { stdio: ['ignore', 'ignore', 'pipe'] });

/** @throws Error that says what is missing: the domain, the instance, a right, the plugin */
export async function reachStore({
  via,
  environment,
  namePrefix,
  region,
  open = cli,
  aws,
}: ReachOptions): Promise<Reached> {
  const { ec2, openSearch } = aws ?? { ec2: new EC2Client({ region }), openSearch: new OpenSearchClient({ region }) };
  const sigv4 = { kind: 'sigv4', region } as const;
  const DomainName = domainName(names(environment, namePrefix));
  if (via === 'endpoint') {
    const host = await endpointOf(openSearch, DomainName);
    return { settings: { endpoint: `https://${host}`, auth: sigv4 }, close: () => {} };
  }
  const { DomainStatus } = await openSearch.send(new DescribeDomainCommand({ DomainName }));
  const host = DomainStatus?.Endpoints?.vpc;
  if (!host)
    throw refused(
      'HL-DOMAIN-010',
      `The domain ${DomainName} has no address in a VPC. Is ${environment} deployed? Deploy its stack Store first.`,
    );
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: 'tag:harbourline:environment', Values: [environment] },
        { Name: 'tag:harbourline:tier', Values: [accessTier] },
        { Name: 'instance-state-name', Values: ['running'] },
      ],
    }),
  );
  const instance = Reservations.flatMap(({ Instances = [] }) => Instances)[0]?.InstanceId;
  if (!instance) {
    throw refused(
      'HL-DOMAIN-011',
      `No instance of ${environment} takes sessions: is the stack Access deployed, with store.access.via = 'session'? One that is replaced is back within minutes.`,
    );
  }
  const forwardedPort = await freePort();
  const session = open([
    ...['ssm', 'start-session', '--region', region, '--target', instance],
    ...[
      '--document-name',
      sessionDocument(names(environment, namePrefix)),
      '--parameters',
      `localPortNumber=${forwardedPort}`,
    ],
  ]);
  let said = '';
  session.stderr?.on('data', (text: Buffer) => {
    said += text;
  });
  let ended: string | undefined;
  session.on('error', ({ message }) => {
    ended ??= message;
  });
  session.on('exit', (code) => {
    ended ??= `ended with ${code}`;
  });
  const close = (): void => {
    session.kill('SIGTERM');
  };
  try {
    await waitFor('the session to the store', () =>
      ended === undefined
        ? listens(forwardedPort)
        : refused(
            'HL-DOMAIN-012',
            `The session to the store ${ended}. ${said.trim()}\nIt takes the CLI of AWS with its Session Manager plugin, and the policy StoreSessionPolicy of the stack Access.`,
          ),
    );
  } catch (error) {
    close();
    throw error;
  }
  return { settings: { endpoint: `https://${host}`, auth: sigv4, forwardedPort }, close };
}

/** Host name of an endpoint that is active. Seen by the domain's account and by the endpoint's. */
async function endpointOf(openSearch: SessionAws['openSearch'], DomainName: string): Promise<string> {
  const { VpcEndpointSummaryList: all = [] } = await openSearch.send(
    new ListVpcEndpointsForDomainCommand({ DomainName }),
  );
  const ids = all.flatMap(({ VpcEndpointId, Status }) => (VpcEndpointId && Status === 'ACTIVE' ? [VpcEndpointId] : []));
  const { VpcEndpoints: [found] = [] } =
    ids.length > 0 ? await openSearch.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: ids })) : {};
  if (!found?.Endpoint) {
    throw refused(
      'HL-DOMAIN-013',
      `No endpoint of ${DomainName} is active, or your account does not see it: give --endpoint https://… instead, the output StoreEndpoint of the operators' stack.`,
    );
  }
  return found.Endpoint;
}

const listens = (port: number): Promise<true | string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', ({ message }) => resolve(message));
  });
