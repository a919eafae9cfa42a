/** Deploys an environment into an emulated account: the first time, the days after, back, away, and the first time again. */
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { EnvironmentConfig } from '../../config/schema';
import type { NamedStage } from '../../harness/stages';
import { holds } from '../../harness/wait';
import { domainName } from '../../lib/contract/access';
import { handoverBucketName } from '../../lib/contract/buckets';
import { namesOf } from '../../lib/contract/names';
import { runFolder } from '../stage/run-folder';
import { Account } from './account';
import { lacking, said, unanswered } from './asked';
import { firstConfig, synthesiseTo } from './assembly';
import { cdk, type Ran, tool, type Where } from './cdk';
import { type Domain, startDomain } from './domain';
import { type Emulator, openSockets, processesOf, startEmulator } from './emulator';
import { credentialsOf } from './other-accounts';
import { type Run, rehearseClient, rehearseOperators } from './others';
import { type Made, madeOf, recordedAlarms, type StepRow, unlike } from './report';
import { changesOf } from './steps';

/** What came of it. */
export interface DeployReport {
  readonly rows: readonly StepRow[];
  /** What each stack consists of, and how. */
  readonly stacks: readonly Made[];
  /** Everything that the commands printed. */
  readonly transcript: string;
  readonly folder: string;
}

/** The stacks of a stage, in the order in which they are deployed. */
const order = ['Network', 'Store', 'Access', 'Collect', 'Observe', 'Link', 'Analysis'];

/** Rehearses. Whatever fails, nothing is left running. */
export async function rehearseDeployment(
  target: NamedStage,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<DeployReport> {
  const folder = runFolder();
  const domain = await startDomain(folder, target.region, progress);
  try {
    const emulator = await startEmulator(
      { ...target, directory: folder, domainEndpoint: domain.endpoint, authorityFile: domain.authorityFile },
      progress,
    );
    const run = new DeploymentRun(target, folder, domain, emulator, progress, signal);
    try {
      await run.all();
    } finally {
      run.row(
        'no socket but on loopback',
        openSockets(processesOf(emulator.pid)).join(', ') || 'none',
        run.stillLoopback(),
      );
      await emulator.stop();
    }
    // Functions end with the emulator, not before it.
    await holds(() => processesOf(emulator.pid).length === 0, 10, new AbortController().signal);
    const left = processesOf(emulator.pid);
    run.row('no process is left', left.length === 0 ? 'none' : left.join(', '), left.length === 0);
    return { rows: run.rows, stacks: run.stacks, transcript: run.transcript, folder };
  } finally {
    await domain.stop();
  }
}

class DeploymentRun implements Run {
  readonly rows: StepRow[] = [];
  stacks: Made[] = [];
  transcript = '';
  readonly account: Account;

  constructor(
    private readonly target: NamedStage,
    readonly folder: string,
    private readonly domain: Domain,
    readonly emulator: Emulator,
    private readonly progress: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {
    this.account = new Account(emulator.environment);
  }

  stillLoopback = (): boolean => openSockets(processesOf(this.emulator.pid)).length === 0;

  row(what: string, seen: string, ok: boolean, seconds?: number): void {
    this.rows.push({ what, seen, ok, ...(seconds === undefined ? {} : { seconds }) });
    this.progress(`${ok ? 'ok  ' : 'FAIL'} ${what}: ${seen}`);
  }

  async all(): Promise<void> {
    const { account, region, kind, config } = this.target;
    if (!(await this.bootstrap('', account, region))) return;
    if (kind === 'environment') {
      await this.account.prepare(config.store.readerRoleArns);
      await this.preflight();
    }

    const first = synthesiseTo(this.folder, 'first', firstConfig(config));
    if (!(await this.deployStacks(first, 'first deployment'))) return;
    await this.afterwards();
    if (kind === 'environment') await this.smoke();
    await this.changes(firstConfig(config));
    if (kind === 'environment') {
      await rehearseClient(this, firstConfig(config));
      await rehearseOperators(this, firstConfig(config));
    }
    await this.tearDown(first);
    await this.deployStacks(first, 'second first deployment');
  }

  private cdk(...args: string[]): Promise<Ran> {
    return this.cdkOf(this.target.account, ...args);
  }

  cdkOf(account: string, ...args: string[]): Promise<Ran> {
    this.signal.throwIfAborted();
    return this.record(`npx cdk ${args.join(' ')}`, cdk(args, this.where(account)));
  }

  /** @param stage of another account @returns whether it can be deployed into */
  async bootstrap(stage: string, account: string, region: string): Promise<boolean> {
    const output = join(this.folder, `bootstrap-${account}`);
    const ran = await this.cdkOf(account, 'bootstrap', `aws://${account}/${region}`, '--output', output);
    this.row(`${stage && `${stage}: `}cdk bootstrap`, said(ran), ran.code === 0, ran.seconds);
    return ran.code === 0;
  }

  private where = (account = this.target.account): Where => ({
    environment: credentialsOf(account, this.emulator.environment),
    home: this.folder,
    signal: this.signal,
  });

  private async record(command: string, running: Promise<Ran>): Promise<Ran> {
    const ran = await running;
    this.transcript += `$ ${command}\n${ran.output.trim()}\n\n`;
    return ran;
  }

  async preflight(stage = this.target.name, account = this.target.account): Promise<void> {
    const asked = await this.record(
      `npm run preflight -- --env ${stage}`,
      tool('preflight', ['--env', stage], this.where(account)),
    );
    const counted = asked.output.trim().split('\n').at(-1) ?? '';
    const refused = [...asked.output.matchAll(/^FAIL +(.+?) *$/gm)].map(([, item]) => item as string);
    const ours = refused.filter((item) => !lacking.some((pattern) => pattern.test(item)));
    this.row(
      stage === this.target.name ? 'preflight, before' : `${stage}: preflight`,
      ours.length > 0
        ? `would fail: ${ours.join('; ')}`
        : `${counted}: ${refused.length} refusals are of what no emulator has`,
      /^\d+ answers/.test(counted) && ours.length === 0,
      asked.seconds,
    );
  }

  private stacksOf(assembly: string): { id: string; name: string; template: object }[] {
    return new CloudAssembly(assembly).stacksRecursively
      .filter(({ hierarchicalId }) => hierarchicalId.startsWith(`${this.target.name}/`))
      .map(({ hierarchicalId, stackName, template }) => ({ id: hierarchicalId, name: stackName, template }))
      .sort((one, other) => order.indexOf(one.id.split('/')[1] ?? '') - order.indexOf(other.id.split('/')[1] ?? ''));
  }

  private async deployStacks(assembly: string, what: string): Promise<boolean> {
    for (const { id, name, template } of this.stacksOf(assembly)) {
      const ran = await this.cdk('deploy', id, '--exclusively', '--require-approval', 'never', '--app', assembly);
      const status = await this.account.status(name);
      const ok = ran.code === 0 && status.endsWith('_COMPLETE') && !status.includes('ROLLBACK');
      this.row(
        `${what}: ${id}`,
        ok ? status : `${status}: ${await this.account.failure(name)} ${said(ran)}`,
        ok,
        ran.seconds,
      );
      if (what === 'first deployment') this.stacks.push(madeOf(id, template, ran.seconds));
      if (!ok) return false;
    }
    return true;
  }

  /** What must be true of a deployment that succeeded. */
  private async afterwards(): Promise<void> {
    if (this.target.kind === 'mainland') return;
    const certificates = await this.account.certificates();
    this.row(
      'certificates, by the real function',
      `${certificates.length} in Secrets Manager`,
      certificates.length === 4,
    );
    const template = await this.domain.read('/_index_template/harbourline-spans');
    const { signed, refused } = this.domain;
    this.row(
      'documents on the real OpenSearch',
      `${signed()} signed requests, ${refused()} without a signature`,
      signed() > 0 && JSON.stringify(template).includes('index_patterns'),
    );
    const { PendingRoutes: pending } = await this.account.outputs(this.stackName('Link'));
    this.row('services without a route are named', pending ?? 'none', pending !== undefined);
  }

  /** The half of smoke that asks AWS: what the emulator only keeps as a record is missing there, and nothing else is. */
  private async smoke(): Promise<void> {
    const { name: stage } = this.target;
    const command = ['--env', stage, '--half', 'aws'];
    const ran = await this.record(`npm run smoke -- ${command.join(' ')}`, tool('smoke', command, this.where()));
    const [, missing = ''] = /missing: (.*)$/m.exec(ran.output) ?? [];
    const records = this.stacksOf(`${this.folder}/first`).flatMap(({ template }) => recordedAlarms(template));
    const ours = [
      ...unlike(missing, records),
      ...[...ran.output.matchAll(/^FAIL +(.+?) *$/gm)]
        .map(([, item]) => item as string)
        .filter((item) => !unanswered.some((pattern) => pattern.test(item))),
    ];
    this.row(
      'smoke, what AWS can be asked',
      ours.length > 0
        ? `not well: ${ours.join('; ')}`
        : `dashboards, alarms; ${records.length} alarms are records, tunnels are of nobody`,
      /^ok +dashboards/m.test(ran.output) && ours.length === 0,
      ran.seconds,
    );
  }

  stackName = (stack: string): string =>
    this.stacksOf(`${this.folder}/first`).find(({ id }) => id.endsWith(`/${stack}`))?.name ?? stack;

  private async changes(first: EnvironmentConfig): Promise<void> {
    let config = first;
    for (const [index, change] of changesOf(this.target.kind).entries()) {
      const next = change.config(config);
      const assembly = synthesiseTo(this.folder, `change-${index + 1}`, next);
      const ran = await this.cdk('deploy', `${this.target.name}/*`, '--require-approval', 'never', '--app', assembly);
      const last = this.target.kind === 'mainland' ? 'Analysis' : 'Link';
      const status = await this.account.status(this.stackName(last));
      if (change.refused) {
        const ok = ran.code !== 0 && status === 'UPDATE_ROLLBACK_COMPLETE';
        this.row(
          `refused: ${change.name}`,
          `${status}: ${await this.account.failure(this.stackName(last))}`,
          ok,
          ran.seconds,
        );
      } else {
        this.row(`day two: ${change.name}`, said(ran), ran.code === 0, ran.seconds);
        config = next;
      }
    }
    const assembly = synthesiseTo(this.folder, 'now', config);
    const ran = await this.cdk('diff', `${this.target.name}/*`, '--fail', '--app', assembly);
    this.row('nothing differs afterwards', said(ran), ran.code === 0, ran.seconds);
    const drift = await this.cdk('drift', `${this.target.name}/*`, '--fail', '--app', assembly);
    this.row('drift', said(drift), drift.code === 0, drift.seconds);
  }

  private async tearDown(assembly: string): Promise<void> {
    const stacks = this.stacksOf(assembly).reverse();
    for (const { name } of stacks) await this.account.unprotect(name);
    for (const { id, name } of stacks) {
      const ran = await this.cdk('destroy', id, '--exclusively', '--force', '--app', assembly);
      const status = await this.account.status(name);
      this.row(`tear-down: ${id}`, status === 'none' ? 'gone' : status, ran.code === 0, ran.seconds);
    }
    if (this.target.kind === 'mainland') return;
    const { config } = this.target;
    const domain = domainName(namesOf(config));
    const kept = await this.account.logGroups('/aws/');
    this.row(
      'what must be kept is kept',
      `${kept.length} log groups, the domain`,
      await this.account.hasDomain(domain),
    );
    await this.account.deleteRetained(domain, handoverBucketName(namesOf(config), config.account));
  }
}
