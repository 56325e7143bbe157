import pc from 'picocolors';
import { BookinfoClient, type LocalMesh } from '@quartet/local-mesh';
import { CONSOLIDATED_STOPS } from './consolidated-stops.js';
import { SPLIT_STOPS } from './stops.js';

/** One thing to try: what is done, and what was observed. */
export interface Stop {
  readonly title: string;
  /** The commands by which a reader does the same. */
  readonly commands: (context: TourContext) => readonly string[];
  /** Resolves to what was observed; throws if it was not as it should be. */
  run(context: TourContext): Promise<string>;
}

export interface TourContext {
  readonly mesh: LocalMesh;
  readonly client: BookinfoClient;
}

const STOPS = { split: SPLIT_STOPS, consolidated: CONSOLIDATED_STOPS };

/** Does the things to try of the README, as the mode has them, prints each with what it observed; true if all were so. */
export async function runTour(mesh: LocalMesh): Promise<boolean> {
  const context = { mesh, client: new BookinfoClient(mesh.layout) };
  const stops = STOPS[mesh.layout.mode];
  let succeeded = 0;
  for (const [index, stop] of stops.entries()) {
    console.log(`\n${pc.bold(`${index + 1}. ${stop.title}`)}`);
    for (const command of stop.commands(context)) console.log(pc.dim(`   $ ${command}`));
    try {
      console.log(`   ${pc.green('so it is:')} ${await stop.run(context)}`);
      succeeded += 1;
    } catch (error) {
      console.log(`   ${pc.red('not so:')} ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(`\ntour: ${succeeded} of ${stops.length} as they should be`);
  return succeeded === stops.length;
}
