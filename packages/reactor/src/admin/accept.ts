/** Content negotiation, as far as two formats with a version each need it (RFC 9110, section 12.5.1). */

interface MediaRange {
  readonly type: string;
  /** Undefined where any will do. */
  readonly version: string | undefined;
  readonly quality: number;
}

/** How much an Accept header likes a media type, from 0 to 1: what the most specific range that includes it says. */
export function qualityOf(accept: string, type: string, version: string): number {
  const ranges = accept.split(',').map(rangeOf);
  const wildcards = [`${type.split('/')[0]}/*`, '*/*'];
  const exact = ranges.filter((range) => range.type === type && range.version === version);
  const versionless = ranges.filter((range) => range.type === type && range.version === undefined);
  const bySpecificity = [exact, versionless, ...wildcards.map((wildcard) => ranges.filter((range) => range.type === wildcard))];
  const best = bySpecificity.find((matching) => matching.length > 0) ?? [];
  return Math.max(0, ...best.map(({ quality }) => quality));
}

/** What is no number is taken as the least liking that is one at all. */
function rangeOf(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const valueOf = (name: string) => parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1).replaceAll('"', '');
  const quality = Number(valueOf('q') ?? 1);
  return { type, version: valueOf('version'), quality: quality >= 0 && quality <= 1 ? quality : 0 };
}
