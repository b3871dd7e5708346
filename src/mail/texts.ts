/** Words that mails to coaches and to clients share. The rest of the catalogue: texts-to-coach.ts, texts-to-clients.ts.
 *  Subjects: a question asked once more keeps its own behind "Re:"; what ends it says so (docs/adr/0009-subjects.md). */

/** `rest` goes on in the same sentence, with a small letter. */
export const greeting = (name: string, rest: string): string => `Hello ${name}, ${rest}`;
