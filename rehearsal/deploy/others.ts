/** Stages of others, each deployed with the credentials of its own account, and taken down again. */

import { clientStage } from '../../config/entrance';
import type { EnvironmentConfig } from '../../config/schema';
import { operatorsStage } from '../../config/stages';
import { namesOf, stackNameOf } from '../../lib/contract/names';
import type { Account } from './account';
import { said } from './asked';
import { synthesiseTo } from './assembly';
import type { Ran } from './cdk';
import type { Emulator } from './emulator';
import { credentialsOf, foreignClient, handedOver, OtherAccount, operators, withOperators } from './other-accounts';

/** The rehearsal that these are part of, in which the environment is deployed already. */
export interface Run {
  readonly account: Account;
  readonly emulator: Emulator;
  readonly folder: string;
  row(what: string, seen: string, ok: boolean, seconds?: number): void;
  cdkOf(account: string, ...args: string[]): Promise<Ran>;
  bootstrap(stage: string, account: string, region: string): Promise<boolean>;
  preflight(stage: string, account: string): Promise<void>;
  /** CloudFormation's name of a stack of the environment. */
  stackName(stack: string): string;
}

/** A client's account: bootstrapped, asked, deployed from what `Collect` handed over. */
export async function rehearseClient(run: Run, first: EnvironmentConfig): Promise<void> {
  const named = foreignClient(first);
  if (!named) return;
  const { account, region } = named;
  const theirs = new OtherAccount(credentialsOf(account, run.emulator.environment));
  await theirs.prepare(named.nodeRoleArns);
  const client = await theirs.withNetwork(named, first);
  const collect = { ...first.collect, entrance: { ...first.collect.entrance } };
  collect.entrance.handedOver = handedOver(await run.account.outputs(run.stackName('Collect')));
  const assembly = synthesiseTo(run.folder, 'client', { ...first, collect, clients: [client] });
  const stage = clientStage(first.environment, client.name);
  await run.bootstrap(stage, account, region);
  await run.preflight(stage, account);
  const ran = await run.cdkOf(account, 'deploy', `${stage}/*`, '--require-approval', 'never', '--app', assembly);
  const [vpc] = client.vpcs;
  const services = await theirs.endpointServices(vpc?.vpcId ?? '');
  const parameters = await theirs.parameters(`${namesOf(first).parameters}/agent/`);
  run.row(
    `${stage}: the client's half`,
    ran.code === 0 ? `endpoint of ${services.join(', ')}; ${parameters.length} parameters of agents` : said(ran),
    ran.code === 0 && services.includes(collect.entrance.handedOver.serviceName ?? '') && parameters.length >= 2,
    ran.seconds,
  );
  await tearDown(run, stage, account, assembly);
}

/** The operators' account: refused before `Access` has let it in, then given an endpoint of the store. */
export async function rehearseOperators(run: Run, first: EnvironmentConfig): Promise<void> {
  const { account } = operators;
  const stage = operatorsStage(first.environment);
  const stack = stackNameOf(stage, 'Operators', first.organisation.namePrefix);
  const theirs = new OtherAccount(credentialsOf(account, run.emulator.environment));
  const assembly = synthesiseTo(run.folder, 'operators', await withOperators(first, theirs));
  await run.bootstrap(stage, account, first.region);
  const deploy = (of: string, ...stacks: string[]) =>
    run.cdkOf(of, 'deploy', ...stacks, '--require-approval', 'never', '--app', assembly);
  const early = await deploy(account, `${stage}/*`);
  const why = await theirs.failure(stack);
  run.row(
    `refused: ${stage} before Access lets it in`,
    why,
    early.code !== 0 && /not authorized/.test(why),
    early.seconds,
  );
  const letIn = await deploy(first.account, `${first.environment}/Access`, '--exclusively');
  run.row(`${stage}: let in by Access`, said(letIn), letIn.code === 0, letIn.seconds);
  const ran = await deploy(account, `${stage}/*`);
  const { StoreEndpoint: endpoint } = ran.code === 0 ? await theirs.outputs(stack) : {};
  run.row(`${stage}: endpoint of the store`, endpoint ?? said(ran), endpoint !== undefined, ran.seconds);
  await tearDown(run, stage, account, assembly);
}

async function tearDown(run: Run, stage: string, account: string, assembly: string): Promise<void> {
  const gone = await run.cdkOf(account, 'destroy', `${stage}/*`, '--force', '--app', assembly);
  run.row(`${stage}: tear-down`, said(gone), gone.code === 0, gone.seconds);
}
