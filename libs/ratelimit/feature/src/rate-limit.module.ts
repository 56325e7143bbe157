import { Inject, Injectable, Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import { Loggers, Monitoring } from '@quartet/nest-kit';
import type { RateLimitOptions } from './options.js';
import { RateLimiter } from './rate-limiter.js';

@Injectable()
class RateLimitLifecycle implements OnModuleDestroy {
  constructor(@Inject(RateLimiter) private readonly limiter: RateLimiter) {}

  async onModuleDestroy(): Promise<void> {
    await this.limiter.close();
  }
}

@Module({})
export class RateLimitModule {
  static forRoot(options: RateLimitOptions): DynamicModule {
    return {
      module: RateLimitModule,
      providers: [
        {
          provide: RateLimiter,
          inject: [Loggers, Monitoring],
          useFactory: async (loggers: Loggers, monitoring: Monitoring) => {
            const limiter = new RateLimiter(options, { loggers, monitoring });
            await limiter.start();
            return limiter;
          },
        },
        RateLimitLifecycle,
      ],
      exports: [RateLimiter],
    };
  }
}
