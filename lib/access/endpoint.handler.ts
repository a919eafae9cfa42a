/**
 * The function behind two custom resources that CloudFormation has no type for: that an account may make an endpoint of the
 * domain, and an endpoint of the domain in a VPC.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AuthorizeVpcEndpointAccessCommand,
  CreateVpcEndpointCommand,
  DeleteVpcEndpointCommand,
  DescribeVpcEndpointsCommand,
  OpenSearchClient,
  RevokeVpcEndpointAccessCommand,
  UpdateVpcEndpointCommand,
} from '@aws-sdk/client-opensearch';
import type { CdkCustomResourceResponse } from 'aws-lambda';

/** One of the two: `Account` is let in, or an endpoint of `DomainArn` is made in `VpcId`. */
export interface EndpointProperties {
  readonly DomainName?: string;
  readonly Account?: string;
  readonly DomainArn?: string;
  readonly VpcId?: string;
  readonly SubnetIds?: readonly string[];
  readonly SecurityGroupIds?: readonly string[];
}

export interface EndpointEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: EndpointProperties;
  readonly OldResourceProperties?: EndpointProperties;
}

type Client = Pick<OpenSearchClient, 'send'>;

/** Lambda ends after 14 minutes; an endpoint takes some. */
const attempts = 78;

/** @param pause milliseconds between two looks */
export async function handler(
  event: EndpointEvent,
  _context?: unknown,
  client: Client = new OpenSearchClient({}),
  pause = 10_000,
): Promise<CdkCustomResourceResponse> {
  const { Account } = event.ResourceProperties;
  return Account ? access(event, Account, client) : endpoint(event, client, pause);
}

async function access(event: EndpointEvent, Account: string, client: Client): Promise<CdkCustomResourceResponse> {
  const { DomainName } = event.ResourceProperties;
  // Another account is another resource: CloudFormation deletes the one before afterwards.
  const PhysicalResourceId = `${DomainName}/${Account}`;
  const request = { DomainName, Account };
  if (event.RequestType === 'Delete') await gone(client.send(new RevokeVpcEndpointAccessCommand(request)));
  else await client.send(new AuthorizeVpcEndpointAccessCommand(request));
  return { PhysicalResourceId };
}

async function endpoint(event: EndpointEvent, client: Client, pause: number): Promise<CdkCustomResourceResponse> {
  const { DomainArn, VpcId, SubnetIds = [], SecurityGroupIds = [] } = event.ResourceProperties;
  const { PhysicalResourceId: id, OldResourceProperties: old } = event;
  if (event.RequestType === 'Delete') {
    // A creation that failed has no id of the service's.
    if (id?.startsWith('aos-')) await gone(client.send(new DeleteVpcEndpointCommand({ VpcEndpointId: id })));
    return { PhysicalResourceId: id ?? 'none' };
  }
  const VpcOptions = { SubnetIds: [...SubnetIds], SecurityGroupIds: [...SecurityGroupIds] };
  // An endpoint stays in its VPC and with its domain: elsewhere it is another one.
  const kept = event.RequestType === 'Update' && old?.VpcId === VpcId && old?.DomainArn === DomainArn;
  const { VpcEndpoint: made } = kept
    ? await client.send(new UpdateVpcEndpointCommand({ VpcEndpointId: id, VpcOptions }))
    : await client.send(new CreateVpcEndpointCommand({ DomainArn, VpcOptions, ClientToken: event.RequestId }));
  const VpcEndpointId = made?.VpcEndpointId ?? '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { VpcEndpoints: [found] = [] } = await client.send(
      new DescribeVpcEndpointsCommand({ VpcEndpointIds: [VpcEndpointId] }),
    );
    if (found?.Status === 'ACTIVE') return { PhysicalResourceId: VpcEndpointId, Data: { Endpoint: found.Endpoint } };
    if (found?.Status?.endsWith('_FAILED')) {
      throw new Error(
        `${VpcEndpointId} is ${found.Status}: has this account been let in, and has the subnet free addresses?`,
      );
    }
    await sleep(pause);
  }
  throw new Error(
    `${VpcEndpointId} is not active yet. Look: aws opensearch describe-vpc-endpoints --vpc-endpoint-ids ${VpcEndpointId}`,
  );
}

/** What is no longer there need not be taken away. */
async function gone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
  }
}
