/**
 * Named numbers that lie in shared memory: each name is a property, backed by a slot of a Float64Array. Counting costs what
 * it costs with a plain field, for V8 inlines the accessors, and another thread may read at any time: a number of 64 bits
 * is stored whole on the architectures that edgeloop runs on, and is exact up to 2^53.
 */
export type Slots<Name extends string> = { [name in Name]: number };

/** What `Object.defineProperties` needs to give an object a property for each name, backed by its `cells`. */
function accessors(names: readonly string[]): PropertyDescriptorMap {
  const properties = names.map((name, index): [string, PropertyDescriptor & ThisType<{ cells: Float64Array }>] => [
    name,
    {
      enumerable: true,
      get() {
        return this.cells[index];
      },
      set(value: number) {
        this.cells[index] = value;
      },
    },
  ]);
  return Object.fromEntries(properties);
}

/**
 * Makes a maker of objects with these numbers. The properties are each object's own, so that they are seen where fields
 * are seen: by `console.log`, `JSON.stringify` and `{ ...slots }`.
 */
export function slotsOf<Name extends string>(names: readonly Name[]): (cells: Float64Array) => Slots<Name> {
  const properties = accessors(names);
  return (cells) => Object.defineProperties(Object.defineProperty({}, 'cells', { value: cells }), properties) as Slots<Name>;
}
