/** Names that Trace Analytics in OpenSearch Dashboards looks for: they are its contract, not ours to choose. */

/** Write alias of the spans; readers use it too, or {@link spanIndices}. */
export const spanAlias = 'otel-v1-apm-span';

/** The indices behind the alias: a number is added up at each rollover. */
export const spanIndices = `${spanAlias}-*`;

/** The first of them. */
export const firstSpanIndex = `${spanAlias}-000001`;

/** The service map: one index for good, since an edge is written to the same document again and again; what is old is deleted. */
export const serviceMapIndex = 'otel-v1-apm-service-map';

/** Copies of spans that are held beyond their days, one index for each hold. */
export const holdIndices = 'harbourline-hold-*';
/** Of a ticket. */
export const holdIndex = (ticket: string): string => holdIndices.replace('*', ticket.toLowerCase());

/** What was held and erased, by whom, and who approved it. */
export const recordsIndex = 'harbourline-records';

/** The tenant of Dashboards whose objects everybody sees. */
export const dashboardsTenant = 'global_tenant';

/** Whether an index is the spans' alias or behind it. */
export const isSpanIndex = (index: string): boolean => index === spanAlias || index.startsWith(`${spanAlias}-`);
