import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { answer, type Check, placeOf } from '../check';
import { parameters } from '../plan';

/** What CDK's synthesizer asks of the bootstrap stack, by the rule in every template. */
const oldest = 6;

export const bootstrap: Check = {
  name: 'bootstrap',
  asks: ['ssm:GetParameter'],
  because: 'nothing can be published or deployed without its bucket and roles',
  async run({ ssm }, planned) {
    const { environment } = planned;
    const remedy = `npx cdk bootstrap ${placeOf(planned)}`;
    return Promise.all(
      parameters(environment)
        .filter((name) => name.startsWith('/cdk-bootstrap/'))
        .map(async (name) => {
          try {
            const { Parameter: found } = await ssm.send(new GetParameterCommand({ Name: name }));
            return answer(Number(found?.Value) >= oldest, name, `version ${found?.Value}`, remedy);
          } catch (error) {
            if ((error as Error).name !== 'ParameterNotFound') throw error;
            return answer(false, name, 'missing', remedy);
          }
        }),
    );
  },
};
