// What is known of fields by their names.

/** Fields that were added to what the sensor said: where an address is, whose asset it is, what else the event names. */
export const isContextField = (name: string): boolean =>
  /^(source|destination)\.(geo|as)\.|^related\.|^goshawk\.(host|source|destination|context)\./.test(name);
