import { synthesise } from 'harbourline';
import deployment from '../harbourline.config';

synthesise(deployment);
