import type { EventContent } from '../store/model.js';

type Visibility = EventContent['visibility'];

/** Google knows `confidential` as another name of `private`. */
const strictness = (visibility: Visibility): number => ({ public: 0, default: 1, private: 2, confidential: 2 })[visibility ?? 'default'];

/**
 * What becomes of a visibility that is written to one occurrence (sheet 2): a stricter one holds for its whole series, which then
 * is `series`; a looser one is ignored.
 */
export function occurrenceVisibility(wanted: Visibility, current: Visibility, ofSeries: Visibility): { own: Visibility; series: Visibility } {
  if (strictness(wanted) < strictness(current)) return { own: current, series: ofSeries };
  return { own: wanted, series: strictness(wanted) > strictness(ofSeries) ? wanted : ofSeries };
}
