import { Command, Flags, Help, type Interfaces } from '@oclif/core';
import { CLI_OPTIONS } from '../client/cli-option-table.js';
import { HelpWanted, runCli } from '../client/cli.js';

/** The flags are for the help text: `runCli` reads the options itself, in redis-cli's way. */
export default class Cli extends Command {
  static override description = 'talk to any Redis server: a prompt, one command, or lines from stdin';
  static override strict = false;
  static override usage = 'cli [OPTIONS] [command [argument ...]]';
  static override examples = [
    '<%= config.bin %> cli',
    '<%= config.bin %> cli GET key',
    'cat value.txt | <%= config.bin %> cli -x SET key',
    "<%= config.bin %> cli --scan --pattern 'user:*'",
    '<%= config.bin %> cli --eval script.lua key1 key2 , argument',
  ];
  static override flags = Object.fromEntries(
    CLI_OPTIONS.map(({ names, value, help }) => namedFlag(names, value, help)),
  );

  async run(): Promise<void> {
    try {
      process.exitCode = await runCli(this.argv);
    } catch (error) {
      if (!(error instanceof HelpWanted)) throw error;
      await new Help(this.config).showHelp(['cli']);
    }
  }
}

function namedFlag(
  names: readonly string[],
  value: string | undefined,
  description: string,
): [string, Interfaces.Flag<string | boolean>] {
  const long = names.find((name) => name.startsWith('--'))?.slice(2) ?? '';
  const short = names.find((name) => !name.startsWith('--'))?.slice(1);
  // oclif's types know letters only as short names, and -2 and -3 are none; it prints them all the same.
  const common = { description, ...(short !== undefined && { char: short as Interfaces.AlphabetLowercase }) };
  const flag =
    value === undefined ? Flags.boolean(common) : Flags.string({ ...common, helpValue: `<${value}>` });
  return [long, flag as Interfaces.Flag<string | boolean>];
}
