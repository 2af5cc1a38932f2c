/** What the soak asks its children over Node's channel, and how these answer. */

/** What a child can be asked, by name. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

export interface Ask {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type Reply = { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly failure: string };

/** Answers the parent until it is gone, and then ends: no child outlives the soak, however that ends. */
export function answerParent(answers: Answers): void {
  process.on('message', (ask: Ask) => void answer(answers, ask));
  process.once('disconnect', () => process.exit());
}

async function answer(answers: Answers, { id, name, argument }: Ask): Promise<void> {
  process.send?.(await replyTo(answers, id, name, argument));
}

async function replyTo(answers: Answers, id: number, name: string, argument: unknown): Promise<Reply> {
  try {
    return { id, answer: await answers[name]?.(argument as never) };
  } catch (error) {
    return { id, failure: (error as Error).stack ?? String(error) };
  }
}
