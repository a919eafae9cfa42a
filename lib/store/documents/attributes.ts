/**
 * Attribute keys that the store knows: those of OpenTelemetry's semantic conventions, current and older, that services here
 * send. Each has a field of its own in the template; others get one while an index has room. And keys whose values are
 * about a person: a reader sees hashes of them.
 */
import {
  crossingAttribute,
  destinationAttribute,
  operationAttribute,
  traceparentAttribute,
} from '../../contract/metrics';

const words = (text: string): string[] => text.trim().split(/\s+/);

/** About a person: addresses and names of whoever called, and their sessions. */
export const personalKeys = words(`
  client.address source.address network.peer.address http.client_ip net.peer.ip net.sock.peer.addr client.socket.address
  enduser.id enduser.pseudo.id user.id user.name user.email user.full_name session.id session.previous_id
  http.request.header.x-forwarded-for http.request.header.x_forwarded_for http.request.header.forwarded
  http.request.header.x-real-ip http.request.header.x_real_ip
`);

/** Texts that a program made up while it failed: they quote what it was given. */
export const quotingKeys = words('exception.message exception.stacktrace error.message otel.status_description');

const spanTexts = words(`
  ${crossingAttribute} ${traceparentAttribute} ${destinationAttribute} ${operationAttribute} peer.service error.type exception.type component
  http.request.method http.method http.route http.target http.url http.scheme http.host http.flavor http.server_name
  http.user_agent user_agent.original url.full url.path url.scheme network.protocol.name network.protocol.version
  network.transport network.type server.address net.peer.name net.host.name
  db.system db.system.name db.name db.namespace db.operation db.operation.name db.statement db.query.text
  db.query.summary db.collection.name db.sql.table db.user db.response.status_code
  rpc.system rpc.service rpc.method messaging.system messaging.destination messaging.destination.name
  messaging.operation messaging.operation.name messaging.operation.type messaging.message.id
  messaging.consumer.group.name code.function code.function.name code.namespace code.filepath code.file.path thread.name
  graphql.operation.name graphql.operation.type faas.trigger celery.task_name celery.state
`);
const spanNumbers = words(`
  http.response.status_code http.status_code http.request.body.size http.response.body.size http.request_content_length
  http.response_content_length http.request.resend_count server.port net.peer.port net.host.port client.port
  network.peer.port rpc.grpc.status_code messaging.batch.message_count messaging.message.body.size
  db.response.returned_rows thread.id code.lineno code.line.number
`);
const resourceTexts = words(`
  service.name service.namespace service.version service.instance.id deployment.environment
  deployment.environment.name host.name host.id host.type host.arch cloud.provider cloud.account.id cloud.region
  cloud.availability_zone cloud.platform cloud.resource_id container.id container.name container.image.name
  k8s.cluster.name k8s.namespace.name k8s.pod.name k8s.pod.uid k8s.node.name k8s.deployment.name k8s.container.name
  aws.ecs.cluster.arn aws.ecs.task.arn aws.ecs.task.family process.runtime.name process.runtime.version
  process.runtime.description process.executable.name process.command telemetry.sdk.name telemetry.sdk.language
  telemetry.sdk.version telemetry.auto.version telemetry.distro.name telemetry.distro.version os.type os.description
`);
const resourceNumbers = words('process.pid process.parent_pid');

/** A key as it stands in a document: OpenSearch would make objects of dotted keys. As Data Prepper writes them. */
export const fieldName = (key: string): string => key.replaceAll('.', '@');

/** What a field of the template holds. */
export type KnownType = 'text' | 'number';

/** Full field name → what it holds. */
export const knownFields: ReadonlyMap<string, KnownType> = new Map(
  (
    [
      ['span', 'text', [...spanTexts, ...personalKeys, ...quotingKeys]],
      ['span', 'number', spanNumbers],
      ['resource', 'text', resourceTexts],
      ['resource', 'number', resourceNumbers],
    ] as const
  ).flatMap(([owner, type, keys]) =>
    keys.map((key) => [`${owner}.attributes.${fieldName(key)}`, type] satisfies [string, KnownType]),
  ),
);

/** What has a mask of its own, under exactly this key. */
const masked = new Set([...personalKeys, ...quotingKeys]);

/** Parts of keys, in one spelling, that say the value is about a person, wherever they stand at the end of a key. */
const personalParts = [
  ...new Set([
    ...personalKeys.map(oneSpelling),
    ...words(`
      userid username sessionid clientip remote.addr remote.address remote.ip peer.ip peer.ipv4 peer.ipv6 source.ip
      x.forwarded.for x.real.ip true.client.ip cf.connecting.ip x.client.ip header.forwarded email ip.address
    `),
  ]),
];

/** `X-Forwarded-For`, `userId`, `USER_ID` → `x.forwarded.for`, `user.id`, `user.id`. */
function oneSpelling(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1.$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.');
}

/**
 * Whether a value must be masked, and where that is done: by a mask of its field (`field`), or, where the key is spelled
 * otherwise or part of a map, by keeping it among those that are masked as one (`aside`).
 */
export function personal(key: string): 'field' | 'aside' | undefined {
  if (masked.has(key)) return 'field';
  const spelled = oneSpelling(key);
  return spelled === 'forwarded' || personalParts.some((part) => spelled === part || spelled.endsWith(`.${part}`))
    ? 'aside'
    : undefined;
}
