import type { Library } from '../machine/library.js';
import type { Lua } from '../machine/lua.js';
import { MessagePackReader } from './message-pack-reader.js';
import { MessagePackWriter } from './message-pack-writer.js';

/** The table "cmsgpack", as scripts know it from lua-cmsgpack 0.4.0. */
export function messagePackLibrary(lua: Lua): Library {
  const reader = new MessagePackReader(lua);
  return {
    pack: new MessagePackWriter(lua).pack,
    unpack: reader.unpack,
    unpack_one: reader.unpackOne,
    unpack_limit: reader.unpackLimit,
    _NAME: 'cmsgpack',
    _VERSION: 'lua-cmsgpack 0.4.0',
    _COPYRIGHT: 'Copyright (C) 2012, Salvatore Sanfilippo',
    _DESCRIPTION: 'MessagePack C implementation for Lua',
  };
}
