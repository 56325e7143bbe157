import { GalleyModule, galleyOptions } from '@quartet/galley-feature';
import { runComponent } from '@quartet/nest-kit';

await runComponent({
  name: 'galley',
  description: 'Reads and validates the configuration of the mesh, serves it over MCP and manages the components over the control bus.',
  words: '[server]',
  options: galleyOptions,
  module: (options) => GalleyModule.forRoot(options),
});
