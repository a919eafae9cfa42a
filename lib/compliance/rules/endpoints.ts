import { interfaceEndpoints } from '../../contract/endpoints';
import type { TemplateRule } from './rule';

/** Neither CDK nor the built-in validation knows which endpoint services there are: the name is text to them. */
export const endpointService: TemplateRule = {
  id: 'EndpointService',
  message:
    'This endpoint is of another region, or of a service without a named caller. Add it to lib/contract/endpoints.ts with who calls it; `npm run preflight` asks whether the region has it.',
  check: ({ Type, Properties }, { region }) => {
    if (Type !== 'AWS::EC2::VPCEndpoint' || !region) return [];
    const name = text(Properties?.ServiceName, region);
    // PrivateLink services of other accounts are named by an id.
    if (name.startsWith('com.amazonaws.vpce.')) return name.startsWith(`com.amazonaws.vpce.${region}.`) ? [] : [name];
    const known = Object.values(interfaceEndpoints).map(
      ({ service }) => `com.amazonaws.${region}.${service.shortName}`,
    );
    return [...known, `com.amazonaws.${region}.s3`, `com.amazonaws.${region}.dynamodb`].includes(name) ? [] : [name];
  },
};

function text(value: unknown, region: string): string {
  if (typeof value === 'string') return value;
  const parts = (value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  if (parts) return parts[1].map((part) => text(part, region)).join(parts[0]);
  return (value as { Ref?: string } | undefined)?.Ref === 'AWS::Region' ? region : 'intrinsic';
}
