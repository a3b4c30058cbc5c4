/** Neutral tones for series that mean no severity or state, neighbours well apart; the eighth and later share one. */
export const seriesColour = (index: number): string => `--series-${Math.min(index, 7) + 1}`;
