/** In place of `harness/deployment`, by jest.config.json: commands under test work on the example environments, not on what somebody deploys. */
import { join } from 'node:path';
import { exampleEnvironments } from '../../harness/environments';
import { buildApp } from '../../lib/app';

export const deploymentRoot = (): string => join(__dirname, '..', '..');
export const loadEnvironments = exampleEnvironments;
export const deployedApp = buildApp;
