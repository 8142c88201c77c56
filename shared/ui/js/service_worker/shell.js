import { abortAfter } from "../offline/exchange.js";

const KEPT = "tilsagn-shell";
const LANGUAGE = "tilsagn-language";
const TRIES = 3;
const PATIENCE_MS = 60_000;
// How long a person waits for the server's page before they get the one that is kept.
const SERVER_MS = 5_000;

/**
 * A page that this browser shows without the network: the page in each language and its files, in a cache of their own
 * for each version.
 *
 * A version is kept once all its files are there and are what the server said they would be. The version before stays
 * for pages that are still open: they may load files of it.
 */
export class Shell {
  /**
   * @param {{version: string, page: string, ofServer: string[], pages: Record<string, string>,
   *   files: Record<string, string>, later: string[]}} facts of shared/ui/offline_shell.py: `files` are the digests of
   *   all files and pages by their paths
   * @param {{caches: CacheStorage, fetch: typeof fetch, origin: string}} browser
   */
  constructor(facts, { caches, fetch, origin }) {
    this.facts = facts;
    this.caches = caches;
    this.fetch = fetch;
    this.origin = origin;
  }

  /** Fetches what is not kept yet. Rejects if something that the page needs cannot be fetched. */
  async keep() {
    const { files, later } = this.facts;
    const cache = await this.caches.open(this.#name);
    const now = Object.keys(files).filter((path) => !later.includes(path));
    await Promise.all(now.map((path) => this.#keepFile(cache, path)));
  }

  /** Fetches what is not kept yet, and then what the page may need later. */
  async complete() {
    await this.keep();
    const cache = await this.caches.open(this.#name);
    for (const path of this.facts.later) await this.#keepFile(cache, path);
  }

  /** Forgets all versions before the last one. */
  async forgetOld() {
    const names = (await this.caches.keys()).filter((name) => name.startsWith(this.#prefix) && name !== this.#name);
    await Promise.all(names.slice(0, -1).map((name) => this.caches.delete(name)));
  }

  /**
   * The answer to a request, or undefined if it is the network's alone: everything but the page and its files.
   *
   * @param {Request} request
   * @returns {Promise<Response> | undefined}
   */
  answer(request) {
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== this.origin) return undefined;
    if (request.mode === "navigate") return this.#isPage(url.pathname) ? this.#answerPage(request, url) : undefined;
    return url.pathname.startsWith("/assets/") ? this.#answerFile(request, url) : undefined;
  }

  /** `*` stands for one name in the page's address. */
  #isPage(path) {
    const [start, end] = this.facts.page.split("*");
    if (end === undefined) return path === start;
    const name = path.slice(start.length, -end.length);
    return path.startsWith(start) && path.endsWith(end) && name !== "" && !name.includes("/");
  }

  get #prefix() {
    return `${KEPT} ${this.facts.page} `;
  }

  get #name() {
    return this.#prefix + this.facts.version;
  }

  async #answerPage(request, url) {
    const page = await this.#page(url);
    if (page && this.facts.ofServer.some((name) => url.searchParams.has(name))) {
      const late = new Promise((resolve) => setTimeout(resolve, SERVER_MS, page));
      return Promise.race([this.fetch(request).catch(() => page), late]);
    }
    return page ?? this.fetch(request);
  }

  /** The page in the language of the address, or else the last one; undefined if it is not kept any more. */
  async #page(url) {
    const { pages } = this.facts;
    const last = await (await this.#match("/language", LANGUAGE))?.text();
    return this.#match(pages[url.searchParams.get("lang")] ?? pages[last] ?? Object.values(pages)[0], this.#name);
  }

  async #answerFile(request, url) {
    return (await this.#match(url.pathname)) ?? this.fetch(request);
  }

  async #match(path, cacheName) {
    try {
      return await this.caches.match(path, { ...(cacheName && { cacheName }), ignoreVary: true });
    } catch {
      return undefined; // The browser's storage is broken or full.
    }
  }

  async #keepFile(cache, path) {
    if (await cache.match(path, { ignoreVary: true })) return;
    const isAsset = path.startsWith("/assets/");
    // An asset has another name when it has changed.
    const kept = isAsset && (await this.#match(path));
    await cache.put(path, kept || (await this.#fetched(path, isAsset ? "default" : "no-store")));
  }

  async #fetched(path, cache, tries = TRIES) {
    // The page is nobody's; an asset is in the browser's cache as the page asked for it.
    const credentials = cache === "default" ? "same-origin" : "omit";
    const options = { cache, credentials, redirect: "error", integrity: this.facts.files[path] };
    try {
      const response = await this.fetch(path, { ...options, signal: abortAfter(PATIENCE_MS) });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return response;
    } catch (error) {
      if (tries <= 1) throw error;
      return this.#fetched(path, cache, tries - 1);
    }
  }
}

/**
 * Lets the page open in this language without the network.
 *
 * @param {CacheStorage} caches
 * @param {string} language
 */
export async function rememberLanguage(caches, language) {
  await (await caches.open(LANGUAGE)).put("/language", new Response(language));
}
