import { citadelOptions } from '@quartet/citadel-feature';
import { galleyOptions, type GalleyOptions } from '@quartet/galley-feature';
import { parseOptions, type ComponentOptions, type OptionsOf } from '@quartet/nest-kit';
import { pilotOptions } from '@quartet/pilot-feature';

const { mcpAddress: _mcp, ...pilot } = pilotOptions;
const { configDir, defaultNamespace, badDocuments } = galleyOptions;

/** The flags of Pilot and Citadel, and of Galley those that speak of the folder; none of MCP. */
export const istiodOptions = { ...citadelOptions, ...pilot, configDir, defaultNamespace, badDocuments };

export type IstiodOptions = OptionsOf<typeof istiodOptions> & ComponentOptions;

/** Galley's defaults with what istiod was given; nobody is served over MCP. */
export function galleyOptionsOf({ configDir, defaultNamespace, badDocuments, domain, trustDomain }: IstiodOptions): GalleyOptions {
  const { options: defaults } = parseOptions({ name: 'istiod', description: '' }, galleyOptions, { argv: [], env: {} });
  return { ...defaults, configDir, defaultNamespace, badDocuments, domain, trustDomain, enableServer: false, sinkAddress: undefined };
}
