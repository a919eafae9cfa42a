/** The whole line on this machine: everything between a payment and its trace, started as deployed. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@opensearch-project/opensearch';
import type { EnvironmentConfig } from '../../config/schema';
import type { CleanUp } from '../../harness/clean-up';
import { startCollector, startSpanWriter } from '../../harness/collectors';
import { issueNodeCertificate } from '../../harness/opensearch-node/certificates';
import { type OpenSearchNode, type PreparedNode, startOpenSearch } from '../../harness/opensearch-node/node';
import type { Service } from '../../harness/process';
import type { Python } from '../../harness/python/environment';
import type { Tier } from '../../judges/assembly/tier';
import { cloudMapServices } from '../../lib/contract/cloud-map';
import { type LinkedConfig, linked, probedPaths } from '../../lib/contract/link-parameters';
import { ports } from '../../lib/contract/ports';
import { goMemoryMiB } from '../../lib/contract/sizing';
import { issueCertificates, type TierCertificate } from '../../lib/machine/certificates.issue';
import { applyDocuments } from '../../lib/store/apply-documents';
import { type StoreSettings, storeClient } from '../../lib/store/client';
import { addresses, instanceAddress, servicePorts, sharedStore, sides, storePort } from './addresses';
import { type AwsDoubles, startAwsDoubles } from './aws/doubles';
import { startBandwidth } from './bandwidth';
import { openEndpoint } from './client-entrance';
import { LeasedLine, type LeasedLineProps } from './leased-line/leased-line';
import { probeLine } from './leased-line/probe';
import { LinkStage } from './link/link-stage';
import type { Distance } from './link/path';
import { Balancer } from './load-balancer';
import { type Services, type SettlementBehaviour, startServices } from './services/services';
import type { Synthesised } from './synthesised';

/** A fair day uses up the error budget and no more, so no burn rate pages: two payments in a thousand are slow. */
const fairSettlement = ({ observe }: EnvironmentConfig) =>
  ({ declinedShare: observe.objectives.errorPercent / 100, slowShare: 0.002 }) as const;

const users = { master: 'bootstrap', writer: 'writer', reader: 'reader' } as const;

/** What a stage is made of. */
export interface StageProps {
  readonly config: EnvironmentConfig;
  readonly synthesised: Synthesised;
  readonly binary: string;
  readonly python: Python;
  readonly node: PreparedNode;
  /** Existing folder for everything that is written. */
  readonly folder: string;
  readonly seed: number;
  /** The sides are joined by the environment's link, this long and lossy. @default by a stand-in on loopback */
  readonly distance?: Distance;
  /** As in {@link Services}. @default no circuit breaker */
  readonly breakerSeconds?: number;
  readonly cleanUp: CleanUp;
  readonly progress: (line: string) => void;
}

/** A collector's machine. */
export interface Instance {
  readonly name: string;
  readonly address: string;
  readonly collector: Service;
  /** Beside a sampler. */
  readonly writer?: Service;
}

/** Started by {@link Stage.open}; scenarios take its machines away and bring new ones. */
export class Stage {
  readonly gateways: Instance[] = [];
  readonly samplers: Instance[] = [];
  /** Addresses that Cloud Map answers with. */
  readonly registered = new Set<string>();
  aws!: AwsDoubles;
  line!: LeasedLine;
  balancer!: Balancer;
  services!: Services;
  agent!: Service;
  /** Where {@link StageProps.distance} asks for one. */
  link?: LinkStage;
  private store!: OpenSearchNode;
  private certificates!: Record<string, TierCertificate>;
  private made = { gateway: 0, sampler: 0 };
  private readonly passwords = {
    master: randomBytes(18).toString('base64url'),
    writer: randomBytes(18).toString('base64url'),
    reader: randomBytes(18).toString('base64url'),
  };

  private constructor(readonly props: StageProps) {}

  /** Starts everything. @throws Error that says what could not be started */
  static async open(props: StageProps): Promise<Stage> {
    const stage = new Stage(props);
    const { config, synthesised, cleanUp } = props;
    stage.aws = await startAwsDoubles({
      address: addresses.aws,
      region: config.region,
      credentials: { accessKeyId: 'REHEARSAL', secretAccessKey: randomBytes(30).toString('base64') },
      logGroup: synthesised.metricLogGroup,
      cloudMap: {
        namespace: synthesised.cloudMap.namespace,
        services: {
          [synthesised.cloudMap.service]: () => [...stage.registered],
          [cloudMapServices.relay]: () => stage.link?.relays ?? [],
        },
      },
    });
    cleanUp.add(stage.aws);
    stage.certificates = await issueCertificates({ tiers: synthesised.tierNames, now: new Date() });
    if (props.distance) stage.link = await stage.openLink(props.distance);
    stage.line = await LeasedLine.open(stage.link?.line() ?? stage.loopbackLine());
    cleanUp.add(() => stage.line.close());

    await stage.prepareStore();
    await stage.startStore();
    props.progress('store is up; applying the documents');
    await applyDocuments(stage.client('master'), synthesised.documents, {
      log: () => {},
      // The registries have neither the index-management plugin for this node nor Dashboards: checked by shape only.
      skip: Object.keys(synthesised.documents).filter((id) => /^(retention-policy|dashboards-\w+)\//.test(id)),
    });

    stage.balancer = await Balancer.open({
      address: addresses.balancer,
      ports: synthesised.listenerPorts,
      healthPort: ports.health,
      healthIntervalSeconds: 1,
    });
    cleanUp.add(() => stage.balancer.close());
    for (let n = 0; n < 2; n++) await stage.addSampler();
    for (let n = 0; n < 2; n++) await stage.addGateway();
    stage.agent = await startCollector({
      name: 'agent',
      binary: props.binary,
      directory: props.folder,
      address: addresses.agent,
      tier: stage.agentTier,
      certificate: stage.agentCertificate,
      environment: { GATEWAY_ENDPOINT: await stage.openEntrance() },
    });
    cleanUp.add(stage.agent);
    cleanUp.add(
      startBandwidth({
        directory: props.folder,
        scripts: synthesised.scripts,
        address: addresses.agent,
        sent: () => stage.balancer.received,
      }),
    );
    stage.services = await stage.startServices();
    cleanUp.add(stage.services);
    // With a link of its own the relays' probe measures it.
    if (config.link && !stage.link) cleanUp.add(stage.probeLine(linked(config)));
    return stage;
  }

  /** Where the agent dials: the endpoint that its client's name leads to, on the port of its parameter; or the load balancer. */
  private async openEntrance(): Promise<string> {
    const { cleanUp, synthesised } = this.props;
    const { entrance } = synthesised;
    if (!entrance) return `${addresses.balancer}:${ports.otlpGrpc}`;
    cleanUp.add(await openEndpoint(entrance, addresses.endpoint, addresses.balancer));
    return `${addresses.endpoint}:${entrance.port}`;
  }

  /** Starts another gateway and puts it behind the load balancer. */
  async addGateway(): Promise<Instance> {
    const instance = await this.startInstance('gateway');
    this.gateways.push(instance);
    this.balancer.register(instance.address);
    return instance;
  }

  /** Starts another sampler with its span writer and registers it. */
  async addSampler(): Promise<Instance> {
    const instance = await this.startInstance('sampler');
    this.samplers.push(instance);
    this.registered.add(instance.address);
    return instance;
  }

  /** Starts the collector of an instance again, on the same disk. */
  async restart(instance: Instance, tier: 'gateway' | 'sampler'): Promise<Instance> {
    const again = await this.startInstance(tier, instance);
    const list = tier === 'gateway' ? this.gateways : this.samplers;
    list[list.indexOf(instance)] = again;
    return again;
  }

  /** Starts the store on the data that it has. */
  async startStore(): Promise<void> {
    const { node, folder, cleanUp, synthesised, config } = this.props;
    this.store = await startOpenSearch(node, {
      directory: join(folder, 'store'),
      address: addresses.store,
      port: storePort,
      tls: this.storeTls(),
      users: [
        { name: users.master, password: this.passwords.master, backendRoles: [synthesised.roles.master] },
        { name: users.writer, password: this.passwords.writer, backendRoles: [synthesised.roles.writer] },
        // The first of the analysts, if the environment has any.
        { name: users.reader, password: this.passwords.reader, backendRoles: config.store.readerRoleArns.slice(0, 1) },
      ],
    });
    cleanUp.add(this.store);
  }

  async stopStore(): Promise<void> {
    await this.store.stop();
  }

  /** A client of the store, signed in as one of the users that stand in for roles. */
  client(user: keyof typeof users): Client {
    return storeClient(this.storeSettings(user));
  }

  /** Lets `npm run trace` read the store as an analyst, while everything runs. */
  share(): void {
    const file = sharedStore();
    writeFileSync(file, JSON.stringify(this.storeSettings('reader')), { mode: 0o600 });
    this.props.cleanUp.add(() => rmSync(file, { force: true }));
  }

  private storeSettings(user: keyof typeof users): StoreSettings {
    const auth = { kind: 'basic', username: users[user], password: this.passwords[user] } as const;
    return { endpoint: this.store.endpoint, auth, caFile: this.store.caFile };
  }

  get agentTier(): Tier {
    const { synthesised, config } = this.props;
    const environment = { GOMEMLIMIT: `${goMemoryMiB(config.agent.memoryMiB)}MiB` };
    return { configuration: synthesised.agent, environment, drain: {} };
  }

  get agentCertificate(): TierCertificate {
    return this.certificates.agent!;
  }

  /** Another release of the settlement service takes over, at an address of its own: what is under way is finished by the old one. */
  async releaseSettlement(behaviour: SettlementBehaviour): Promise<void> {
    const { seed, config } = this.props;
    await this.services.startSettlement(addresses.nextSettlement, { seed, ...fairSettlement(config), ...behaviour });
    this.routeSettlement('next');
  }

  /** Which release of the settlement service calls go to: after {@link releaseSettlement} there are two. */
  routeSettlement(release: 'first' | 'next'): void {
    this.line.reroute(`${this.mainlandAddress}:${servicePorts.settlement}`, {
      host: release === 'first' ? addresses.settlement : addresses.nextSettlement,
      port: servicePorts.settlement,
    });
  }

  /** What a client of the gateways needs: whom to trust and by what name; and the agents' own certificate. */
  get gatewayTrust() {
    const [servername = ''] = this.props.synthesised.tierNames.gateway ?? [];
    const { authority, certificate, key } = this.certificates.agent!;
    return { ca: authority, servername, cert: certificate, key };
  }

  /** Where people may look while everything runs. @param traceId one that is worth a look, such as the slowest payment's */
  whereToLook(traceId?: string): string[] {
    const { endpoint, caFile } = this.store;
    const metrics = [addresses.agent, ...[...this.gateways, ...this.samplers].map(({ address }) => address)];
    return [
      'traces       npm run trace, in another terminal',
      ...(traceId ? [`slowest      npm run trace -- ${traceId} --page slowest.html: a waterfall for a browser`] : []),
      'dashboards   npm run preview, too',
      `agent        http://${addresses.agent}:${ports.otlpHttp} takes spans of a service of yours: docs/instrument.md`,
      `store        ${endpoint}  user ${users.master}, password ${this.passwords.master}, CA ${caFile}`,
      `collectors   ${metrics.map((address) => `http://${address}:${ports.telemetry}/metrics`).join(' ')}`,
      `components   ${metrics.map((address) => `http://${address}:${ports.pages}/health`).join(' ')}`,
      `logs         ${this.props.folder}`,
    ];
  }

  private async startInstance(tier: 'gateway' | 'sampler', again?: Instance): Promise<Instance> {
    const { binary, folder, synthesised, cleanUp } = this.props;
    const number = again ? 0 : ++this.made[tier];
    const name = again?.name ?? `${tier}-${number}`;
    const address = again?.address ?? instanceAddress(tier, number);
    const writer = tier === 'sampler' ? await this.startWriter(name, address) : undefined;
    const collector = await startCollector({
      name,
      binary,
      directory: folder,
      address,
      tier: synthesised[tier],
      certificate: this.certificates[tier]!,
      environment: this.aws.environment,
    });
    cleanUp.add(collector);
    return { name, address, collector, ...(writer ? { writer } : {}) };
  }

  private async startWriter(sampler: string, address: string): Promise<Service> {
    const { folder, synthesised, cleanUp } = this.props;
    const passwordFile = join(folder, 'writer.password');
    writeFileSync(passwordFile, this.passwords.writer, { mode: 0o600 });
    const name = sampler.replace('sampler', 'span-writer');
    mkdirSync(join(folder, name), { recursive: true });
    const { endpoint, caFile } = this.store;
    const store = { endpoint, caFile, username: users.writer, passwordFile };
    const writer = await startSpanWriter({ name, directory: folder, address, ...synthesised.spanWriter, store });
    cleanUp.add(writer);
    return writer;
  }

  /** Address of the other side, in its first prefix. */
  private get mainlandAddress(): string {
    const [prefix = ''] = this.props.config.mainland.prefixes;
    return prefix.replace(/\d+\/\d+$/, `${sides.mainlandHost}`);
  }

  private openLink(distance: Distance): Promise<LinkStage> {
    const { synthesised, config } = this.props;
    if (!synthesised.link)
      throw new Error(`${config.environment} has no link: config/${config.environment}.ts › link.`);
    return LinkStage.open({
      ...this.props,
      synthesised: synthesised.link,
      scripts: synthesised.scripts,
      relayCertificate: this.certificates.relay!,
      relayName: synthesised.tierNames.relay?.[0] ?? '',
      aws: this.aws,
      distance,
    });
  }

  private loopbackLine(): LeasedLineProps {
    return {
      host: addresses.line,
      routes: {
        [`${this.mainlandAddress}:${servicePorts.settlement}`]: {
          direction: 'hk-cn',
          target: { host: addresses.settlement, port: servicePorts.settlement },
          callerAddress: sides.hongKong,
        },
        [`${sides.hongKong}:${servicePorts.payment}`]: {
          direction: 'cn-hk',
          target: { host: addresses.payment, port: servicePorts.payment },
          callerAddress: this.mainlandAddress,
        },
      },
    };
  }

  private probeLine(config: LinkedConfig): () => void {
    return probeLine({
      line: this.line.url,
      target: `http://${this.mainlandAddress}:${servicePorts.settlement}/health`,
      paths: probedPaths(config).map(({ name }) => name),
      environment: config.environment,
      metrics: this.aws.metrics,
    });
  }

  private startServices(): Promise<Services> {
    const { config, python, folder, synthesised, seed } = this.props;
    return startServices({
      python,
      directory: folder,
      addresses: { payment: addresses.payment, settlement: addresses.settlement },
      ports: servicePorts,
      nodeEnvironment: synthesised.serviceEnvironment,
      agentEndpoint: `http://${addresses.agent}:${ports.otlpHttp}`,
      lineProxy: this.line.url,
      mainlandAddress: this.mainlandAddress,
      hongKongAddress: sides.hongKong,
      careless: true,
      settlement: { seed, ...fairSettlement(config) },
      breakerSeconds: this.props.breakerSeconds ?? 0,
      ...this.link?.services(),
    });
  }

  private storeTls() {
    const folder = join(this.props.folder, 'store-tls');
    return {
      certFile: join(folder, 'certificate.pem'),
      keyFile: join(folder, 'key.pem'),
      caFile: join(folder, 'authority.pem'),
    };
  }

  /** Once for all starts: whoever trusts the store must trust it again when it comes back. */
  private async prepareStore(): Promise<void> {
    const issued = await issueNodeCertificate(addresses.store);
    const files = this.storeTls();
    mkdirSync(join(this.props.folder, 'store-tls'), { mode: 0o700 });
    writeFileSync(files.certFile, issued.certificate, { mode: 0o600 });
    writeFileSync(files.keyFile, issued.key, { mode: 0o600 });
    writeFileSync(files.caFile, issued.authority, { mode: 0o600 });
  }
}
