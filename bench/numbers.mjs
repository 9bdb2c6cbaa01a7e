// What is made of the figures of several rounds.

/** @param {readonly number[]} numbers @returns {number} */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** @param {readonly number[]} numbers @returns {number} that which 99 of 100 of them do not exceed */
export function p99(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * 0.99) - 1] ?? Number.NaN;
}

/** @param {number} value */
export function shown(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** @param {readonly number[]} numbers @returns {string} the median, with the least and the most */
export function spread(numbers) {
  return `${shown(median(numbers))} (${shown(Math.min(...numbers))} to ${shown(Math.max(...numbers))})`;
}
