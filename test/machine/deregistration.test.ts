import { type DeregisterInstanceCommand, InstanceNotFound } from '@aws-sdk/client-servicediscovery';
import { handler } from '../../lib/machine/deregistration.handler';

const event = { detail: { EC2InstanceId: 'i-1' } };
const answering = (answer: () => unknown) => {
  const sent: DeregisterInstanceCommand[] = [];
  const send = async (command: DeregisterInstanceCommand) => {
    sent.push(command);
    return answer();
  };
  return { client: { send } as never, sent };
};

test('deregisters the instance that ends, from the service of the samplers', async () => {
  const { client, sent } = answering(() => ({}));
  await handler(event, undefined, client, 'srv-1');
  expect(sent.map(({ input }) => input)).toEqual([{ ServiceId: 'srv-1', InstanceId: 'i-1' }]);
});

test('an instance that has left by itself is fine, any other failure is tried again', async () => {
  const gone = answering(() => {
    throw new InstanceNotFound({ message: 'gone', $metadata: {} });
  });
  await expect(handler(event, undefined, gone.client, 'srv-1')).resolves.toBeUndefined();
  const throttled = answering(() => {
    throw new Error('throttled');
  });
  await expect(handler(event, undefined, throttled.client, 'srv-1')).rejects.toThrow('throttled');
});
