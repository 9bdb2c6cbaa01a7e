// When the packages are installed anew, and on which Node.js nothing begins.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkNode, isInstalled, markInstalled } from './bootstrap.mjs';

/** @type {string} */
let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gradus-clone-'));
  writeFileSync(join(root, 'package-lock.json'), '{"lockfileVersion": 3}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a fresh clone is not installed', () => {
  expect(isInstalled(root)).toBe(false);
});

test('after an install it is, until the lock file changes', () => {
  mkdirSync(join(root, 'node_modules'));
  markInstalled(root);
  expect(isInstalled(root)).toBe(true);
  writeFileSync(join(root, 'package-lock.json'), '{"lockfileVersion": 3, "packages": {}}');
  expect(isInstalled(root)).toBe(false);
});

test.each(['18.20.4', '20.19.5'])('Node.js %s is refused', (version) => {
  expect(() => checkNode(version)).toThrow(expect.objectContaining({ code: 'node-too-old' }));
});

test.each(['20.20.0', '22.0.0', '24.21.0'])('Node.js %s will do', (version) => {
  expect(() => checkNode(version)).not.toThrow();
});
