/** Takes a sampler out of Cloud Map as soon as Auto Scaling ends its instance: one that died cannot do it itself. */
import { DeregisterInstanceCommand, InstanceNotFound, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';

/** What Auto Scaling tells EventBridge when a lifecycle hook holds an instance that is to end. */
export interface TerminatingEvent {
  readonly detail: { readonly EC2InstanceId: string };
}

/** Deregisters the instance. One that has done so itself is fine. */
export async function handler(
  { detail: { EC2InstanceId } }: TerminatingEvent,
  _context?: unknown,
  client: Pick<ServiceDiscoveryClient, 'send'> = new ServiceDiscoveryClient(),
  ServiceId = process.env.SERVICE_ID,
): Promise<void> {
  try {
    await client.send(new DeregisterInstanceCommand({ ServiceId, InstanceId: EC2InstanceId }));
  } catch (error) {
    if (!(error instanceof InstanceNotFound)) throw error;
  }
}
