/** The one short message at a time, and what a screen reader hears. */
export class Toast {
  text = $state('');
  undo = $state(false);
  shown = $state(false);
  spoken = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(text: string, undo = false): void {
    this.text = text;
    this.undo = undo;
    this.shown = true;
    this.say(text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.shown = false), 3200);
  }

  hide(): void {
    this.shown = false;
  }

  say(text: string): void {
    this.spoken = text;
  }
}
