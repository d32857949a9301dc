import type { Entry, Keeper } from './outbox';

const STORE = 'outbox';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('quandary', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('IndexedDB is blocked by another version of this page'));
  });
}

/** Entries on this device; a write counts once the browser says it is on disk. */
export class BrowserKeeper implements Keeper {
  #db: Promise<IDBDatabase>;

  constructor(private project: string) {
    this.#db = open();
    this.#db.catch(() => undefined);
  }

  async #write(run: (store: IDBObjectStore) => void): Promise<void> {
    const db = await this.#db;
    return new Promise((resolve, reject) => {
      const tx = db.transaction(STORE, 'readwrite', { durability: 'strict' });
      tx.oncomplete = () => resolve();
      tx.onerror = tx.onabort = () => reject(tx.error);
      run(tx.objectStore(STORE));
    });
  }

  async all(): Promise<Entry[]> {
    const db = await this.#db;
    return new Promise((resolve, reject) => {
      const request = db.transaction(STORE).objectStore(STORE).getAll() as IDBRequest<Entry[]>;
      request.onsuccess = () => resolve(request.result.filter((entry) => entry.project === this.project));
      request.onerror = () => reject(request.error);
    });
  }

  put(entry: Entry): Promise<void> {
    return this.#write((store) => store.put(entry));
  }

  remove(id: string): Promise<void> {
    return this.#write((store) => store.delete(id));
  }
}
