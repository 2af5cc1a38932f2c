/** The colours of page.css for what is drawn on a canvas, which style sheets do not reach. */
export class Palette {
  readonly #style = getComputedStyle(document.documentElement);
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');

  /** Calls back when the system turns dark or light. The computed style is a live one. */
  onChange(redraw: () => void): void {
    this.#dark.addEventListener('change', redraw);
  }

  line(index: number): string {
    return this.#style.getPropertyValue(`--line-${index}`);
  }

  get text(): string {
    return this.#style.getPropertyValue('--quiet');
  }

  get grid(): string {
    return this.#style.getPropertyValue('--grid');
  }
}

/** Lines differ by their dashes too, for those who cannot tell colours apart. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [10, 3, 2, 3], [4, 4], [1, 4]];
