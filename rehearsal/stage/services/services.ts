/** The sample services of both sides on one machine: payment in Hong Kong, settlement in the mainland. */
import { join } from 'node:path';
import { answersIn, inNetwork, type Namespace } from '../../../harness/namespace';
import { type Service, startService } from '../../../harness/process';
import { examples, type Python } from '../../../harness/python/environment';

/** How settlements go; shares are in [0, 1]. Defaults stand in `python/examples/settlement/settings.py`. */
export interface SettlementBehaviour {
  readonly seed?: number;
  /** Median of the time that a settlement takes. */
  readonly latencyMs?: number;
  readonly slowShare?: number;
  /** What a slow one takes on top. */
  readonly slowMs?: number;
  readonly declinedShare?: number;
  readonly callbackShare?: number;
}

/** Where the services stand and how they behave. */
export interface ServicesProps {
  readonly python: Python;
  /** Existing folder for logs, the database and the ledger. */
  readonly directory: string;
  /** Loopback addresses to listen on. */
  readonly addresses: { readonly payment: string; readonly settlement: string };
  /** @default 8000 and 8080; also the ports by which the services know each other */
  readonly ports?: { readonly payment: number; readonly settlement: number };
  /** What a node gives its services: the variables of `/etc/harbourline/service.env`. */
  readonly nodeEnvironment: Readonly<Record<string, string>>;
  /** Where spans and metrics go, e.g. `http://127.77.0.1:4318`: on a workstation, not on the address of a node. */
  readonly agentEndpoint: string;
  /** The line between the sides, e.g. `http://127.77.0.61:3128`; its `X-Forwarded-For` is believed. */
  readonly lineProxy: string;
  /** Address by which Hong Kong knows the settlement service, e.g. `10.20.0.15`. */
  readonly mainlandAddress: string;
  /** Address by which the mainland knows the payment service, e.g. `10.10.0.10`. */
  readonly hongKongAddress: string;
  /** Put personal data into spans on purpose. @default false */
  readonly careless?: boolean;
  readonly settlement?: SettlementBehaviour;
  /** For how long the payment service makes no calls after some without an answer. @default it has no circuit breaker */
  readonly breakerSeconds?: number;
  /** Network of the settlement service, from which it needs no proxy. @default ours, and the line's proxy */
  readonly mainland?: Namespace;
}

/** The running services. */
export interface Services {
  readonly payment: Service;
  readonly settlement: Service;
  /** Where payments are made. */
  readonly paymentUrl: string;
  /** The truth: a line of JSON for each span that the payment service ended. Complete after `stop`. */
  readonly ledgerFile: string;
  /** Starts another settlement service, as a new release would be, on an address of its own. */
  startSettlement(address: string, behaviour: SettlementBehaviour): Promise<Service>;
  /** Stops all. False where one had to be killed. */
  stop(): Promise<boolean>;
}

/** Starts both services and waits until they answer. @throws Error with the log's tail of the one that does not. */
export async function startServices(props: ServicesProps): Promise<Services> {
  const ports = props.ports ?? { payment: 8000, settlement: 8080 };
  const ledgerFile = join(props.directory, 'ledger.jsonl');
  const common = {
    PATH: `${props.python.bin}:/usr/bin:/bin`,
    PYTHONPATH: examples,
    // Sources stay as they are: no compiled files beside them.
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    ...props.nodeEnvironment,
    OTEL_EXPORTER_OTLP_ENDPOINT: props.agentEndpoint,
    OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=harbourline',
    OTEL_PYTHON_FASTAPI_EXCLUDED_URLS: 'health',
    OTEL_PYTHON_FLASK_EXCLUDED_URLS: 'health',
  };
  const start = (
    name: 'payment' | 'settlement',
    environment: Record<string, string>,
    {
      network,
      address = props.addresses[name],
      instance = name,
    }: { network?: Namespace; address?: string; instance?: string } = {},
  ) =>
    startService({
      name: instance,
      ...inNetwork(network, join(props.python.bin, 'opentelemetry-instrument'), ['python', '-m', name]),
      // The database is named relative to it: its name stands in the names of spans.
      directory: props.directory,
      logFile: join(props.directory, `${instance}.log`),
      ...answersIn(network, `http://${address}:${ports[name]}/health`),
      environment: {
        ...common,
        ...(network ? {} : { HTTP_PROXY: props.lineProxy }),
        OTEL_SERVICE_NAME: name,
        ...environment,
      },
    });

  const settlements: Service[] = [];
  const startSettlement = async (address: string, settings: SettlementBehaviour) => {
    const service = await start(
      'settlement',
      {
        SETTLEMENT_HOST: address,
        SETTLEMENT_PORT: `${ports.settlement}`,
        PAYMENT_URL: `http://${props.hongKongAddress}:${ports.payment}`,
        // Raw spans of the mainland stay there; the context goes through all the same.
        OTEL_TRACES_EXPORTER: 'none',
        ...behaviour(settings),
      },
      {
        address,
        instance: `settlement-${settlements.length + 1}`,
        ...(props.mainland ? { network: props.mainland } : {}),
      },
    );
    settlements.push(service);
    return service;
  };
  const settlement = await startSettlement(props.addresses.settlement, props.settlement ?? {});
  try {
    const payment = await start('payment', {
      PAYMENT_HOST: props.addresses.payment,
      PAYMENT_PORT: `${ports.payment}`,
      PAYMENT_DATABASE_URL: 'sqlite+aiosqlite:///payment.sqlite',
      PAYMENT_BREAKER_SECONDS: `${props.breakerSeconds ?? 0}`,
      PAYMENT_CARELESS: props.careless ? '1' : '0',
      SETTLEMENT_URL: `http://${props.mainlandAddress}:${ports.settlement}`,
      FORWARDED_ALLOW_IPS: new URL(props.lineProxy).hostname,
      OTEL_TRACES_EXPORTER: 'ledger,otlp',
      REHEARSAL_LEDGER: ledgerFile,
    });
    const stop = async () => {
      // Payment first: what it has under way still needs the other side.
      const clean = [await payment.stop(), ...(await Promise.all(settlements.map((service) => service.stop())))];
      return clean.every(Boolean);
    };
    const paymentUrl = `http://${props.addresses.payment}:${ports.payment}`;
    return { payment, settlement, paymentUrl, ledgerFile, startSettlement, stop };
  } catch (error) {
    await settlement.stop();
    throw error;
  }
}

/** `slowShare: 0.1` becomes `SETTLEMENT_SLOW_SHARE=0.1`. */
function behaviour(settings: SettlementBehaviour): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `SETTLEMENT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
      `${value}`,
    ]),
  );
}
