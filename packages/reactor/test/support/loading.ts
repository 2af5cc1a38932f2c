/** Loads a configuration without this process's own environment and command line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { z } from 'zod';
import { type Configuration, ConfigurationError, loadConfiguration, readCommandLine, settingsOf } from '../../src/config/index.js';

export interface Sources {
  readonly argv?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Of a configuration file. */
  readonly text?: string;
}

/** Where `load` puts the text. */
export function fileOf(t: Test): string {
  return join(t.testdirName, 'config.json');
}

export function load<Schema extends z.ZodObject>(t: Test, schema: Schema, { argv = [], environment = {}, text }: Sources): Configuration<z.output<Schema>> {
  if (text !== undefined) writeFileSync(join(t.testdir({}), 'config.json'), text);
  const words = text === undefined ? argv : [...argv, '--config', fileOf(t)];
  return loadConfiguration(schema, readCommandLine(settingsOf(schema), words), environment);
}

/** What is wrong, with the file's name cut short to `config.json`. */
export function complaintsOf(t: Test, schema: z.ZodObject, sources: Sources): string[] {
  try {
    load(t, schema, sources);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.complaints.map((complaint) => complaint.replaceAll(fileOf(t), 'config.json'));
    throw error;
  }
  return [];
}
