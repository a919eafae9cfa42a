/** The deployment function that applies the reviewed documents to the trace store, as its IAM master. */
import type { Client } from '@opensearch-project/opensearch';
import type { CdkCustomResourceEvent, CdkCustomResourceResponse } from 'aws-lambda';
import { applyDocuments, type Outcome, type Patience } from './apply-documents';
import { storeClient, storeSettingsFromEnv } from './client';
import { type Grant, grantMappings, isInForce } from './grants';

/** Properties of the custom resource. */
export interface StoreDocumentsProperties {
  /** Document id → JSON text. */
  readonly Documents: Readonly<Record<string, string>>;
  /** Rights that end. Mappings are made of those in force when the function runs. @default none */
  readonly Grants?: readonly Grant[];
}

/** What tests replace. */
export interface Surroundings {
  readonly client?: Pick<Client, 'transport'>;
  readonly patience?: Patience;
  readonly log?: (line: string) => void;
  readonly now?: Date;
}

/**
 * Applies the documents on create and on every change. On delete, and for a document that is no longer there, it does
 * nothing: data and access outlive the stack, as the domain does, and whoever removes them does so by hand.
 *
 * @returns the number of documents by outcome; the log says of each what was changed
 */
export async function handler(
  event: CdkCustomResourceEvent,
  _context?: unknown,
  { client, patience, log = console.log, now = new Date() }: Surroundings = {},
): Promise<CdkCustomResourceResponse> {
  const PhysicalResourceId = 'store-documents';
  const { Documents, Grants = [] } = event.ResourceProperties as unknown as StoreDocumentsProperties;
  if (event.RequestType === 'Delete') {
    log(`Nothing is deleted in the store: ${Object.keys(Documents).join(', ')} stay.`);
    return { PhysicalResourceId };
  }
  if (event.RequestType === 'Update') {
    const { Documents: before = {} } = event.OldResourceProperties as unknown as Partial<StoreDocumentsProperties>;
    for (const id of Object.keys(before)) {
      if (!(id in Documents)) log(`${id} is no longer deployed. It stays in the store until somebody removes it.`);
    }
  }
  for (const grant of Grants.filter((one) => !isInForce(one, now))) {
    log(
      `The grant ${grant.role} of ${grant.principal} ended at ${grant.until}: it is not given. Take it out of the configuration.`,
    );
  }
  const mappings = Object.entries(grantMappings(Grants, now)).map(([id, body]) => [id, JSON.stringify(body)]);
  const outcomes = await applyDocuments(
    client ?? storeClient(storeSettingsFromEnv(process.env)),
    { ...Documents, ...Object.fromEntries(mappings) },
    { log, ...(patience ? { patience } : {}) },
  );
  const counts: Partial<Record<Outcome, number>> = {};
  for (const outcome of Object.values(outcomes)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return { PhysicalResourceId, Data: counts };
}
