/** Names that Trace Analytics in OpenSearch Dashboards looks for: they are its contract, not ours to choose. */

/** Write alias of the spans; readers use it too, or {@link spanIndices}. */
export const spanAlias = 'otel-v1-apm-span';

/** The indices behind the alias: a number is added up at each rollover. */
export const spanIndices = `${spanAlias}-*`;

/** The first of them. */
export const firstSpanIndex = `${spanAlias}-000001`;

/** Edges of the service map: one index for good, since an edge is written to the same document again and again. */
export const serviceMapIndex = 'otel-v1-apm-service-map';

/** The tenant of Dashboards whose objects everybody sees. */
export const dashboardsTenant = 'global_tenant';

/** Whether an index is the spans' alias or behind it. */
export const isSpanIndex = (index: string): boolean => index === spanAlias || index.startsWith(`${spanAlias}-`);
