/** Who called whom: spans as trees, of any depth. */
import type { StoredSpan } from './fetch';

export interface Node {
  readonly span: StoredSpan;
  readonly children: Node[];
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
}

/** A node in the order of the tree. */
export interface Placed {
  readonly node: Node;
  readonly depth: number;
  readonly last: boolean;
}

/** Nanoseconds since 1970: as a double they would lose the last digits, and with them the order of spans. */
export function nanos(time: string): bigint {
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}

export const inOrder = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const byTime = (a: Node, b: Node): number => inOrder(a.start, b.start);
const isServer = ({ span }: Node): boolean => span.kind === 'SPAN_KIND_SERVER';

/**
 * Roots and those whose parent is not here, each with its calls in the order of time. Spans that are each other's parents are
 * shown once. Where a client and a server share an id, as Zipkin's do, the server is the client's call.
 */
export function forest(spans: readonly StoredSpan[]): Node[] {
  const nodes = spans.map((span): Node => {
    const start = nanos(span.startTime);
    return { span, children: [], start, end: start + BigInt(Math.round(span.durationInNanos)) };
  });
  const byId = new Map<string, Node[]>();
  for (const node of nodes) {
    const sharing = byId.get(node.span.spanId);
    if (sharing) sharing.push(node);
    else byId.set(node.span.spanId, [node]);
  }
  // Each is asked for by many: a program that gives all its spans one id must not be searched through for each of them.
  const firstOf = (accept: (node: Node) => boolean) => {
    const found = new Map<string, Node | undefined>();
    return (id: string): Node | undefined => {
      if (!found.has(id)) found.set(id, byId.get(id)?.find(accept));
      return found.get(id);
    };
  };
  const serverOf = firstOf(isServer);
  const clientOf = firstOf((node) => !isServer(node));
  const parentOf = (node: Node): Node | undefined => {
    const { spanId, parentSpanId } = node.span;
    return (isServer(node) ? clientOf(spanId) : undefined) ?? serverOf(parentSpanId) ?? byId.get(parentSpanId)?.[0];
  };
  const top: Node[] = [];
  for (const node of nodes) {
    const parent = parentOf(node);
    if (parent && parent !== node) parent.children.push(node);
    else top.push(node);
  }
  const reached = new Set<Node>();
  const visit = (root: Node): void => {
    const stack = [root];
    reached.add(root);
    for (let node = stack.pop(); node; node = stack.pop()) {
      const children = node.children.filter((child) => !reached.has(child)).sort(byTime);
      node.children.length = 0;
      for (const child of children) {
        node.children.push(child);
        reached.add(child);
        stack.push(child);
      }
    }
  };
  top.forEach(visit);
  for (const node of nodes) {
    if (reached.has(node)) continue;
    top.push(node);
    visit(node);
  }
  return top.sort(byTime);
}

/** Every node, callers before their calls. */
export function* walk(roots: readonly Node[]): Generator<Placed> {
  const stack: Placed[] = [...roots].reverse().map((node) => ({ node, depth: 0, last: true }));
  for (let placed = stack.pop(); placed; placed = stack.pop()) {
    yield placed;
    const { node, depth } = placed;
    for (let at = node.children.length - 1; at >= 0; at--) {
      stack.push({ node: node.children[at] as Node, depth: depth + 1, last: at === node.children.length - 1 });
    }
  }
}

/** Services whose clocks differ from their callers' so much that order and bars mislead: seconds, by service. */
export function clocksOff(roots: readonly Node[]): Map<string, number> {
  const off = new Map<string, number>();
  for (const { node } of walk(roots)) {
    for (const child of node.children) {
      if (child.span.serviceName === node.span.serviceName) continue;
      // What was sent to a queue may be taken long after.
      const queued = child.span.kind === 'SPAN_KIND_CONSUMER' || node.span.kind === 'SPAN_KIND_PRODUCER';
      const late = child.start > node.end && !queued ? child.start - node.end : 0n;
      const early = child.start < node.start ? child.start - node.start : 0n;
      const seconds = Number(late + early) / 1e9;
      if (Math.abs(seconds) > 5) off.set(child.span.serviceName, Math.round(seconds));
    }
  }
  return off;
}
