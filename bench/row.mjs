// What a line of the benchmark's table is.

/**
 * @typedef {object} Row
 * @property {string} name for `--only`
 * @property {string} figure
 * @property {string | null} yardstick null where the figure stands for itself
 * @property {{least: number} | {most: number} | null} mark of the ratio to the yardstick, or of the figure itself
 * @property {number} [agents] of the plan that it is of, where it stands in the table of growth
 */

/** @typedef {Record<string, {ours: number, yardstick?: number}>} Figures one round's, by the names of rows */

/**
 * Rows that one system is measured for.
 *
 * @typedef {object} Group
 * @property {readonly Row[]} rows
 * @property {number} [rounds] at most, where one takes very long
 * @property {(isQuick: boolean) => Promise<Figures>} measure one round
 */

export {};
