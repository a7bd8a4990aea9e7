// SPDX-License-Identifier: Apache-2.0

// A text/event-stream as it comes: the HTML standard, section 9.2.6, "Interpreting an event stream".

// Not a carriage return at the end of what there is: a line feed may follow.
const LINE_END = /\r\n|\n|\r(?!$)/;

/**
 * The events of `body` until that ends, however it does. Calls `onBytes()` with whatever comes, comments included.
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<{name: string, id: string, data: string}>}
 */
export async function* eventsOf(body, onBytes) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let [name, id, data, rest] = ["message", "", [], ""];

  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));

    if (done) return; // what no empty line has ended is no event
    onBytes();
    const lines = (rest + decoder.decode(value, { stream: true })).split(LINE_END);

    rest = lines.pop();
    for (const line of lines) {
      const [, field, text] = /^([^:]*):? ?(.*)$/s.exec(line);

      if (line === "" && data.length > 0) yield { name, id, data: data.join("\n") };
      if (line === "") [name, data] = ["message", []];
      else if (field === "event") name = text;
      else if (field === "id") id = text;
      else if (field === "data") data.push(text);
    }
  }
}
