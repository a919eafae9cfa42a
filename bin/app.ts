import deployment from '../harbourline.config';
import { synthesise } from '../index';

synthesise(deployment);
