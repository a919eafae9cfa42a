/** Edits that cases of several kinds share. */
import type { DangerousCase, Draft } from '../support';

export type Finds = DangerousCase['finds'];
export type Edit = (draft: Draft) => void;

export const one = (name: string, finds: Finds, edit: Edit, given?: Edit): DangerousCase => ({
  name,
  finds,
  edit,
  ...(given ? { given } : {}),
});

export const gateways = (draft: Draft) =>
  draft.properties('Collect', 'AWS::EC2::LaunchTemplate', 'Gateways').LaunchTemplateData;
export const role = (draft: Draft) => draft.resource('Collect', 'AWS::IAM::Role', 'GatewayRole').Properties;
const documents = (draft: Draft) => draft.properties('Store', 'Custom::HarbourlineStoreDocuments').Documents;
/** A document of the store, before CDK resolved its references: text, or text in pieces. */
export const inDocument = (draft: Draft, from: string | RegExp, to: string) =>
  draft.replaceText(documents(draft), from, to);
export const beside = (draft: Draft, id: string, Type: string, Properties: Record<string, any>) => {
  draft.stacks.Beside ??= { resources: {}, template: {}, terminationProtection: false };
  draft.add('Beside', id, Type, Properties);
};
export const inBeside = (draft: Draft, id: string) => draft.stacks.Beside!.resources[id]!.Properties;
export const list = 'relay 10.22.8.10/32 4318 trace NET-1 2027-06-30\n';
export const allowList: Edit = (draft) => beside(draft, 'prod.txt', 'Harbourline::AllowList', { Text: list });
export const files =
  (id: string, Type: string, Files: Record<string, string>): Edit =>
  (draft) =>
    beside(draft, id, Type, { Files });
