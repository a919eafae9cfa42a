import { variablesIn } from '../../../lib/collector/blocks/render';
import { taskOf } from '../../../tools/agent/ecs-task';
import { configurationOf } from '../../../tools/agent/settings';
import { configOf, environmentNames } from '../../support/app';

const arn = 'arn:aws:secretsmanager:ap-east-1:111111111111:secret:agent-a1B2c3';
const given = {
  image: `registry/agent@sha256:${'0'.repeat(64)}`,
  gatewayEndpoint: 'gateway:4317',
  certificateSecretArn: arn,
  pseudonymSecretArn: arn,
};
const task = (environment: string, daemon = false) =>
  taskOf({ ...given, config: configOf(environment), daemon }) as any;
const variables = ({ environment }: any): Record<string, string> =>
  Object.fromEntries(environment.map(({ name, value }: { name: string; value: string }) => [name, value]));

describe.each(environmentNames)('the container of %s', (environment) => {
  const [container] = task(environment).containerDefinitions;

  test("has the environment's configuration, letter by letter, and all that it names", () => {
    expect(variables(container).COLLECTOR_CONFIGURATION).toBe(configurationOf(configOf(environment)));
    // The entry point sets these from folders of its own, and from the pseudonyms' secret.
    const own = ['LOOPBACK_ADDRESS', 'DATA_DIRECTORY', 'TLS_DIRECTORY', 'PSEUDONYM_SECRET'];
    const named = variablesIn(variables(container).COLLECTOR_CONFIGURATION!).filter((name) => !own.includes(name));
    expect(named.filter((name) => variables(container)[name] === undefined)).toEqual([]);
    expect(variables(container)).toMatchObject({ EGRESS_KILOBITS: `${configOf(environment).agent.egressKilobits}` });
  });

  test('may do little, and a service goes on without it', () => {
    expect(container).toMatchObject({
      user: '65532:65532',
      readonlyRootFilesystem: true,
      essential: false,
      restartPolicy: { enabled: true },
      linuxParameters: { capabilities: { drop: ['ALL'] } },
      stopTimeout: 120,
      memory: configOf(environment).agent.memoryMiB,
    });
    expect(container.mountPoints.map(({ containerPath }: { containerPath: string }) => containerPath)).toEqual([
      '/var/lib/harbourline',
      '/run/harbourline',
    ]);
    // Secrets are fetched with the task's role: a task definition can be read by many.
    expect(JSON.stringify(container)).not.toMatch(/PRIVATE KEY|"secrets"/);
  });

  test('fits what ECS takes for a task definition', () => {
    expect(JSON.stringify(task(environment, true)).length).toBeLessThan(64 * 1024);
  });
});

test('a daemon has the network of its host, and a queue that outlives the task', () => {
  const daemon = task('dev', true);
  expect(daemon).toMatchObject({ networkMode: 'host', requiresCompatibilities: ['EC2'] });
  expect(daemon.volumes[0]).toEqual({
    name: 'harbourline-queue',
    dockerVolumeConfiguration: { scope: 'shared', autoprovision: true, driver: 'local' },
  });
});

test("an environment with pseudonyms is refused without their secret: it's the agent that would not start", () => {
  expect(() => taskOf({ ...given, pseudonymSecretArn: undefined, config: configOf('prod'), daemon: false })).toThrow(
    /pseudonymSecretArn is missing/,
  );
});
