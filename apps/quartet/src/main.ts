import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { MESH_MODES } from '@quartet/local-mesh';
import { VERSION } from '@quartet/nest-kit';
import { apply, remove } from './commands/apply.js';
import { down } from './commands/down.js';
import { logs } from './commands/logs.js';
import { migrateFolder } from './commands/migrate.js';
import { control } from './commands/control.js';
import { status } from './commands/status.js';
import { up } from './commands/up.js';
import { defaultStateDir } from './workspace.js';

const program = new Command('quartet')
  .description('Runs the pre-1.5 Istio architecture on this host: Galley, Pilot, Mixer, Citadel, and Envoy beside each workload.')
  .version(VERSION)
  .option('--state-dir <folder>', 'where a mesh keeps its config, logs and state', defaultStateDir())
  .showHelpAfterError('(quartet --help lists the commands)');

program
  .command('up')
  .description('start the whole mesh and the Bookinfo sample; ends on Ctrl-C')
  .addOption(new Option('--mode <mode>', 'split: the components of Istio before 1.5; consolidated: istiod in their place, without Mixer').choices(MESH_MODES).default('split'))
  .option('--detach', 'return when all is ready; end it with: quartet down')
  .option('--tour', 'start the mesh, try the things of the README, print what was observed, end')
  .option('--subnet <a.b>', 'first two numbers of the loopback addresses', subnet, '127.77')
  .option('--gateway-host <ip>', 'address of the ingress gateway', '127.0.0.1')
  .option('--gateway-port <port>', 'port of the ingress gateway', port, 8080)
  .option('--config-dir <folder>', 'read the configuration from this folder instead of a copy of examples/bookinfo/config')
  .option('--load <rate>', 'requests a second of the gentle load; 0 for none', number, 2)
  .option('--no-prometheus', 'run without Prometheus')
  .addHelpText('after', '\nExamples:\n  npm run up\n  npm run up -- --detach\n  npm run up -- --tour\n  npm run up -- --mode consolidated\n  npm run up -- --subnet 127.78 --gateway-port 8081   (a second mesh beside the first needs --state-dir too)')
  .action((options) => up(program.opts(), options));
program.command('down').description('end the mesh that runs here, and only its processes').action(() => down(program.opts()));
program.command('status').description('what runs: component, address, ready, version, config and xDS versions').option('--json', 'as JSON').action((options) => status(program.opts(), options));
program.command('apply').description('put a YAML file (or each file of a folder) into the running mesh').requiredOption('-f, --file <path>', 'file or folder').action((options) => apply(program.opts(), options));
program.command('delete').description('take a file that was applied out again').requiredOption('-f, --file <path>', 'file or folder').action((options) => remove(program.opts(), options));
program.command('stop <process>').description('end one process (quartet status names them)').action((name) => control(program.opts(), { do: 'stop', name }));
program.command('kill <process>').description('end one process at once, by SIGKILL').action((name) => control(program.opts(), { do: 'kill', name }));
program.command('start <process>').description('start a process again that was stopped').action((name) => control(program.opts(), { do: 'start', name }));
program.command('logs <process>').description("print a process's log").option('-f, --follow', 'go on as it grows').action((name, options) => logs(program.opts(), name, options));
program
  .command('migrate')
  .description("write what replaces Mixer's rules, quotas and metrics where there is no Mixer; lists what can't be carried over")
  .requiredOption('-f, --file <folder>', 'folder of the configuration')
  .option('--out <folder>', 'write the files there (none may exist) instead of printing them')
  .addOption(new Option('--rate-limits <form>', 'how rate limits are written').choices(['RateLimit', 'EnvoyFilter']).default('RateLimit'))
  .action((options) => migrateFolder(options));

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('expected a number that is not negative');
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value >= 1 && value <= 65_535) return value;
  throw new InvalidArgumentError('expected a port from 1 to 65535');
}

function subnet(text: string): string {
  if (/^127\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/.test(text)) return text;
  throw new InvalidArgumentError('expected two numbers of the loopback range, such as 127.78');
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${pc.red('error:')} ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
