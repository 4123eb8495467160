// The page as its script sees it: the document, and the data that sections left in it.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** The page. */
export interface Page {
  readonly document: Document;
  /** The data of a section, read once however often it is asked for; `undefined` if it has none. */
  data<T>(section: string): Promise<T | undefined>;
}

/** The page around a document. Data are read when they are first asked for. */
export function pageOf(document: Document): Page {
  const read = new Map<string, Promise<unknown>>();
  return {
    document,
    data<T>(section: string): Promise<T | undefined> {
      const known = read.get(section) ?? unpacked(document, section);
      read.set(section, known);
      return known as Promise<T | undefined>;
    },
  };
}

async function unpacked(document: Document, section: string): Promise<unknown> {
  const text = document.getElementById(`${section}-data`)?.textContent;
  if (text === null || text === undefined) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(plain).text());
}
