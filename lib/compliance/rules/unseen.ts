import { entries, type TemplateRule } from './rule';

/** Types that stand for a template, or for code that makes one, somewhere else. */
const elsewhere =
  /^AWS::CloudFormation::(Stack|StackSet|Macro|ModuleVersion|ModuleDefaultVersion|ResourceVersion|HookVersion|LambdaHook|GuardHook)$|^AWS::ServiceCatalog::CloudFormationProvisionedProduct$|::MODULE$/;

/** What no template shows no rule judges, ours and those of the packs alike. */
export const unseenContent: TemplateRule = {
  id: 'UnseenContent',
  message:
    'What is deployed by this stands in no template that is judged here: a nested template, a module, a macro, or a property that is chosen at deployment. Write the resources out, and decide at synth.',
  check: ({ Type, Properties }) => [
    ...(elsewhere.test(Type) ? [Type.replaceAll('::', '-')] : []),
    ...new Set(
      [...entries(Properties)].flatMap(({ key }) =>
        /^Fn::(Transform|If|ForEach\b.*)$/.test(key) ? [key.replaceAll('::', '-')] : [],
      ),
    ),
  ],
};
