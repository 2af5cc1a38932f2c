import { EdgeloopError } from '../errors.js';
import type { Plugin } from '../plugin/plugin.js';
import type { PluginSource } from './worker-data.js';

/** Fetches a group's plugin where its module exports it. Error: EL_WORKER_FAILED, with the cause. */
export async function importPlugin({ module, name }: PluginSource): Promise<Plugin> {
  const exported = await load(module);
  const plugin = exported[name] as Partial<Plugin> | undefined;
  if (typeof plugin?.setup === 'function' && typeof plugin.name === 'string') return plugin as Plugin;
  const others = Object.keys(exported).join(', ') || 'nothing';
  throw new EdgeloopError('EL_WORKER_FAILED', `${module} exports no plugin as "${name}", but ${others}; make one with definePlugin, and export it by this name`);
}

async function load(module: string): Promise<Record<string, unknown>> {
  try {
    return (await import(module)) as Record<string, unknown>;
  } catch (cause) {
    throw new EdgeloopError('EL_WORKER_FAILED', `the module of the plugin, ${module}, cannot be loaded: ${(cause as Error).message}`, { cause });
  }
}
