/**
 * The reviewed documents of the trace store: what the domain holds about indices, retention and access. The
 * bootstrap function applies them; a rehearsal applies the same ones to a node of its own.
 */
import { accessDocuments } from './access';
import { dashboardsDocuments } from './dashboards';
import type { DocumentKind, DomainDocument, DomainDocumentOptions } from './document';
import { indexDocuments } from './indices';
import { retentionPolicy } from './retention';

/** The documents of an environment. */
export function domainDocuments(options: DomainDocumentOptions): DomainDocument[] {
  const documents = {
    ...indexDocuments(options),
    ...retentionPolicy(options),
    ...accessDocuments(options),
    ...dashboardsDocuments(),
  };
  return Object.entries(documents).map(([id, body]) => {
    const [kind, name] = id.split('/') as [DocumentKind, string];
    return { id, kind, name, body };
  });
}
