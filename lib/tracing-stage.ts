import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/schema';
import { AccessStack } from './access/access-stack';
import { CollectStack } from './collect/collect-stack';
import { boundaryOf, organise } from './common/organisation';
import { LinkStack } from './link/link-stack';
import { NetworkStack } from './network/network-stack';
import { ObserveStack } from './observe/observe-stack';
import { StoreStack } from './store/store-stack';

/** One environment: the bill of materials, read from top to bottom. */
export class TracingStage extends Stage {
  readonly network: NetworkStack;
  readonly store: StoreStack;
  readonly collect: CollectStack;
  readonly observe: ObserveStack;
  /** Where the environment has a link. */
  readonly link?: LinkStack;

  constructor(scope: Construct, config: EnvironmentConfig) {
    super(scope, config.environment, {
      env: { account: config.account, region: config.region },
      ...boundaryOf(config.organisation),
    });
    organise(this, config, config.organisation);

    const network = new NetworkStack(this, 'Network', {
      config,
      description: 'Harbourline: a VPC without a way out, its endpoints and flow logs',
      terminationProtection: config.production,
    });

    const store = new StoreStack(this, 'Store', {
      config,
      description: 'Harbourline: raw traces in OpenSearch, who may do what with them, how long they stay',
      vpc: network.vpc,
      logsKey: network.logsKey,
    });

    if (config.store.access.via !== 'none') {
      new AccessStack(this, 'Access', {
        config,
        description: 'Harbourline: how people get to the trace store',
        terminationProtection: config.production,
        vpc: network.vpc,
        logsKey: network.logsKey,
        storeClients: store.clientSecurityGroup,
        domainEndpoint: store.domainEndpoint,
      });
    }

    const collect = new CollectStack(this, 'Collect', {
      config,
      description: 'Harbourline: gateways and samplers of the OpenTelemetry Collector',
      terminationProtection: config.production,
      vpc: network.vpc,
      logsKey: network.logsKey,
      writerRole: store.writerRole,
      storeClients: store.clientSecurityGroup,
      domainEndpoint: store.domainEndpoint,
    });

    const observe = new ObserveStack(this, 'Observe', {
      config,
      description: 'Harbourline: dashboards, alarms, time to recovery',
      logsKey: network.logsKey,
      domainName: store.domainName,
      capacity: collect.capacity,
      functions: { ...collect.functions, 'Store check failed': store.checkFunction },
    });

    this.network = network;
    this.store = store;
    this.collect = collect;
    this.observe = observe;

    // Exported with and without a link: one that goes while the link's stack still imports it would be refused, so that the
    // link could be taken away only in a certain order.
    network.exportForLink();
    collect.exportForLink();
    observe.exportForLink();
    if (config.link) {
      this.link = new LinkStack(this, 'Link', {
        config,
        description: 'Harbourline: the link to the mainland, what may cross it, the relays that aggregates leave by',
        terminationProtection: config.production,
        vpc: network.vpc,
        logsKey: network.logsKey,
        topics: observe.topics,
        border: observe.border,
        ...collect.forRelays,
      });
    }
  }
}
