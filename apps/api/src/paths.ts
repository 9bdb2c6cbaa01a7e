// Routes' paths as the router has them, with `:name` for what varies.

/** @returns the source of a regular expression for the paths of a route */
export function patternOf(path: string): string {
  return path.replaceAll(/:\w+/g, '[^/]+');
}
