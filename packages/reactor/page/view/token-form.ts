import { found, setText } from './element.js';

/** Asks for the token of the endpoint. */
export class TokenForm {
  readonly #form = found('token', HTMLFormElement);
  readonly #field = found('token-field', HTMLInputElement);

  constructor(use: (token: string) => void) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = this.#field.value.trim();
      this.#field.value = '';
      use(token);
    });
  }

  ask(note: string): void {
    setText(found('token-note', HTMLElement), note);
    if (!this.#form.hidden) return;
    this.#form.hidden = false;
    this.#field.focus();
  }

  hide(): void {
    this.#form.hidden = true;
  }
}
