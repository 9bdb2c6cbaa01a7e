// Which route takes a path: found by one regular expression, in a fraction of the time that a tree takes.
import type { Result, Router } from 'hono/router';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { TrieRouter } from 'hono/router/trie-router';
import { patternOf } from './paths.js';

/** Hono's own choice is a tree for all as soon as a single one of them takes it. */
export class TwoRouters<T> implements Router<T> {
  readonly name = 'TwoRouters';
  readonly #quick = new RegExpRouter<T>();
  readonly #all = new TrieRouter<T>();
  readonly #apart: RegExp;

  /** @param apart what the paths begin with, in the router's form, that a regular expression cannot tell from others */
  constructor(apart: readonly string[]) {
    this.#apart = new RegExp(`^(?:${apart.map(patternOf).join('|')})(?:/|$)`);
  }

  add(method: string, path: string, handler: T): void {
    this.#all.add(method, path, handler);
    if (!this.#apart.test(path)) this.#quick.add(method, path, handler);
  }

  match(method: string, path: string): Result<T> {
    return (this.#apart.test(path) ? this.#all : this.#quick).match(method, path);
  }
}
