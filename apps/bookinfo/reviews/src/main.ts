import { runService } from '@quartet/bookinfo-kit';
import { reviewsRoutes } from './routes.js';

await runService('reviews', reviewsRoutes);
