/** The network of an environment as its templates make it: what there is, and what each refers to. */
import { type Block, block } from '../blocks';

/** Ports from the first to the last. */
export interface Ports {
  readonly from: number;
  readonly to: number;
}

export const allPorts: Ports = { from: 0, to: 65_535 };

/** `tcp`, `udp`, `icmp`, of its kinds `icmp-3.4`, a number, or `any`. */
export type Protocol = string;

/** What a security group lets through in one direction. */
export interface GroupRule {
  /** Where it is written. */
  readonly at: string;
  readonly protocol: Protocol;
  readonly ports: Ports;
  /** The other side: addresses, or members of a group. */
  readonly blocks: readonly Block[];
  readonly group?: string | undefined;
}

export interface SecurityGroup {
  readonly at: string;
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
}

/** An entry of a network ACL. The first that matches decides. */
export interface AclEntry {
  readonly at: string;
  readonly number: number;
  readonly egress: boolean;
  readonly allow: boolean;
  readonly protocol: Protocol;
  readonly block: Block;
  readonly ports: Ports;
}

/** Where a route leads. */
interface RouteTarget {
  readonly kind: 'local' | 'transit' | 'endpoint' | 'peering' | 'internet' | 'blackhole';
  /** Place of the transit gateway, the endpoint, the peering, the gateway. */
  readonly id: string;
}

export interface Route {
  readonly at: string;
  readonly block: Block;
  readonly target: RouteTarget;
}

export interface Subnet {
  readonly at: string;
  readonly vpc: string;
  readonly block: Block;
  readonly zone: string;
  /** Its route table; the VPC's own, where none is associated. */
  readonly table: string;
  readonly routes: readonly Route[];
  /** `undefined` where it has the VPC's default, which lets everything through. */
  readonly acl?: { readonly at: string; readonly entries: readonly AclEntry[] } | undefined;
  /** Of a VPC that stands in no template: its routes and ACLs are not judged. */
  readonly foreign: boolean;
}

/** Something that has network interfaces: a fleet, a load balancer, a domain, a function, an endpoint. */
export interface Host {
  readonly at: string;
  readonly kind: 'fleet' | 'instance' | 'balancer' | 'domain' | 'function' | 'endpoint' | 'firewall';
  /** One interface in each; at one address where the template says which. */
  readonly interfaces: readonly { readonly subnet: Subnet; readonly block: Block }[];
  /** Security groups; `undefined` where it has none, and lets everything through. */
  readonly groups?: readonly string[] | undefined;
  /** Ports that it opens connections from. */
  readonly opensFrom: Ports;
}

export interface Listener {
  readonly at: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** Target groups. */
  readonly targets: readonly string[];
}

export interface Balancer extends Host {
  readonly kind: 'balancer';
  readonly listeners: readonly Listener[];
  /** Whether its groups judge what comes by PrivateLink, too. */
  readonly judgesPrivateLink: boolean;
}

export interface TargetGroup {
  readonly at: string;
  readonly port: number;
  readonly keepsClientAddress: boolean;
  readonly hosts: readonly string[];
}

/** An attachment of a transit gateway. */
export interface Attachment {
  readonly at: string;
  /** A line leads to the far end, a foreign one into a VPC of others; a firewall gives back what it lets through. */
  readonly kind: 'vpc' | 'line' | 'foreign' | 'firewall';
  readonly vpc?: string;
  /** Of a VPC: the transit gateway. */
  readonly gateway?: string;
  /** Its gateway and the tables of that stand in no template: services are behind it, and whoever else its owner lets in. */
  readonly ofOthers?: boolean;
  readonly subnets: readonly Subnet[];
  /** Addresses that are behind it, as far as they are known. */
  readonly behind: readonly Block[];
  /** Its route table at the gateway; there is no way on without one. */
  readonly table?: string | undefined;
}

/** A route table of a transit gateway. */
export interface TransitTable {
  readonly at: string;
  readonly routes: readonly {
    readonly at: string;
    readonly block: Block;
    readonly attachment?: string | undefined;
    readonly learned: boolean;
  }[];
}

/** A rule of a firewall: what it says of packets that match. */
export interface FirewallRule {
  readonly at: string;
  readonly action: 'pass' | 'drop';
  readonly protocol: Protocol;
  readonly from: readonly Block[];
  readonly fromPorts: readonly Ports[];
  readonly to: readonly Block[];
  readonly ports: readonly Ports[];
  readonly both: boolean;
  /** Of a connection that is open, this way only: it lets none begin. */
  readonly answersOnly: boolean;
}

export interface Firewall {
  readonly at: string;
  /** Where its endpoints are; none where it is attached to a transit gateway. */
  readonly subnets: readonly Subnet[];
  /** In the order in which they are asked. */
  readonly rules: readonly FirewallRule[];
  /** What happens to a packet that no rule names. */
  readonly otherwise: { readonly at: string; readonly pass: boolean };
}

/** An interface endpoint that leads to somebody's endpoint service, not to AWS. */
export interface PrivateLink {
  readonly endpoint: string;
  /** The load balancers behind it. */
  readonly balancers: readonly string[];
}

export interface Network {
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly vpcs: ReadonlyMap<string, readonly Block[]>;
  readonly groups: ReadonlyMap<string, SecurityGroup>;
  readonly hosts: ReadonlyMap<string, Host | Balancer>;
  readonly targetGroups: ReadonlyMap<string, TargetGroup>;
  readonly attachments: ReadonlyMap<string, Attachment>;
  readonly transitTables: ReadonlyMap<string, TransitTable>;
  readonly firewalls: ReadonlyMap<string, Firewall>;
  readonly peerings: ReadonlyMap<string, readonly string[]>;
  readonly privateLinks: readonly PrivateLink[];
  /** Where anything that the model knows of begins or ends: whatever lies between two cuts is treated alike. */
  readonly addressCuts: readonly number[];
  readonly portCuts: readonly number[];
}

/**
 * What lies outside, which no template can say: taken from the configuration by `outsideOf`.
 */
export interface Outside {
  /** Addresses behind the lines to the far end, as it announces them. */
  readonly announced: readonly string[];
  /** Addresses behind attachments of VPCs of others, by the attachment's id. */
  readonly attached: Readonly<Record<string, readonly string[]>>;
  /** Prefixes of VPCs that stand in no template, by their id. */
  readonly vpcs: Readonly<Record<string, readonly string[]>>;
  /** One of them in which subnets of templates are, within a block. */
  readonly existing?: { readonly vpcId: string; readonly cidr: string } | undefined;
  /** Named prefixes: `mainland`, `service`. */
  readonly named: Readonly<Record<string, readonly string[]>>;
}

/**
 * Addresses of S3 in Hong Kong, for packets to go to, whatever the home region: a gateway endpoint routes AWS's own list of its
 * region, whatever that holds.
 * Source: https://ip-ranges.amazonaws.com/ip-ranges.json, service S3, region ap-east-1.
 */
export const s3: Block = block('3.5.236.0/22');
