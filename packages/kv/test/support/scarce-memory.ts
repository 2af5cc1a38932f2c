import type { Memory } from '../../src/memory/memory.js';
import { OutOfMemory } from '../../src/memory/out-of-memory.js';

/** Lets a memory give so many blocks more, and then no other, until what this returns is called. */
export function exhaustAfter(memory: Memory, blocks: number): () => void {
  const allocate = memory.allocate.bind(memory);
  let left = blocks;
  memory.allocate = (bytes) => {
    if (left-- <= 0) throw new OutOfMemory(0);
    return allocate(bytes);
  };
  return () => {
    memory.allocate = allocate;
  };
}
