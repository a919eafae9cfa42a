/** Every metric of the link: what relays and probes emit, what flow logs are counted into, what AWS says of tunnels. */
import type { EmittedMetric } from './metric';

/** Metric dimension: the tunnel or virtual interface that something travelled by. */
export const pathDimension = 'path';

/** Metric dimension: a way that is checked for `traceparent`, and what came of it. */
export const checkDimension = 'check';
export const outcomeDimension = 'outcome';

/** The check that every environment has: the responder beside the receiver. */
export const receiverCheck = 'receiver';

/** Outcomes of the continuity check: the header came back as it was sent, changed or lost, or no answer came. */
export const continuityOutcomes = ['unchanged', 'changed', 'lost', 'unreachable'] as const;
export type ContinuityOutcome = (typeof continuityOutcomes)[number];

/** Relays run in the rehearsal of the link; the services' line is a stand-in, and a stand-in of the probe measures it. */
const linkOnly = 'relays run in the scenario link only';

/** What probes on the relays measure. */
export const probeMetrics = {
  /** Round trip of a TCP connect, by path: an exponential histogram, so that percentiles are measured. */
  rtt: {
    name: 'link.rtt',
    unit: 'Milliseconds',
    dimensions: [[pathDimension]],
    emitter: 'relay: probe',
  },
  /** Connects that were tried. */
  sent: { name: 'link.probes', unit: 'Count', dimensions: [[pathDimension]], emitter: 'relay: probe' },
  /** Connects that nobody answered in time. */
  lost: { name: 'link.probes.lost', unit: 'Count', dimensions: [[pathDimension]], emitter: 'relay: probe' },
  /** Continuity checks by outcome, of all ways together and of each. */
  continuity: {
    name: 'link.traceparent',
    unit: 'Count',
    dimensions: [[outcomeDimension], [checkDimension, outcomeDimension]],
    emitter: 'relay: probe',
    notRehearsed: linkOnly,
  },
  /** Days that the relay's certificate for the link is still good for. */
  certificateDays: {
    name: 'link.certificate.days',
    unit: 'Count',
    dimensions: [['tier']],
    emitter: 'relay: probe',
    notRehearsed: linkOnly,
  },
} as const satisfies Record<string, EmittedMetric>;

/** What the relays' collectors measure of themselves. */
export const relayMetrics = {
  /** Points that samplers sent and that were taken. */
  accepted: {
    name: 'otelcol_receiver_accepted_metric_points',
    unit: 'Count',
    dimensions: [['tier']],
    emitter: 'relay: receiver',
    notRehearsed: linkOnly,
  },
  /** Points and parts of points that were not let through, by reason. */
  dropped: {
    name: 'otelcol_processor_aggregates_dropped',
    unit: 'Count',
    dimensions: [['tier', 'reason']],
    emitter: 'relay: harbourline_aggregates',
    notRehearsed: linkOnly,
  },
  /** Bytes in the queue on disk. */
  queued: {
    name: 'otelcol_exporter_queue_size',
    unit: 'Count',
    dimensions: [['tier']],
    emitter: 'relay: otlp_http/mainland',
    notRehearsed: linkOnly,
  },
  /** Points that the mainland side took. */
  sent: {
    name: 'otelcol_exporter_sent_metric_points',
    unit: 'Count',
    dimensions: [['tier', 'exporter']],
    emitter: 'relay: otlp_http/mainland',
    notRehearsed: linkOnly,
  },
  /** Points that the full queue did not take: samplers still have them and try again. */
  notQueued: {
    name: 'otelcol_exporter_enqueue_failed_metric_points',
    unit: 'Count',
    dimensions: [['tier']],
    emitter: 'relay: otlp_http/mainland',
    notRehearsed: linkOnly,
  },
} as const satisfies Record<string, EmittedMetric>;

/** Metric dimensions of rejected flows: who tried (`egress`: Hong Kong, `ingress`: the mainland), and at which port. */
export const sideDimension = 'side';
export const portDimension = 'port';

/** What the flow logs of the link subnets are counted into. */
export const flowMetrics = {
  /** Flows that a network ACL or security group rejected. */
  rejected: {
    name: 'link.flows.rejected',
    unit: 'Count',
    dimensions: [[sideDimension], [sideDimension, portDimension]],
    emitter: 'flow logs of the link subnets',
    notRehearsed: linkOnly,
  },
} as const satisfies Record<string, EmittedMetric>;

/** What the firewall of the link drops, and what its rules say of their end. */
export const firewallMetrics = {
  /** Flows that no line of the allow-list admits, or packets of them: an event of its log each. */
  dropped: {
    name: 'link.firewall.dropped',
    unit: 'Count',
    dimensions: [[sideDimension]],
    emitter: 'log of the firewall of the link',
    onlyWhen: 'somebody tries what is not listed',
    notRehearsed: 'AWS Network Firewall is not available for a local network; its rules are rehearsed as nftables',
  },
} as const satisfies Record<string, EmittedMetric>;

const lines = {
  dimensions: [[]],
  emitter: 'function that ends lines of the allow-list',
  notRehearsed: 'it changes rules of AWS Network Firewall',
} as const;

/** What the function says that takes lines out of force on their day. */
export const lineMetrics = {
  /** Days until the next line ends. */
  daysLeft: { name: 'link.allowlist.days', unit: 'Count', ...lines },
  /** Lines that it took out of force. */
  ended: {
    name: 'link.allowlist.ended',
    unit: 'Count',
    ...lines,
    notShown: 'the log of the function names each line; the alarm on days comes a month before',
  },
} as const satisfies Record<string, EmittedMetric>;

const ofTunnel = { namespace: 'AWS/VPN', dimensions: [['VpnId', 'TunnelIpAddress']], emitter: 'AWS: VPN' } as const;
const ofInterface = {
  namespace: 'AWS/DX',
  dimensions: [['ConnectionId', 'VirtualInterfaceId']],
  emitter: 'AWS: Direct Connect',
} as const;

/** What AWS says of paths, every five minutes. */
export const pathMetrics = {
  /** 1 where the tunnel's BGP session is established. */
  tunnelState: { ...ofTunnel, name: 'TunnelState', unit: 'Count' },
  /** Bytes out through a tunnel. */
  tunnelOut: { ...ofTunnel, name: 'TunnelDataOut', unit: 'Bytes' },
  /** 1 where the virtual interface's BGP session is established. */
  interfaceState: { ...ofInterface, name: 'VirtualInterfaceBgpStatus', unit: 'Count' },
  /** Bits a second out through a virtual interface. */
  interfaceOut: { ...ofInterface, name: 'VirtualInterfaceBpsEgress', unit: 'Bits/Second' },
} as const satisfies Record<string, EmittedMetric>;
