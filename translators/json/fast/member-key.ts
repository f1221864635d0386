// The key of a member of a JSON object, as the fast codecs write it: with the comma before it, a word at a time.

const encoder = new TextEncoder();

/** `,"name":` as bytes and as words. */
export function keyWords(jsonName: string) {
  const key = encoder.encode(`,${JSON.stringify(jsonName)}:`);
  const padded = new Uint8Array(24);
  padded.set(key.subarray(0, 24));
  const word = (index: number): number => new DataView(padded.buffer).getInt32(index * 4, true);
  return {
    key,
    keyLength: key.length,
    key0: word(0),
    key1: word(1),
    key2: word(2),
    key3: word(3),
    key4: word(4),
    key5: word(5),
  };
}

/** Of what is written without a key. */
export const NO_KEY = {
  key: new Uint8Array(0),
  keyLength: 0,
  key0: 0,
  key1: 0,
  key2: 0,
  key3: 0,
  key4: 0,
  key5: 0,
};
