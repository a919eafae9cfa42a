/** The reference deployment: what a firm has in a repository of its own, beside the package. */
import { dev } from './config/dev';
import { prod } from './config/prod';
import { staging } from './config/staging';
import { defineDeployment } from './index';

export default defineDeployment({
  environments: { 'config/dev.ts': dev, 'config/staging.ts': staging, 'config/prod.ts': prod },
});
