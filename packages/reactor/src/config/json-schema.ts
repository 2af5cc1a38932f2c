import { z } from 'zod';
import { SCHEMA_KEY } from './config-file.js';
import { MARKS } from './settings.js';

/** The JSON Schema (draft 2020-12) of the configuration file, for editors. */
export function jsonSchemaOf(schema: z.ZodObject): Record<string, unknown> {
  const root = z.toJSONSchema(schema, { io: 'input', override: ({ jsonSchema }) => withoutMarks(jsonSchema) });
  return { ...root, properties: { [SCHEMA_KEY]: { type: 'string' }, ...root.properties } };
}

/** Our marks are no words of JSON Schema; of a secret it says that it is never read back. */
function withoutMarks(leaf: Record<string, unknown>): void {
  if (leaf['secret'] === true) leaf['writeOnly'] = true;
  for (const mark of MARKS) delete leaf[mark];
}
