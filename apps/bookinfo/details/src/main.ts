import { runService } from '@quartet/bookinfo-kit';
import { detailsRoutes } from './routes.js';

await runService('details', detailsRoutes);
