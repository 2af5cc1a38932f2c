import { element, setText } from './element.js';

/** How long the second press is waited for. */
const ARMED_MS = 4000;

/**
 * A button that must be pressed twice, and says so: the first press arms it. A double click is one press, because who
 * double-clicks out of habit has confirmed nothing.
 */
export class CloseButton {
  readonly root: HTMLButtonElement;
  readonly #peer: string;
  readonly #close: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(peer: string, close: () => void) {
    this.#peer = peer;
    this.#close = close;
    this.root = element('button', { type: 'button', class: 'close' });
    this.#disarm();
    this.root.addEventListener('click', (event) => this.#onClick(event));
    this.root.addEventListener('blur', () => this.#disarm());
    this.root.addEventListener('keydown', ({ key }) => (key === 'Escape' ? this.#disarm() : undefined));
  }

  get armed(): boolean {
    return this.#timer !== undefined;
  }

  disable(): void {
    this.#disarm();
    this.root.disabled = true;
  }

  #onClick(event: MouseEvent): void {
    if (event.detail > 1) return;
    if (!this.armed) return this.#arm();
    this.disable();
    this.#close();
  }

  #arm(): void {
    this.#timer = setTimeout(() => this.#disarm(), ARMED_MS);
    this.#label('Sure?', `Press again to close the connection of ${this.#peer}`);
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#label('Close', `Close the connection of ${this.#peer}`);
  }

  #label(text: string, spoken: string): void {
    this.root.classList.toggle('armed', this.armed);
    this.root.setAttribute('aria-label', spoken);
    setText(this.root, text);
  }
}
