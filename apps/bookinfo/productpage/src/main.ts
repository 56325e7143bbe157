import { runService } from '@quartet/bookinfo-kit';
import { productpageRoutes } from './routes.js';

await runService('productpage', productpageRoutes);
