/** Images fetched and decoded before they are asked for, so that the next one is simply there. */

export interface Picture {
  url: string;
  img: HTMLImageElement;
  ready: Promise<boolean>;
  state: 'loading' | 'ready' | 'failed';
}

function load(url: string): Picture {
  const img = new Image();
  img.decoding = 'async';
  img.draggable = false;
  img.src = url;
  const picture: Picture = { url, img, state: 'loading', ready: Promise.resolve(false) };
  picture.ready = img.decode().then(
    () => {
      picture.state = 'ready';
      return true;
    },
    () => {
      picture.state = 'failed';
      return false;
    },
  );
  return picture;
}

export class Pictures {
  /** grows when what failed should be tried again */
  round = $state(0);
  #held = new Map<string, Picture>();

  get(url: string): Picture {
    const held = this.#held.get(url);
    if (held && held.state !== 'failed') return held;
    const picture = load(url);
    this.#held.set(url, picture);
    return picture;
  }

  retry(): void {
    this.round += 1;
  }

  /** Fetches these and lets the others go. */
  keep(urls: readonly string[]): void {
    const wanted = new Set(urls);
    for (const url of this.#held.keys()) if (!wanted.has(url)) this.#held.delete(url);
    for (const url of urls) this.get(url);
  }
}
