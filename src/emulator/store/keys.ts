/** Sorts after every string that an id can be. */
export const LAST = '\uffff';

/** False for what names nothing here: keys of the store are limited, ids of Google to 1,024 characters and an instance's stamp. */
export const isKey = (id: string): boolean => Buffer.byteLength(id) <= 1_100;
