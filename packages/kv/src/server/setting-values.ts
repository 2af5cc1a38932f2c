/** What settings that are neither numbers nor text may be. */

/** Above `hard` bytes that wait to be sent, or above `soft` for so many seconds, a client is disconnected; 0 for no bound. */
export interface OutputLimit {
  readonly hard: number;
  readonly soft: number;
  readonly softSeconds: number;
}

/** By class of client, in the order in which they are printed. */
export const OUTPUT_LIMITS: Readonly<Record<'normal' | 'slave' | 'pubsub', OutputLimit>> = {
  normal: { hard: 0, soft: 0, softSeconds: 0 },
  slave: { hard: 256 * 1024 * 1024, soft: 64 * 1024 * 1024, softSeconds: 60 },
  pubsub: { hard: 32 * 1024 * 1024, soft: 8 * 1024 * 1024, softSeconds: 60 },
};

export type OutputLimits = typeof OUTPUT_LIMITS;

/** K and E choose the channels, A stands for all classes but m and n. */
export const NOTIFICATION_CLASSES = /^[KEAg$lshzxetdmn]*$/;
export const ALL_CLASSES = ['g', '$', 'l', 's', 'h', 'z', 'x', 'e', 't', 'd'];

/** The letters of `notify-keyspace-events`, each once and in the order in which Redis prints them. */
export function notificationClasses(text: string): string {
  const has = (letter: string): boolean => text.includes(letter) || (text.includes('A') && ALL_CLASSES.includes(letter));
  const classes = ALL_CLASSES.every(has) ? 'A' : [...ALL_CLASSES, 'n'].filter(has).join('');
  return classes + ['K', 'E', 'm'].filter(has).join('');
}
