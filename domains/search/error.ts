/** The text cannot be read as a search, or not be asked. `at` counts UTF-16 units from 0; `length` is how many of them are meant. */
export class SearchError extends Error {
  readonly code = 'INVALID_SEARCH';
  readonly at: number;
  readonly length: number;

  constructor(message: string, at: number, length = 1) {
    super(message);
    this.name = 'SearchError';
    this.at = at;
    this.length = length;
  }
}
