// Imported first into a process: its wall clock is off by GRADUS_CHAOS_CLOCK_MS, whatever asks it.
const byMs = Number(process.env.GRADUS_CHAOS_CLOCK_MS);
const RightDate = Date;

globalThis.Date = class extends RightDate {
  /** @param {[]} given */
  constructor(...given) {
    super(...(given.length === 0 ? [RightDate.now() + byMs] : given));
  }
  static now() {
    return RightDate.now() + byMs;
  }
};
