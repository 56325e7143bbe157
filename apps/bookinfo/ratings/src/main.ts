import { runService } from '@quartet/bookinfo-kit';
import { ratingsRoutes } from './routes.js';

await runService('ratings', ratingsRoutes);
