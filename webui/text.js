// SPDX-License-Identifier: Apache-2.0

// Text that people wrote, in whatever direction it runs, inside of sentences of the page's own. In elements `dir="auto"` and
// <bdi> isolate it; attributes and plain text need characters for that (Unicode Standard Annex #9).

const ISOLATES = "\u2066\u2067\u2068"; // left-to-right, right-to-left, by its first strong character
const FIRST_STRONG = "\u2068";
const POP = "\u2069";

/** `text` without what would end an isolate around it, or go on behind it. */
export function balanced(text) {
  let open = 0;
  let kept = "";
  for (const character of text.replace(/[\n\r\x1c-\x1e\x85\u2029]/g, " ")) {
    if (character === POP && open === 0) continue;
    if (character === POP) open -= 1;
    else if (ISOLATES.includes(character)) open += 1;
    kept += character;
  }
  return kept + POP.repeat(open);
}

/** `text` so that it can stand in a sentence that is no markup. */
export function isolated(text) {
  return FIRST_STRONG + balanced(text) + POP;
}
